import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { toStoreError, type StoreError } from '../../src/mlflow/errors';
import { count, formatDateTime, plainText } from '../../src/mlflow/format';
import type { ModelPageData, ModelProtocol, ModelVersionDetail } from '../../src/protocol/model';
import { cleanMarkdown } from '../ui/artifacts/markdown';
import { breadcrumb } from '../ui/breadcrumb';
import type { PageConnection } from '../ui/client';
import { icon } from '../ui/icon';
import '../ui/menu';
import type { MenuItem } from '../ui/menu';
import { Refresher } from '../ui/refresher';
import { roveRows } from '../ui/rows';
import { section } from '../ui/section';
import { banner, emptyState, errorState, skeleton, type StateAction } from '../ui/states';
import { block, text } from '../ui/text';
import { age } from '../ui/time';
import { valueTable } from '../ui/valueTable';
import { overVersions } from './overVersions';
import { timelineView } from './timeline';
import { versionTable } from './versionTable';

interface ViewState {
  folded: string[];
  metric: string | null;
}

@customElement('model-page')
export class ModelPage extends LitElement {
  connection!: PageConnection<'model', ModelProtocol>;

  @state() private data: ModelPageData | undefined;
  @state() private details: ReadonlyMap<string, ModelVersionDetail> | undefined;
  @state() private error: StoreError | undefined;
  @state() private actionError = '';
  @state() private metric: string | null = null;
  private readonly folded = new Set<string>();
  private readonly opened = new Set<string>();
  private readonly refresher = new Refresher(() => this.load());

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const view = this.connection.view<ViewState>();
    view?.folded.forEach((id) => this.folded.add(id));
    this.metric = view?.metric ?? null;
    this.connection.client.on('storeChanged', () => this.refresher.request());
    this.refresher.request();
  }

  protected override updated(): void {
    this.querySelectorAll<HTMLElement>('table.rows').forEach(roveRows);
  }

  protected override render(): TemplateResult {
    const { data, error } = this;
    return html`<div class="page">
      ${data ? this.loaded(data) : error ? this.notLoaded(error) : skeleton(12, 'Loading the model')}
    </div>`;
  }

  private notLoaded(error: StoreError): TemplateResult {
    return error.code === 'RESOURCE_DOES_NOT_EXIST'
      ? emptyState('This registered model is not in the store (any more).', this.tryAgain())
      : errorState(error.message, [this.tryAgain()]);
  }

  private loaded(data: ModelPageData): TemplateResult {
    const { store } = this.connection.args;
    return html`<header class="page-header">
        ${breadcrumb([
          {
            label: data.storeName,
            title: store,
            open: () => this.run('openRunTable', { experimentIds: [] }),
          },
          { label: data.name },
        ])}
        <div class="actions">
          <vscode-button
            ?disabled=${data.versions.length === 0 || data.readOnlyReason !== null}
            @click=${() => this.onModel('promoteModelVersion')}
          >
            Promote…
          </vscode-button>
          <lens-menu .items=${this.menu(data)}></lens-menu>
        </div>
      </header>
      ${this.banners(data)}
      <div class=${data.stale || this.error ? 'stale' : ''}>
        <div class="title"><h1>${text(data.name)}</h1></div>
        ${this.status(data)} ${this.description(data)} ${this.sections(data)}
      </div>`;
  }

  private menu({ name }: ModelPageData): MenuItem[] {
    return [
      { label: 'Mark Version as Ready…', icon: 'pass', run: () => this.onModel('markReady') },
      { label: 'Set Alias…', icon: 'mention', run: () => this.onModel('setAlias') },
      { label: 'Remove Alias…', run: () => this.onModel('deleteAlias') },
      { label: 'Archive Version…', icon: 'archive', run: () => this.onModel('archiveModelVersion') },
      { label: 'Archive Old Versions…', run: () => this.onModel('archiveOldVersions') },
      { label: 'Copy Version…', icon: 'copy', run: () => this.onModel('copyModelVersion') },
      {
        label: 'Edit Description…',
        icon: 'edit',
        separated: true,
        run: () => this.onModel('editDescription'),
      },
      { label: 'Set Tag…', icon: 'tag', run: () => this.onModel('setTag') },
      { label: 'Delete Tag…', run: () => this.onModel('deleteTag') },
      { label: 'Rename…', run: () => this.onModel('renameModel') },
      { label: 'Copy Model URI', icon: 'copy', run: () => this.copy(`models:/${name}`, 'model URI') },
      {
        label: 'Delete Version…',
        icon: 'trash',
        separated: true,
        run: () => this.onModel('deleteModelVersion'),
      },
      { label: 'Delete Model…', run: () => this.onModel('deleteModel') },
    ];
  }

  private banners({ stale, readOnlyReason }: ModelPageData): unknown[] {
    return [
      this.error ? banner('warning', this.error.message, [this.tryAgain()]) : nothing,
      stale
        ? banner('warning', `${stale.message} Shown as of ${formatDateTime(stale.since)}.`, [this.tryAgain()])
        : nothing,
      readOnlyReason === null ? nothing : banner('info', `Nothing can be changed here: ${readOnlyReason}`),
      this.actionError
        ? banner('warning', this.actionError, [{ label: 'Close', run: () => (this.actionError = '') }])
        : nothing,
    ];
  }

  private status({ aliases, versions, more, lastUpdated, now }: ModelPageData): TemplateResult {
    const staged = versions.filter(({ stage }) => stage === 'Production' || stage === 'Staging');
    return html`<div class="status-line">
      <span>${count(versions.length + more, 'version')}</span>
      ${staged.map(({ stage, version }) => html`<span>${stage} <strong>v${plainText(version)}</strong></span>`)}
      ${aliases.map(
        ({ alias, version, dangling }) =>
          html`<span>
            ${text(`@${alias}`, 40)} → <strong>v${plainText(version)}</strong>
            ${
              dangling
                ? html`${icon('warning', 'The version that it names is gone')}
                    <button type="button" class="link" @click=${() => this.run('deleteAlias', { alias })}>
                      Remove
                    </button>`
                : nothing
            }
          </span>`,
      )}
      <span class="muted">changed ${age(lastUpdated, now)}</span>
    </div>`;
  }

  private description({ description }: ModelPageData): TemplateResult {
    return description
      ? html`<div class="description" role="note" aria-label="Description">
          ${
            description.html === null
              ? block(description.text)
              : html`<div class="markdown">${cleanMarkdown(description.html)}</div>`
          }
        </div>`
      : html`<div class="description muted">
          No description.
          <button type="button" class="link" @click=${() => this.onModel('editDescription')}>
            Write one…
          </button>
        </div>`;
  }

  private sections(data: ModelPageData): TemplateResult {
    const { versions, more, tags, history } = data;
    return html`${this.section('versions', 'Versions', versions.length + more, () =>
      versions.length === 0
        ? emptyState('No versions yet.', {
            label: 'Register a run’s model…',
            run: () => this.run('registerModel', {}),
          })
        : html`${versionTable({ data, details: this.details, run: this.run })}
          ${more > 0 ? html`<p class="muted">${count(more, 'older version')} left out.</p>` : nothing}`,
    )}
    ${this.section('timeline', 'In production when?', undefined, () => timelineView(data))}
    ${data.metricKeys.length > 0 ? this.section('metric', 'Metric over versions', undefined, () => this.chart(data)) : nothing}
    ${this.section('history', 'History', history.length, () => this.history(data))}
    ${this.section('tags', 'Tags', tags.length, () =>
      tags.length === 0
        ? emptyState('No tags.', { label: 'Set one…', run: () => this.onModel('setTag') })
        : valueTable({
            pairs: tags,
            keyTitle: 'Tag',
            opened: this.opened,
            toggle: (key) => this.toggle(this.opened, key),
            copy: this.copy,
          }),
    )}`;
  }

  private section(
    id: string,
    title: string,
    amount: number | undefined,
    body: () => TemplateResult,
  ): TemplateResult {
    return section({
      id,
      title,
      count: amount === undefined ? undefined : String(amount),
      open: !this.folded.has(id),
      onToggle: () => this.toggle(this.folded, id),
      body,
    });
  }

  private chart({ versions, metricKeys }: ModelPageData): TemplateResult {
    const chosen = this.metric !== null && metricKeys.includes(this.metric) ? this.metric : metricKeys[0]!;
    return html`<label class="metric-choice">
        Metric
        <select @change=${(event: Event) => this.chooseMetric((event.target as HTMLSelectElement).value)}>
          ${metricKeys.map(
            (key) => html`<option value=${key} ?selected=${key === chosen}>${plainText(key, 80)}</option>`,
          )}
        </select>
      </label>
      ${overVersions(versions, chosen)}`;
  }

  private history({ history }: ModelPageData): TemplateResult {
    if (history.length === 0) {
      return emptyState('Changes made here are kept from now on; MLflow itself keeps none.');
    }
    return html`<ul class="history">
      ${history.map(
        ({ when, who, what, canUndo }) =>
          html`<li>
            <span class="when">${formatDateTime(when)}</span>
            <span class="who"
              >${who === null ? html`<em title="Noticed here at that time">elsewhere</em>` : text(who)}</span
            >
            <span>${text(what, 300)}</span>
            ${
              canUndo
                ? html`<button type="button" class="link" @click=${() => this.run('undoRegistryChange', {})}>
                    Undo…
                  </button>`
                : nothing
            }
          </li>`,
      )}
    </ul>`;
  }

  private async load(): Promise<void> {
    try {
      this.data = await this.connection.client.request('getModel', null);
      this.error = undefined;
      const details = await this.connection.client.request('getDetails', null);
      this.details = new Map(details.map((detail) => [detail.version, detail]));
    } catch (error) {
      this.error = toStoreError(error);
    }
  }

  /** A command on this model; what it lacks it asks for. */
  private onModel(command: string): void {
    this.run(command, {});
  }

  private readonly run = (command: string, args: Record<string, unknown>): void => {
    const { store, name } = this.connection.args;
    const isOnModel = !('runId' in args || 'experimentIds' in args) && command !== 'registerModel';
    this.connection.client
      .request('runCommand', {
        command: `mlflowLens.${command}`,
        args: { store, ...(isOnModel ? { name } : {}), ...args },
      })
      .catch(this.failed);
  };

  private readonly copy = (value: string, what: string): void => {
    this.connection.client.request('copyText', { text: value, what }).catch(this.failed);
  };

  private readonly failed = (error: unknown): void => {
    this.actionError = toStoreError(error).message;
  };

  private chooseMetric(key: string): void {
    this.metric = key;
    this.save();
  }

  private toggle(set: Set<string>, id: string): void {
    if (!set.delete(id)) {
      set.add(id);
    }
    this.save();
    this.requestUpdate();
  }

  private save(): void {
    this.connection.saveView({ folded: [...this.folded], metric: this.metric } satisfies ViewState);
  }

  private tryAgain(): StateAction {
    return { label: 'Try Again', run: () => this.refresher.request() };
  }
}
