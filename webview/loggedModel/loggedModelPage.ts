import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { toStoreError, type StoreError } from '../../src/mlflow/errors';
import { formatDateTime, plainText } from '../../src/mlflow/format';
import type {
  LatestModelMetric,
  LoggedModelPageData,
  LoggedModelProtocol,
} from '../../src/protocol/loggedModel';
import '../ui/artifacts/artifactBrowser';
import { artifactHost } from '../ui/artifacts/client';
import type { ArtifactHost } from '../ui/artifacts/host';
import { breadcrumb } from '../ui/breadcrumb';
import type { PageConnection } from '../ui/client';
import { icon } from '../ui/icon';
import '../ui/menu';
import { Refresher } from '../ui/refresher';
import { roveRows } from '../ui/rows';
import { section } from '../ui/section';
import { banner, emptyState, errorState, skeleton, type StateAction } from '../ui/states';
import { text } from '../ui/text';
import { age } from '../ui/time';
import { valueTable } from '../ui/valueTable';

const DATASETS = 20;

@customElement('logged-model-page')
export class LoggedModelPage extends LitElement {
  connection!: PageConnection<'loggedModel', LoggedModelProtocol>;

  @state() private data: LoggedModelPageData | undefined;
  @state() private error: StoreError | undefined;
  @state() private actionError = '';
  private artifacts!: ArtifactHost;
  private readonly folded = new Set<string>();
  private readonly opened = new Set<string>();
  private readonly refresher = new Refresher(() => this.load());

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { client } = this.connection;
    this.connection.view<string[]>()?.forEach((id) => this.folded.add(id));
    this.artifacts = artifactHost(
      (name, params, signal) => client.request(name, params, signal),
      this.failed,
    );
    client.on('storeChanged', () => this.refresher.request());
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
      ? emptyState('This logged model is not in the store.', this.tryAgain())
      : errorState(error.message, [this.tryAgain()]);
  }

  private loaded(data: LoggedModelPageData): TemplateResult {
    const { model } = data;
    const { store } = this.connection.args;
    return html`<header class="page-header">
        ${breadcrumb([
          { label: data.storeName, title: store, open: () => this.openTable([]) },
          { label: data.experimentName, open: () => this.openTable([model.experimentId]) },
          { label: model.name, title: model.modelId },
        ])}
        <div class="actions">
          <vscode-button
            appearance="secondary"
            @click=${() => this.run('registerModel', { store, modelId: model.modelId })}
          >
            Register…
          </vscode-button>
          <lens-menu
            .items=${[
              { label: 'Copy Model ID', icon: 'copy', run: () => this.copy(model.modelId, 'model ID') },
              {
                label: 'Copy Model URI',
                run: () => this.copy(`models:/${model.modelId}`, 'model URI'),
              },
              { label: 'Copy Artifact URI', run: () => this.copy(model.artifactLocation, 'artifact URI') },
            ]}
          ></lens-menu>
        </div>
      </header>
      ${this.banners(data)}
      <div class=${data.stale || this.error ? 'stale' : ''}>
        <div class="title"><h1>${text(model.name)}</h1></div>
        ${this.status(data)} ${this.sections(data)}
      </div>`;
  }

  private banners({ stale, model }: LoggedModelPageData): unknown[] {
    return [
      this.error ? banner('warning', this.error.message, [this.tryAgain()]) : nothing,
      stale
        ? banner('warning', `${stale.message} Shown as of ${formatDateTime(stale.since)}.`, [this.tryAgain()])
        : nothing,
      model.lifecycleStage === 'deleted' ? banner('warning', 'This logged model is deleted.') : nothing,
      model.status === 'FAILED'
        ? banner('warning', plainText(model.statusMessage ?? 'Its files were not uploaded.', 500))
        : nothing,
      this.actionError
        ? banner('warning', this.actionError, [{ label: 'Close', run: () => (this.actionError = '') }])
        : nothing,
    ];
  }

  private status({ model, sourceRun, versions, now }: LoggedModelPageData): TemplateResult {
    const { store } = this.connection.args;
    return html`<div class="status-line">
      <span>
        ${icon(model.status === 'READY' ? 'pass' : model.status === 'FAILED' ? 'error' : 'clock')}
        ${model.status.toLowerCase()}
      </span>
      ${model.modelType ? html`<span>${icon('package')} ${text(model.modelType)}</span>` : nothing}
      <span>${icon('calendar')} ${age(model.creationTimestamp, now)}</span>
      ${
        sourceRun
          ? html`<span>
              logged by
              <button
                type="button"
                class="link"
                @click=${() => this.run('openRun', { store, runId: sourceRun.runId })}
              >
                ${text(sourceRun.runName || sourceRun.runId.slice(0, 8))}
              </button>
            </span>`
          : model.sourceRunId
            ? html`<span>logged by ${text(model.sourceRunId)}, which is gone</span>`
            : nothing
      }
      ${versions.map(
        ({ name, version, stage, aliases }) =>
          html`<span>
            ${icon('versions')}
            <button type="button" class="link" @click=${() => this.run('openModel', { store, name })}>
              v${plainText(version)} of ${text(name)}
            </button>
            ${stage === 'None' ? nothing : html`<span class="badge">${text(stage)}</span>`}
            ${aliases.map((alias) => html`<span class="badge">@${text(alias)}</span>`)}
          </span>`,
      )}
    </div>`;
  }

  private sections({ model, metrics }: LoggedModelPageData): TemplateResult {
    const userTags = model.tags.filter(({ key }) => !key.startsWith('mlflow.'));
    const systemTags = model.tags.filter(({ key }) => key.startsWith('mlflow.'));
    return html`<div class="columns">
        ${this.section('metrics', 'Metrics', metrics.length, 'No metrics were logged for it.', () =>
          metricsByDataset(metrics),
        )}
        ${this.section('params', 'Params', model.params.length, 'No params were logged for it.', () =>
          this.values('params', 'Param', model.params),
        )}
        ${this.section('tags', 'Tags', userTags.length, 'No tags of your own.', () =>
          this.values('tags', 'Tag', userTags),
        )}
        ${this.section('systemTags', 'MLflow’s tags', systemTags.length, 'No tags by MLflow.', () =>
          this.values('systemTags', 'Tag', systemTags),
        )}
      </div>
      ${section({
        id: 'artifacts',
        title: 'Files',
        open: !this.folded.has('artifacts'),
        onToggle: () => this.toggle(this.folded, 'artifacts'),
        body: () =>
          html`<lens-artifacts
            .host=${this.artifacts}
            .roots=${[{ owner: { modelId: model.modelId } }]}
            initial="MLmodel"
          ></lens-artifacts>`,
      })}`;
  }

  private section(
    id: string,
    title: string,
    amount: number,
    empty: string,
    body: () => TemplateResult,
  ): TemplateResult {
    return section({
      id,
      title,
      count: String(amount),
      open: !this.folded.has(id),
      onToggle: () => this.toggle(this.folded, id),
      body: () => (amount === 0 ? emptyState(empty) : body()),
    });
  }

  private values(
    id: string,
    keyTitle: string,
    pairs: readonly { key: string; value: string }[],
  ): TemplateResult {
    return valueTable({
      pairs,
      keyTitle,
      opened: new Set(pairs.map(({ key }) => key).filter((key) => this.opened.has(`${id}\n${key}`))),
      toggle: (key) => this.toggle(this.opened, `${id}\n${key}`),
      copy: this.copy,
    });
  }

  private async load(): Promise<void> {
    try {
      this.data = await this.connection.client.request('getModel', null);
      this.error = undefined;
    } catch (error) {
      this.error = toStoreError(error);
    }
  }

  private readonly run = (command: string, args: unknown): void => {
    this.connection.client
      .request('runCommand', { command: `mlflowLens.${command}`, args })
      .catch(this.failed);
  };

  private readonly copy = (value: string, what: string): void => {
    this.connection.client.request('copyText', { text: value, what }).catch(this.failed);
  };

  private readonly failed = (error: unknown): void => {
    this.actionError = toStoreError(error).message;
  };

  private openTable(experimentIds: string[]): void {
    this.run('openRunTable', { store: this.connection.args.store, experimentIds });
  }

  private toggle(set: Set<string>, id: string): void {
    if (!set.delete(id)) {
      set.add(id);
    }
    this.connection.saveView([...this.folded]);
    this.requestUpdate();
  }

  private tryAgain(): StateAction {
    return { label: 'Try Again', run: () => this.refresher.request() };
  }
}

/** One row a metric, one column a dataset. */
function metricsByDataset(metrics: readonly LatestModelMetric[]): TemplateResult {
  const datasets = [...new Set(metrics.map(({ dataset }) => dataset))].slice(0, DATASETS);
  const keys = [...new Set(metrics.map(({ key }) => key))];
  const found = new Map(metrics.map((metric) => [JSON.stringify([metric.key, metric.dataset]), metric]));
  return html`<table class="rows">
    <thead>
      <tr>
        <th scope="col">Metric</th>
        ${datasets.map(
          (dataset) =>
            html`<th scope="col" class="number">${dataset === null ? 'no dataset' : text(dataset)}</th>`,
        )}
      </tr>
    </thead>
    <tbody>
      ${keys.map(
        (key) =>
          html`<tr>
            <td>${text(key)}</td>
            ${datasets.map((dataset) => {
              const metric = found.get(JSON.stringify([key, dataset]));
              return html`<td class="number" title=${metric?.exact ?? ''}>${metric?.value ?? '–'}</td>`;
            })}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
