import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { toStoreError } from '../../src/mlflow/errors';
import { shortDigests } from '../../src/mlflow/datasetDigest';
import { exactNumber, formatNumber, plainText } from '../../src/mlflow/format';
import { readFields, texts } from '../../src/mlflow/shape';
import { nameOfRun } from '../../src/mlflow/tellApart';
import type {
  LatestModelMetric,
  LoggedModelPageData,
  LoggedModelProtocol,
} from '../../src/protocol/loggedModel';
import { readArtifactsView, type ArtifactsView } from '../ui/artifacts/view';
import '../ui/artifacts/artifactBrowser';
import { artifactHost } from '../ui/artifacts/client';
import type { ArtifactHost } from '../ui/artifacts/host';
import { breadcrumb } from '../ui/breadcrumb';
import type { PageConnection } from '../ui/client';
import { DetailPage } from '../ui/detailPage';
import { icon } from '../ui/icon';
import '../ui/menu';
import type { MenuItem } from '../ui/menu';
import { banner, emptyState } from '../ui/states';
import { text } from '../ui/text';
import { age } from '../ui/time';

/** Columns of the table of metrics. */
const DATASETS = 20;

/** What the page remembers while it is hidden. */
interface View {
  folded: string[];
  artifacts: ArtifactsView | undefined;
}

@customElement('logged-model-page')
export class LoggedModelPage extends DetailPage<LoggedModelPageData> {
  connection!: PageConnection<'loggedModel', LoggedModelProtocol>;
  protected readonly what = 'model';
  protected readonly missing = 'This logged model is not in the store.';
  private artifacts!: ArtifactHost;
  private artifactsView: ArtifactsView | undefined;

  override connectedCallback(): void {
    const view = readFields<View>(
      { folded: [], artifacts: undefined },
      { folded: texts, artifacts: readArtifactsView },
      this.connection.view,
    );
    view.folded.forEach((id) => this.folded.add(id));
    this.artifactsView = view.artifacts;
    const { client } = this.connection;
    this.artifacts = artifactHost(
      (name, params, signal) => client.request(name, params, signal),
      (error) => this.fail(toStoreError(error).message),
    );
    super.connectedCallback();
  }

  protected get client(): PageConnection<'loggedModel', LoggedModelProtocol>['client'] {
    return this.connection.client;
  }

  protected ask(): Promise<LoggedModelPageData> {
    return this.client.request('getModel', null);
  }

  protected saveView(): void {
    this.connection.saveView({
      folded: [...this.folded],
      artifacts: this.artifactsView,
    } satisfies View);
  }

  protected whole(data: LoggedModelPageData): TemplateResult {
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
          <lens-menu .items=${this.menu(data)}></lens-menu>
        </div>
      </header>
      ${this.banners(data, [
        model.lifecycleStage === 'deleted' ? banner('warning', 'This logged model is deleted.') : nothing,
        model.status === 'FAILED'
          ? banner('warning', plainText(model.statusMessage ?? 'Its files were not uploaded.', 500))
          : nothing,
      ])}
      ${this.body(html`
        <div class="title"><h1>${text(model.name)}</h1></div>
        ${this.status(data)} ${this.sections(data)}
      `)}`;
  }

  private menu({ model, versions }: LoggedModelPageData): MenuItem[] {
    const { store } = this.connection.args;
    return [
      ...versions.slice(0, 3).map(({ name, version }) => ({
        label: `Promote v${plainText(version)} of ${plainText(name, 40)}…`,
        icon: 'arrow-circle-up',
        run: () => this.run('promoteModelVersion', { store, name, version }),
      })),
      {
        label: 'Copy Model ID',
        icon: 'copy',
        separated: versions.length > 0,
        run: () => this.copy(model.modelId, 'model ID'),
      },
      { label: 'Copy Model URI', run: () => this.copy(`models:/${model.modelId}`, 'model URI') },
      { label: 'Copy Artifact URI', run: () => this.copy(model.artifactLocation, 'artifact URI') },
    ];
  }

  private status({ model, sourceRun, versions, now }: LoggedModelPageData): TemplateResult {
    const { store } = this.connection.args;
    return html`<div class="status-line">
      <span>
        ${icon(model.status === 'READY' ? 'pass' : model.status === 'FAILED' ? 'error' : 'clock')}
        ${text(model.status.toLowerCase())}
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
                ${text(nameOfRun(sourceRun))}
              </button>
            </span>`
          : model.sourceRunId
            ? html`<span>logged by ${text(model.sourceRunId)}, which is gone</span>`
            : nothing
      }
      <span>
        ${icon('key')}
        <button
          type="button"
          class="link"
          title="Copy model URI models:/${plainText(model.modelId)}"
          @click=${() => this.copy(`models:/${model.modelId}`, 'model URI')}
        >
          ${plainText(model.modelId.slice(0, 10))}
        </button>
      </span>
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
        ${this.section({
          id: 'metrics',
          title: 'Metrics',
          count: String(metrics.length),
          body: () =>
            metrics.length === 0 ? emptyState('No metrics were logged for it.') : metricsByDataset(metrics),
        })}
        ${this.valueSection(
          { id: 'params', title: 'Params' },
          model.params,
          'No params were logged for it.',
          {
            keyTitle: 'Param',
          },
        )}
        ${this.valueSection({ id: 'tags', title: 'Tags' }, userTags, 'No tags of your own.', {
          keyTitle: 'Tag',
        })}
        ${this.valueSection({ id: 'systemTags', title: 'MLflow’s tags' }, systemTags, 'MLflow set no tags.', {
          keyTitle: 'Tag',
        })}
      </div>
      ${this.section({
        id: 'artifacts',
        title: 'Files',
        body: () =>
          html`<lens-artifacts
            .host=${this.artifacts}
            .roots=${[{ owner: { modelId: model.modelId } }]}
            initial="MLmodel"
            .view=${this.artifactsView}
            .save=${this.saveArtifacts}
          ></lens-artifacts>`,
      })}`;
  }

  private openTable(experimentIds: string[]): void {
    this.run('openRunTable', { store: this.connection.args.store, experimentIds });
  }

  private readonly saveArtifacts = (view: ArtifactsView): void => {
    this.artifactsView = view;
    this.saveView();
  };
}

/** One row a metric, one column a dataset: two of one name are told apart by their digests. */
function metricsByDataset(metrics: readonly LatestModelMetric[]): TemplateResult {
  const columnOf = ({ dataset, digest }: LatestModelMetric): string => JSON.stringify([dataset, digest]);
  const all = [...new Map(metrics.map((metric) => [columnOf(metric), metric])).values()];
  const datasets = all.slice(0, DATASETS);
  const keys = [...new Set(metrics.map(({ key }) => key))];
  const digests = all.flatMap(({ digest }) => digest ?? []);
  const short = new Map(shortDigests(digests).map((told, index) => [digests[index]!, told]));
  const found = new Map(metrics.map((metric) => [`${columnOf(metric)} ${metric.key}`, metric]));
  const heading = ({ dataset, digest }: LatestModelMetric): unknown => {
    const namesakes = all.filter((other) => other.dataset === dataset).length;
    return dataset === null
      ? 'no dataset'
      : html`${text(dataset)}${namesakes > 1 && digest ? html` <span title=${plainText(digest)}>${short.get(digest)}</span>` : nothing}`;
  };
  return html`<table class="rows">
      <thead>
        <tr>
          <th scope="col">Metric</th>
          ${datasets.map((dataset) => html`<th scope="col" class="number">${heading(dataset)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${keys.map(
          (key) =>
            html`<tr>
              <td>${text(key)}</td>
              ${datasets.map((dataset) => {
                const metric = found.get(`${columnOf(dataset)} ${key}`);
                return html`<td
                  class="number"
                  title=${metric ? `${exactNumber(metric.value)} at step ${metric.step}` : 'not logged for this dataset'}
                >
                  ${formatNumber(metric?.value)}
                </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      all.length > DATASETS
        ? html`<p class="muted">${all.length - DATASETS} more datasets are not shown.</p>`
        : nothing
    }`;
}
