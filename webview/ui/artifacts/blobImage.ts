import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

/** An image drawn from bytes, never fetched; its memory is given back when it is no longer shown. */
@customElement('lens-image')
export class LensImage extends LitElement {
  @property({ attribute: false }) bytes = new Uint8Array();
  @property() type = 'image/png';
  @property() label = '';
  @state() private size = '';
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
      ? html`<p class="state-message">This file is no picture that can be drawn.</p>`
      : html`<img
            src=${this.url}
            alt=${this.label}
            @load=${(event: Event) => {
              const { naturalWidth, naturalHeight } = event.target as HTMLImageElement;
              this.size = `${naturalWidth} × ${naturalHeight}`;
            }}
            @error=${() => (this.broken = true)}
          />
          <div class="muted">${this.size}</div>`;
  }
}
