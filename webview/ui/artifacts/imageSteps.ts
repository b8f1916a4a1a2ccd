import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ImageSeries } from '../../../src/mlflow/artifacts/images';
import { isCancelled, toStoreError } from '../../../src/mlflow/errors';
import { formatDateTime, plainText } from '../../../src/mlflow/format';
import type { ArtifactOwner } from '../../../src/mlflow/store';
import { text } from '../text';
import './blobImage';
import type { ArtifactHost } from './host';

/** Bytes up to which the logged image itself is drawn, and not MLflow's smaller copy of it. */
const WHOLE = 4 * 1024 * 1024;

/** The images of one `mlflow.log_image` key, with a slider over its steps. */
@customElement('lens-image-steps')
export class LensImageSteps extends LitElement {
  @property({ attribute: false }) series!: ImageSeries;
  @property({ attribute: false }) owner!: ArtifactOwner;
  @property({ attribute: false }) host!: ArtifactHost;
  @state() private index = -1;
  @state() private image: { type: string; bytes: Uint8Array } | undefined;
  @state() private error = '';
  private reading: AbortController | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    this.reading?.abort();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('series')) {
      this.follow(changed.get('series'));
    }
  }

  /** A folder that is listed again keeps the step that was chosen; only the last one gives way to one after it. */
  private follow(before: ImageSeries | undefined): void {
    const { key, images } = this.series;
    const shown =
      before?.key === key && this.index < before.images.length - 1 ? before.images[this.index] : undefined;
    const kept = shown ? images.findIndex(({ path }) => path === shown.path) : -1;
    const index = kept >= 0 ? kept : images.length - 1;
    if (before?.images[this.index]?.path === images[index]?.path) {
      this.index = index;
    } else {
      this.show(index);
    }
  }

  protected override render(): TemplateResult {
    const { images, key } = this.series;
    const current = images[this.index];
    return html`<figure class="image-steps">
      <figcaption>
        ${text(key)}
        <span class="muted">step ${current?.step}, ${formatDateTime(current?.timestamp)}</span>
      </figcaption>
      ${
        images.length > 1
          ? html`<input
              type="range"
              min="0"
              max=${images.length - 1}
              .value=${String(this.index)}
              aria-label="Step"
              aria-valuetext="step ${current?.step}"
              data-focusable
              @input=${(event: Event) => this.show(Number((event.target as HTMLInputElement).value))}
            />`
          : nothing
      }
      ${this.error ? html`<p class="state-error" role="alert">${this.error}</p>` : nothing}
      ${
        this.image
          ? html`<lens-image
              .bytes=${this.image.bytes}
              .type=${this.image.type}
              .label="${plainText(key)} at step ${current?.step}"
            ></lens-image>`
          : nothing
      }
    </figure>`;
  }

  private show(index: number): void {
    this.index = index;
    this.error = '';
    void this.read(index);
  }

  private async read(index: number): Promise<void> {
    this.reading?.abort();
    const reading = (this.reading = new AbortController());
    const image = this.series.images[index];
    if (!image) {
      return;
    }
    try {
      const whole = image.size !== null && image.size <= WHOLE;
      const path = whole ? image.path : (image.compressedPath ?? image.path);
      this.image = await this.host.readImage({ owner: this.owner, path }, reading.signal);
      this.error = '';
    } catch (error) {
      if (!isCancelled(error) && !reading.signal.aborted) {
        // The image of another step would stand for this one.
        this.image = undefined;
        this.error = toStoreError(error).message;
      }
    }
  }
}
