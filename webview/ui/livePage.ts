import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { toStoreError, type StoreError } from '../../src/mlflow/errors';
import { formatDateTime } from '../../src/mlflow/format';
import type { CommonRequests } from '../../src/protocol/pages';
import { keySheet, type KeyLine } from './keySheet';
import type { MenuItem } from './menu';
import { Refresher } from './refresher';
import { banner, errorState, skeleton, type StateAction } from './states';
import { onThemeChange } from './theme';
import { commandId, type CommandName } from '../../src/protocol/commands';

/** What every page's client can do, whatever the page's own messages are. */
export interface CommonClient {
  request(name: 'runCommand', params: CommonRequests['runCommand']['params']): Promise<null>;
  request(name: 'copyText', params: CommonRequests['copyText']['params']): Promise<null>;
  request(name: 'showLog', params: null): Promise<null>;
  on(name: 'storeChanged' | 'viewStateChanged', listener: () => void): () => void;
}

/** Data of a page; `stale` where its store cannot be read any more. */
export interface LiveData {
  stale: { since: number; message: string } | null;
}

/**
 * A page that draws one answer of its host and asks again when that may have changed: the skeleton at first, the
 * error with its ways out, what was there before under a line that says why it is old.
 */
export abstract class LivePage<Data extends LiveData> extends LitElement {
  @state() protected data: Data | undefined;
  @state() protected error: StoreError | undefined;
  /** What went wrong with the last thing that the user asked for, and what can be done instead. */
  @state() private failure: { message: string; instead?: StateAction } | undefined;
  /** What just happened, for a moment. */
  @state() private said = '';
  private silence: ReturnType<typeof setTimeout> | undefined;
  /** Counts the changes of the theme: canvases are drawn again with it. */
  @state() protected theme = 0;
  protected readonly refresher = new Refresher(() => this.load());

  protected abstract get client(): CommonClient;
  /** The question. What it throws is shown. */
  protected abstract ask(): Promise<Data>;
  /** The page with data, header and all. */
  protected abstract whole(data: Data): TemplateResult;
  /** In one word, for the loading message. */
  protected abstract readonly what: string;
  /** What "?" lists. */
  protected readonly keyLines: readonly KeyLine[] = [];
  @state() private keysShown = false;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.client.on('storeChanged', () => this.refresher.request());
    onThemeChange(() => this.theme++);
    document.addEventListener('keydown', (event) => this.onPageKey(event));
    this.refresher.request();
  }

  /** In the document's own landmark. */
  protected override render(): TemplateResult {
    return html`<div class="page ${this.what}">${this.content()}</div>`;
  }

  protected content(): TemplateResult {
    const { data, error } = this;
    return data ? this.whole(data) : error ? this.notLoaded(error) : skeleton(12, `Loading the ${this.what}`);
  }

  protected notLoaded({ message }: StoreError): TemplateResult {
    return errorState(message, [this.tryAgain(), this.showLog()]);
  }

  /** Called with each answer. */
  protected take(data: Data): void {
    this.data = data;
  }

  /** What is asked for after each answer, because it takes longer or is not needed for the first picture. */
  protected async askMore(): Promise<void> {
    // Most pages ask one question.
  }

  /** The content under the header, dimmed while it is old. */
  protected body(content: unknown): TemplateResult {
    return html`<div class=${this.data?.stale || this.error ? 'stale' : ''}>${content}</div>`;
  }

  /** Why what is shown may be old, and what went wrong last; between them what the page says of its data. */
  protected banners(data: Data, own: readonly unknown[]): unknown[] {
    const { stale } = data;
    return [
      this.keysShown && this.keyLines.length > 0
        ? keySheet(this.keyLines, () => (this.keysShown = false))
        : nothing,
      this.error ? banner('warning', this.error.message, [this.tryAgain(), this.showLog()]) : nothing,
      stale
        ? banner('warning', `${stale.message} Shown as of ${formatDateTime(stale.since)}.`, [this.tryAgain()])
        : nothing,
      ...own,
      this.failure
        ? banner('warning', this.failure.message, [
            ...(this.failure.instead ? [this.failure.instead] : []),
            { label: 'Close', run: () => (this.failure = undefined) },
          ])
        : nothing,
    ];
  }

  /** A place for what just happened; in the header, so that nothing moves when it comes and goes. */
  protected saying(): TemplateResult {
    return html`<span class="saying muted" role="status">${this.said}</span>`;
  }

  protected say(text: string): void {
    this.said = text;
    clearTimeout(this.silence);
    this.silence = setTimeout(() => (this.said = ''), 4000);
  }

  protected fail(message: string, instead?: StateAction): void {
    this.failure = { message, ...(instead ? { instead } : {}) };
  }

  /** For a menu: the way to the keys for who does not know "?". */
  protected keysItem(): MenuItem {
    return { label: 'Keyboard Shortcuts', icon: 'keyboard', run: () => (this.keysShown = true) };
  }

  private onPageKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (
      /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) &&
      (target as HTMLInputElement).type !== 'checkbox'
    ) {
      return;
    }
    if (event.key === '?') {
      this.keysShown = !this.keysShown;
      event.preventDefault();
    } else if (event.key === 'Escape') {
      this.keysShown = false;
    }
  }

  /** For what a click starts: an error is said above the page. */
  protected act(promise: Promise<unknown>): void {
    promise.catch((error: unknown) => this.fail(toStoreError(error).message));
  }

  protected run(command: CommandName, args: unknown): void {
    this.act(this.client.request('runCommand', { command: commandId(command), args }));
  }

  protected tryAgain(): StateAction {
    return { label: 'Try Again', run: () => this.refresher.request() };
  }

  private showLog(): StateAction {
    return { label: 'Show Log', run: () => void this.client.request('showLog', null) };
  }

  private async load(): Promise<void> {
    try {
      const data = await this.ask();
      this.error = undefined;
      this.take(data);
    } catch (error) {
      this.error = toStoreError(error);
      return;
    }
    await this.askMore();
  }
}
