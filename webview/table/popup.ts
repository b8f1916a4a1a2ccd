import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { icon } from '../ui/icon';
import type { MenuItem } from '../ui/menu';
import { styles } from '../ui/styles';

/** A menu at a place: arrows move, letters jump, Enter chooses, Esc closes and gives the focus back. */
@customElement('table-popup')
export class TablePopup extends LitElement {
  @state() private items: readonly MenuItem[] = [];
  @state() private place: { x: number; y: number } | null = null;
  private label = '';
  private cameFrom: HTMLElement | null = null;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('pointerdown', (event) => {
      if (this.place && !event.composedPath().includes(this)) {
        this.close(false);
      }
    });
  }

  /** @param anchor opened below it, or at a point of the window */
  open(label: string, items: readonly MenuItem[], anchor: DOMRect | { x: number; y: number }): void {
    this.cameFrom = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.label = label;
    this.items = items;
    this.place = 'bottom' in anchor ? { x: anchor.left, y: anchor.bottom } : { x: anchor.x, y: anchor.y };
    void this.updateComplete.then(() => {
      const menu = this.querySelector<HTMLElement>('.popup');
      if (menu && this.place) {
        // Kept inside the window.
        const x = Math.max(0, Math.min(this.place.x, window.innerWidth - menu.offsetWidth - 4));
        const y = Math.max(0, Math.min(this.place.y, window.innerHeight - menu.offsetHeight - 4));
        this.place = { x, y };
      }
      this.entries()[0]?.focus();
    });
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.place) {
      return nothing;
    }
    return html`<ul
      class="menu popup"
      role="menu"
      aria-label=${this.label}
      ${styles({ left: `${this.place.x}px`, top: `${this.place.y}px` })}
      @keydown=${this.onKey}
    >
      ${this.items.map(
        (item) =>
          html`<li role="none" class=${item.separated ? 'separated' : ''}>
            <button type="button" role="menuitem" tabindex="-1" @click=${() => this.choose(item)}>
              <span class="menu-icon">${item.icon ? icon(item.icon) : nothing}</span>${item.label}
            </button>
          </li>`,
      )}
    </ul>`;
  }

  private choose(item: MenuItem): void {
    this.close(true);
    item.run();
  }

  private close(giveBack: boolean): void {
    this.place = null;
    if (giveBack) {
      this.cameFrom?.focus();
    }
  }

  private entries(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('[role=menuitem]')];
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const entries = this.entries();
    const index = entries.indexOf(document.activeElement as HTMLElement);
    const next = {
      ArrowDown: (index + 1) % entries.length,
      ArrowUp: (index - 1 + entries.length) % entries.length,
      Home: 0,
      End: entries.length - 1,
    }[event.key];
    if (event.key === 'Escape' || event.key === 'Tab') {
      this.close(true);
    } else if (next !== undefined) {
      entries[next]?.focus();
    } else if (event.key.length === 1 && event.key !== ' ') {
      const letter = event.key.toLowerCase();
      const after = [...entries.slice(index + 1), ...entries.slice(0, index + 1)];
      after.find((entry) => entry.textContent?.trim().toLowerCase().startsWith(letter))?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
