import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from './icon';

export interface MenuItem {
  label: string;
  icon?: string;
  run: () => void;
  /** A line above it. */
  separated?: boolean;
}

/** A "…" button with a menu: arrows move, Enter chooses, Esc closes and gives the focus back. */
@customElement('lens-menu')
export class LensMenu extends LitElement {
  @property() label = 'More Actions…';
  @property() icon = 'ellipsis';
  @property({ attribute: false }) items: readonly MenuItem[] = [];
  @state() private open = false;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('pointerdown', this.onOutside);
  }

  override disconnectedCallback(): void {
    document.removeEventListener('pointerdown', this.onOutside);
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    return html`<span class="menu-anchor" @keydown=${this.onKey} @focusout=${this.onFocusOut}>
      <button
        type="button"
        class="icon-button"
        aria-haspopup="menu"
        aria-expanded=${String(this.open)}
        aria-label=${this.label}
        title=${this.label}
        @click=${() => this.show(!this.open)}
      >
        ${icon(this.icon)}
      </button>
      ${this.open ? this.menu() : nothing}
    </span>`;
  }

  private menu(): TemplateResult {
    return html`<ul class="menu" role="menu" aria-label=${this.label}>
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

  private show(open: boolean): void {
    this.open = open;
    void this.updateComplete.then(() => {
      if (open) {
        this.entries()[0]?.focus();
      } else {
        this.querySelector('button')?.focus();
      }
    });
  }

  private choose(item: MenuItem): void {
    this.show(false);
    item.run();
  }

  private entries(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('[role=menuitem]')];
  }

  private readonly onOutside = (event: Event): void => {
    if (this.open && !event.composedPath().includes(this)) {
      this.open = false;
    }
  };

  private readonly onFocusOut = (event: FocusEvent): void => {
    if (event.relatedTarget instanceof Node && !this.contains(event.relatedTarget)) {
      this.open = false;
    }
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (!this.open) {
      return;
    }
    const entries = this.entries();
    const index = entries.indexOf(document.activeElement as HTMLElement);
    const next = {
      ArrowDown: (index + 1) % entries.length,
      ArrowUp: (index - 1 + entries.length) % entries.length,
      Home: 0,
      End: entries.length - 1,
    }[event.key];
    if (event.key === 'Escape') {
      this.show(false);
    } else if (next !== undefined) {
      entries[next]?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
