import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { toStoreError } from '../../src/mlflow/errors';
import { count, formatDateTime, plainText } from '../../src/mlflow/format';
import { fittingOrNull, isText, readFields, texts } from '../../src/mlflow/shape';
import type { ModelPageData, ModelProtocol, ModelVersionDetail } from '../../src/protocol/model';
import { cleanMarkdown } from '../ui/artifacts/markdown';
import { breadcrumb } from '../ui/breadcrumb';
import type { PageConnection } from '../ui/client';
import { DetailPage } from '../ui/detailPage';
import { icon, iconButton } from '../ui/icon';
import '../ui/menu';
import type { MenuItem } from '../ui/menu';
import { banner, emptyState } from '../ui/states';
import { block, text } from '../ui/text';
import { age } from '../ui/time';
import { overVersions } from './overVersions';
import { timelineView } from './timeline';
import { versionTable } from './versionTable';
import type { CommandName } from '../../src/protocol/commands';

interface ViewState {
  folded: string[];
  metric: string | null;
}

const WIDEST_PICTURE = 900;
const LEAST_PICTURE = 280;

@customElement('model-page')
export class ModelPage extends DetailPage<ModelPageData> {
  connection!: PageConnection<'model', ModelProtocol>;
  protected readonly what = 'model';
  protected readonly missing = 'This registered model is not in the store.';

  @state() private details: ReadonlyMap<string, ModelVersionDetail> | undefined;
  @state() private metric: string | null = null;
  /** Of the page's pictures, CSS pixels. */
  @state() private pictureWidth = WIDEST_PICTURE;
  private readonly resizer = new ResizeObserver(() => {
    const sides = 40;
    this.pictureWidth = Math.max(LEAST_PICTURE, Math.min(WIDEST_PICTURE, this.clientWidth - sides));
  });

  override connectedCallback(): void {
    const view = readFields<ViewState>(
      { folded: [], metric: null },
      { folded: texts, metric: fittingOrNull(isText) },
      this.connection.view,
    );
    view.folded.forEach((id) => this.folded.add(id));
    this.metric = view.metric;
    super.connectedCallback();
    this.resizer.observe(this);
  }

  override disconnectedCallback(): void {
    this.resizer.disconnect();
    super.disconnectedCallback();
  }

  protected get client(): PageConnection<'model', ModelProtocol>['client'] {
    return this.connection.client;
  }

  protected ask(): Promise<ModelPageData> {
    return this.client.request('getModel', null);
  }

  protected override async askMore(): Promise<void> {
    try {
      const details = await this.client.request('getDetails', null);
      this.details = new Map(details.map((detail) => [detail.version, detail]));
    } catch (error) {
      this.error = toStoreError(error);
    }
  }

  protected saveView(): void {
    this.connection.saveView({ folded: [...this.folded], metric: this.metric } satisfies ViewState);
  }

  protected whole(data: ModelPageData): TemplateResult {
    const { store } = this.connection.args;
    return html`<header class="page-header">
        ${breadcrumb([
          {
            label: data.storeName,
            title: store,
            open: () => this.perform('openRunTable', { experimentIds: [] }),
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
      ${this.banners(data, [
        data.readOnlyReason === null
          ? nothing
          : banner('info', `Nothing can be changed here: ${data.readOnlyReason}`),
      ])}
      ${this.body(html`
        <div class="title"><h1>${text(data.name)}</h1></div>
        ${this.status(data)} ${this.description(data)} ${this.sections(data)}
      `)}`;
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
                ? html`${icon('warning', 'The version it points to is gone')}
                    <button type="button" class="link" @click=${() => this.perform('deleteAlias', { alias })}>
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
    const { versions, more, tags, history, metricKeys } = data;
    return html`${this.section({
      id: 'versions',
      title: 'Versions',
      count: String(versions.length + more),
      body: () =>
        versions.length === 0
          ? emptyState('No versions yet.', {
              label: 'Register a run’s model…',
              run: () => this.perform('registerModel', {}),
            })
          : html`${versionTable({
              data,
              store: this.connection.args.store,
              details: this.details,
              run: this.perform,
            })}
            ${more > 0 ? html`<p class="muted">${count(more, 'older version')} left out.</p>` : nothing}`,
    })}
    ${this.section({ id: 'timeline', title: 'In production when?', body: () => timelineView(data, this.pictureWidth) })}
    ${
      metricKeys.length > 0
        ? this.section({ id: 'metric', title: 'Metric over versions', body: () => this.chart(data) })
        : nothing
    }
    ${this.section({
      id: 'history',
      title: 'History',
      count: String(history.length),
      body: () => this.history(data),
    })}
    ${this.valueSection(
      { id: 'tags', title: 'Tags', actions: iconButton('add', 'Set Tag…', () => this.onModel('setTag')) },
      tags,
      'No tags.',
      { keyTitle: 'Tag' },
    )}`;
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
      ${overVersions(versions, chosen, this.pictureWidth)}`;
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
              >${who === null ? html`<em title="Made elsewhere; noticed here at that time">elsewhere</em>` : text(who)}</span
            >
            <span>${text(what, 300)}</span>
            ${
              canUndo
                ? html`<button
                    type="button"
                    class="link"
                    @click=${() => this.perform('undoRegistryChange', {})}
                  >
                    Undo…
                  </button>`
                : nothing
            }
          </li>`,
      )}
    </ul>`;
  }

  /** A command on this model; what it lacks it asks for. */
  private onModel(command: CommandName): void {
    this.perform(command, {});
  }

  private readonly perform = (command: CommandName, args: Record<string, unknown>): void => {
    const { store, name } = this.connection.args;
    const isOnModel = !('runId' in args || 'experimentIds' in args) && command !== 'registerModel';
    this.run(command, { store, ...(isOnModel ? { name } : {}), ...args });
  };

  private chooseMetric(key: string): void {
    this.metric = key;
    this.saveView();
  }
}
