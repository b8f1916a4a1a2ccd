import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from './icon';
import './popupMenu';
import type { MenuItem, PopupMenu } from './popupMenu';

export type { MenuItem } from './popupMenu';

/** A "…" button with a menu below it. */
@customElement('lens-menu')
export class LensMenu extends LitElement {
  @property() label = 'More Actions…';
  @property() icon = 'ellipsis';
  @property({ attribute: false }) items: readonly MenuItem[] = [];
  @state() private open = false;
  /** The press on the button closed the menu by itself: the click that follows does not open it again. */
  private pressedOpen = false;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<button
        type="button"
        class="icon-button"
        aria-haspopup="menu"
        aria-expanded=${String(this.open)}
        aria-label=${this.label}
        title=${this.label}
        @pointerdown=${() => (this.pressedOpen = this.open)}
        @click=${this.onClick}
      >
        ${icon(this.icon)}</button
      ><lens-popup></lens-popup>`;
  }

  private readonly onClick = (event: MouseEvent): void => {
    const pressedOpen = this.pressedOpen;
    this.pressedOpen = false;
    if (pressedOpen) {
      return;
    }
    const button = event.currentTarget as HTMLElement;
    button.focus();
    this.open = true;
    this.querySelector<PopupMenu>('lens-popup')?.open(
      this.label,
      this.items,
      button.getBoundingClientRect(),
      () => (this.open = false),
    );
  };
}
