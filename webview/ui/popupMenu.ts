import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { icon } from './icon';
import { styles } from './styles';

export interface MenuItem {
  label: string;
  icon?: string;
  run: () => void;
  /** A line above it. */
  separated?: boolean;
  /** A choice that is on or off; missing for what is done once. */
  checked?: boolean;
  /** Why it cannot be chosen; missing where it can. */
  disabled?: string;
  /** A button (`class="foldable"`) where there is room for it, in the menu where there is not. */
  folded?: boolean;
}

/** Where the buttons of a page's head go into its menu; page.css has the same. */
const NARROW = '(max-width: 520px)';

/** A menu at a place: arrows move, letters jump, Enter chooses, Esc closes and gives the focus back. */
@customElement('lens-popup')
export class PopupMenu extends LitElement {
  @state() private items: readonly MenuItem[] = [];
  @state() private place: { x: number; y: number } | null = null;
  private label = '';
  private cameFrom: HTMLElement | null = null;
  private closed: () => void = () => undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('pointerdown', this.onPointerDown);
  }

  override disconnectedCallback(): void {
    document.removeEventListener('pointerdown', this.onPointerDown);
    super.disconnectedCallback();
  }

  /**
   * @param anchor opened below it, or at a point of the window
   * @param closed called once it is closed again, however
   */
  open(
    label: string,
    items: readonly MenuItem[],
    anchor: DOMRect | { x: number; y: number },
    closed: () => void = () => undefined,
  ): void {
    this.cameFrom = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.label = label;
    this.items = matchMedia(NARROW).matches ? items : items.filter(({ folded }) => !folded);
    this.closed = closed;
    this.place = 'bottom' in anchor ? { x: anchor.left, y: anchor.bottom } : { x: anchor.x, y: anchor.y };
    void this.updateComplete.then(() => {
      const menu = this.querySelector<HTMLElement>('.menu');
      if (menu && this.place) {
        // Above everything, also out of a part of the page that clips; kept inside the window.
        menu.showPopover();
        const x = Math.max(0, Math.min(this.place.x, window.innerWidth - menu.offsetWidth - 4));
        const y = Math.max(0, Math.min(this.place.y, window.innerHeight - menu.offsetHeight - 4));
        this.place = { x, y };
      }
      this.entries()[0]?.focus({ preventScroll: true });
    });
  }

  close(giveBack: boolean): void {
    this.place = null;
    if (giveBack) {
      this.cameFrom?.focus();
    }
    this.closed();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.place) {
      return nothing;
    }
    return html`<ul
      class="menu"
      role="menu"
      popover="manual"
      aria-label=${this.label}
      ${styles({ left: `${this.place.x}px`, top: `${this.place.y}px` })}
      @keydown=${this.onKey}
      @focusout=${this.onFocusOut}
    >
      ${this.items.map((item) => this.item(item))}
    </ul>`;
  }

  private item(item: MenuItem): TemplateResult {
    const { checked, disabled } = item;
    const sign = checked ? 'check' : item.icon;
    return html`<li role="none" class=${item.separated ? 'separated' : ''}>
      <button
        type="button"
        role=${checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
        aria-checked=${checked === undefined ? nothing : String(checked)}
        aria-disabled=${disabled === undefined ? nothing : 'true'}
        title=${disabled ?? nothing}
        tabindex="-1"
        @pointermove=${(event: PointerEvent) => (event.currentTarget as HTMLElement).focus()}
        @click=${() => disabled === undefined && this.choose(item)}
      >
        <span class="menu-icon">${sign ? icon(sign) : nothing}</span><span class="cut">${item.label}</span>
      </button>
    </li>`;
  }

  private choose(item: MenuItem): void {
    this.close(true);
    item.run();
  }

  private entries(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('[role^=menuitem]')];
  }

  private readonly onPointerDown = (event: Event): void => {
    if (this.place && !event.composedPath().includes(this)) {
      this.close(false);
    }
  };

  private readonly onFocusOut = (event: FocusEvent): void => {
    if (event.relatedTarget instanceof Node && !this.contains(event.relatedTarget) && this.place) {
      this.close(false);
    }
  };

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
