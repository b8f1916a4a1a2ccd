import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

/** Pixels below which an image (a mask, a feature map) is drawn larger, each pixel a square. */
const TINY = 64;

/** An image drawn from bytes, never fetched; its memory is given back when it is no longer shown. */
@customElement('lens-image')
export class LensImage extends LitElement {
  @property({ attribute: false }) bytes = new Uint8Array();
  @property() type = 'image/png';
  @property() label = '';
  @state() private size = '';
  @state() private tiny = false;
  @state() private broken = false;
  private url = '';

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    URL.revokeObjectURL(this.url);
    this.url = '';
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('bytes') || this.url === '') {
      URL.revokeObjectURL(this.url);
      this.url = URL.createObjectURL(new Blob([this.bytes.slice()], { type: this.type }));
      this.broken = false;
    }
  }

  protected override render(): TemplateResult {
    return this.broken
      ? html`<p class="state-message">This file is not an image that can be shown.</p>`
      : html`<img
            src=${this.url}
            alt=${this.label}
            class=${this.tiny ? 'tiny' : nothing}
            @load=${(event: Event) => {
              const { naturalWidth, naturalHeight } = event.target as HTMLImageElement;
              this.size = `${naturalWidth} × ${naturalHeight}`;
              this.tiny = Math.max(naturalWidth, naturalHeight) < TINY;
            }}
            @error=${() => (this.broken = true)}
          />
          <div class="muted">${this.size}</div>`;
  }
}
