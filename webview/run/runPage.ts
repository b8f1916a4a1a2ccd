import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { toStoreError, type StoreError } from '../../src/mlflow/errors';
import { formatDateTime, plainText } from '../../src/mlflow/format';
import type { RunArguments } from '../../src/protocol/pages';
import type { RelatedData, RunProtocol } from '../../src/protocol/run';
import { sameRun, type RunKey } from '../../src/state/viewState';
import type { LensArtifacts } from '../ui/artifacts/artifactBrowser';
import '../ui/artifacts/artifactBrowser';
import { artifactHost } from '../ui/artifacts/client';
import type { ArtifactHost, ArtifactRootNode } from '../ui/artifacts/host';
import { breadcrumb } from '../ui/breadcrumb';
import type { PageConnection } from '../ui/client';
import { filterBox, matches } from '../ui/filterBox';
import { iconButton } from '../ui/icon';
import '../ui/menu';
import { roveRows } from '../ui/rows';
import { section } from '../ui/section';
import { banner, emptyState, errorState, skeleton } from '../ui/states';
import { onThemeChange } from '../ui/theme';
import { liveLine, runName, statusLine, title, type HeaderOptions } from './header';
import { menuItems } from './menuItems';
import { metricsTable } from './metricsTable';
import { Navigation } from './navigation';
import { noteBody } from './note';
import { paramSource } from './paramSource';
import { childrenTable, datasetsList, modelsList, type RelatedOptions } from './related';
import { RunData } from './runData';
import type { ShownRun } from './shownRun';
import { valueTable } from '../ui/valueTable';

/** What the page remembers while it is hidden. */
interface View {
  folded: string[];
  filter: string;
}

/** Rows drawn at first, and more at a click. */
const ROWS = 200;
const MINUTE = 60_000;

@customElement('run-page')
export class RunPage extends LitElement {
  connection!: PageConnection<'run', RunProtocol>;

  @state() private actionError = '';
  @state() private filter = '';
  @state() private now = Date.now();
  /** What is said to a screen reader. */
  @state() private said = '';
  private known!: RunData;
  /** The run that the tab goes on to: shown when there is something of it to show. */
  private coming: RunData | undefined;
  private navigation!: Navigation;
  private artifacts!: ArtifactHost;
  private readonly folded = new Set<string>(['systemTags']);
  private readonly opened = new Set<string>();
  private readonly limits = new Map<string, number>();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const view = this.connection.view<View>();
    this.filter = view?.filter ?? '';
    if (view) {
      this.folded.clear();
      view.folded.forEach((id) => this.folded.add(id));
    }
    const { client } = this.connection;
    this.artifacts = artifactHost(
      (name, params, signal) => client.request(name, params, signal),
      this.failed,
    );
    this.known = new RunData(this.connection, () => this.requestUpdate(), this.drawnMetrics);
    this.navigation = new Navigation(this.connection, () => this.requestUpdate(), this.failed);
    this.navigation.refresh();
    client.on('argumentsChanged', ({ args }) => this.goOn(args as RunArguments));
    document.addEventListener('keydown', this.onKey);
    onThemeChange(() => this.requestUpdate());
    setInterval(() => (this.now = Date.now()), MINUTE / 6);
  }

  private readonly drawnMetrics = (): Set<string> =>
    new Set(
      [...this.querySelectorAll<HTMLElement>('table.metrics [data-key]')].map((row) => row.dataset.key!),
    );

  /** The tab shows another run, or the same one in another list. */
  private goOn(args: RunArguments): void {
    const same = sameRun(args, this.connection.args);
    this.connection.args = args;
    this.connection.saveArgs(args);
    this.navigation.forget();
    this.requestUpdate();
    if (same) {
      return;
    }
    this.coming?.dispose();
    const coming = new RunData(
      this.connection,
      () => {
        if (this.coming === coming && (coming.run || coming.error)) {
          this.arrive(coming);
        }
        this.requestUpdate();
      },
      this.drawnMetrics,
    );
    this.coming = coming;
  }

  private arrive(run: RunData): void {
    this.known.dispose();
    this.known = run;
    this.coming = undefined;
    this.opened.clear();
    this.limits.clear();
    this.actionError = '';
    this.said = run.run ? `Run ${runName(run.run)}` : 'This run is not in the store';
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (!/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && this.navigation.onKey(event)) {
      event.preventDefault();
    }
  };

  protected override updated(): void {
    this.querySelectorAll<HTMLElement>('table.rows').forEach(roveRows);
    this.known.requestSparklines();
  }

  protected override render(): TemplateResult {
    const { run, error } = this.known;
    return html`<div class="page ${this.coming ? 'leaving' : ''}">
      <div class="visually-hidden" role="status">${plainText(this.said)}</div>
      ${run ? this.loaded(run) : error ? this.notLoaded(error) : skeleton(12, 'Loading the run')}
    </div>`;
  }

  private notLoaded(error: StoreError): TemplateResult {
    return error.code === 'RESOURCE_DOES_NOT_EXIST'
      ? emptyState(
          'This run is not in the store: it was removed for good, or never was there.',
          this.tryAgain(),
        )
      : errorState(error.message, [this.tryAgain(), this.showLog()]);
  }

  private loaded(data: ShownRun): TemplateResult {
    const header: HeaderOptions = {
      data,
      sources: this.known.sources,
      related: this.known.related,
      openRun: this.openRun,
      now: this.now,
      openSource: () => this.run('openSource', this.target),
      copy: this.copy,
    };
    return html`<header class="page-header">
        ${this.navigation.trailButtons()}
        ${breadcrumb([
          { label: data.storeName, title: this.target.store, open: () => this.openTable([]) },
          { label: data.experimentName, open: () => this.openTable([data.run.info.experimentId]) },
          { label: runName(data), title: this.target.runId },
        ])}
        <div class="actions">
          ${this.navigation.listButtons()}
          <vscode-button appearance="secondary" @click=${() => this.openChart()}>Charts</vscode-button>
          <vscode-button appearance="secondary" @click=${() => this.run('diffRuns', { runs: [this.target] })}>
            Diff With…
          </vscode-button>
          <lens-menu .items=${menuItems(data, this.target, this.run, this.copy)}></lens-menu>
        </div>
      </header>
      ${this.banners(data)}
      <div class=${data.stale || this.known.error ? 'stale' : ''}>
        ${title(header)} ${statusLine(header)} ${liveLine(header)} ${noteBody(this.known.note)}
        ${this.tables(data)} ${this.artifactSection()} ${this.relatedSections(this.known.related)}
      </div>`;
  }

  private banners(data: ShownRun): unknown[] {
    return [
      this.known.error?.code === 'RESOURCE_DOES_NOT_EXIST'
        ? banner('warning', 'This run was removed from the store. What you see was read before.')
        : this.known.error
          ? banner('warning', this.known.error.message, [this.tryAgain(), this.showLog()])
          : nothing,
      data.stale
        ? banner('warning', `${data.stale.message} Shown as of ${formatDateTime(data.stale.since)}.`, [
            this.tryAgain(),
          ])
        : nothing,
      data.run.info.lifecycleStage === 'deleted'
        ? banner('warning', 'This run is deleted; MLflow keeps it until "mlflow gc".', [
            {
              label: 'Restore',
              run: () => this.run('restoreRuns', { store: this.target.store, runIds: [this.target.runId] }),
            },
          ])
        : nothing,
      this.actionError
        ? banner('warning', this.actionError, [{ label: 'Close', run: () => (this.actionError = '') }])
        : nothing,
    ];
  }

  private tables(data: ShownRun): TemplateResult {
    const { metrics, params, tags } = data.run;
    const filter = this.filter.trim();
    const shown = {
      metrics: metrics.filter(({ key }) => matches(filter, key)),
      params: params.filter(({ key, value }) => matches(filter, key, value)),
      userTags: tags.filter(({ key, value }) => !key.startsWith('mlflow.') && matches(filter, key, value)),
      systemTags: tags.filter(({ key, value }) => key.startsWith('mlflow.') && matches(filter, key, value)),
    };
    const all = metrics.length + params.length + tags.length;
    const left = shown.metrics.length + shown.params.length + shown.userTags.length + shown.systemTags.length;
    return html`<div class="toolbar">
        ${filterBox({
          value: this.filter,
          placeholder: 'Filter metrics, params, tags',
          onChange: (value) => {
            this.filter = value;
            this.saveView();
          },
          result: filter === '' ? undefined : `${left} of ${all} rows`,
        })}
      </div>
      <div class="columns">
        ${this.section(
          'metrics',
          'Metrics',
          shown.metrics,
          metrics.length,
          'No metrics were logged.',
          (rows) =>
            metricsTable({
              metrics: rows,
              directions: new Map(data.directions),
              sparklines: this.known.sparklines,
              openChart: (key) => this.openChart([key]),
              copy: this.copy,
            }),
        )}
        ${this.section('params', 'Params', shown.params, params.length, 'No params were logged.', (rows) =>
          valueTable({
            ...this.values('params', 'Param', rows),
            extra: { title: 'Source', cell: (key) => this.source(key) },
          }),
        )}
        ${this.section('tags', 'Tags', shown.userTags, undefined, 'No tags of your own.', (rows) =>
          valueTable(this.values('tags', 'Tag', rows)),
        )}
        ${this.section(
          'systemTags',
          'MLflow’s tags',
          shown.systemTags,
          undefined,
          'No tags by MLflow.',
          (rows) => valueTable(this.values('systemTags', 'Tag', rows)),
        )}
      </div>`;
  }

  private artifactSection(): TemplateResult {
    const roots: ArtifactRootNode[] = [
      { owner: { runId: this.target.runId } },
      ...(this.known.related?.models ?? [])
        .filter(({ role }) => role === 'output')
        .map(({ model }) => ({
          owner: { modelId: model.modelId },
          label: model.name,
          description: 'logged model',
        })),
    ];
    return section({
      id: 'artifacts',
      title: 'Artifacts',
      open: !this.folded.has('artifacts'),
      onToggle: () => this.toggle(this.folded, 'artifacts'),
      body: () =>
        keyed(
          this.target.runId,
          html`<lens-artifacts .host=${this.artifacts} .roots=${roots}></lens-artifacts>`,
        ),
      actions: iconButton('refresh', 'Look for New Artifacts', () =>
        this.querySelector<LensArtifacts>('lens-artifacts')?.refresh(),
      ),
    });
  }

  private relatedSections(related: RelatedData | undefined): TemplateResult | typeof nothing {
    if (!related) {
      return nothing;
    }
    const options: RelatedOptions = {
      now: this.now,
      openRun: this.openRun,
      openModel: (name) => this.run('openModel', { store: this.target.store, name }),
      openLoggedModel: (modelId) => this.run('openLoggedModel', { store: this.target.store, modelId }),
      copy: this.copy,
      opened: this.opened,
      toggle: (key) => this.toggle(this.opened, key),
    };
    const { datasets, models, versions, children, moreChildren } = related;
    const part = (id: string, heading: string, amount: number, body: () => unknown): unknown =>
      amount === 0
        ? nothing
        : section({
            id,
            title: heading,
            count: `${amount}${id === 'children' && moreChildren ? '+' : ''}`,
            open: !this.folded.has(id),
            onToggle: () => this.toggle(this.folded, id),
            body,
          });
    return html`<div class="columns">
      ${part('datasets', 'Datasets', datasets.length, () => datasetsList(related, options))}
      ${part('models', 'Models', models.length + versions.length, () => modelsList(related, options))}
      ${part('children', 'Child runs', children.length, () => childrenTable(related, options))}
    </div>`;
  }

  private section<Row>(
    id: string,
    heading: string,
    rows: readonly Row[],
    total: number | undefined,
    empty: string,
    body: (rows: readonly Row[]) => TemplateResult,
  ): TemplateResult {
    const limit = this.limits.get(id) ?? ROWS;
    const filtered = this.filter.trim() !== '';
    const more = rows.length - limit;
    return section({
      id,
      title: heading,
      count: filtered && total !== undefined ? `${rows.length} of ${total}` : String(rows.length),
      open: !this.folded.has(id),
      onToggle: () => this.toggle(this.folded, id),
      body: () =>
        rows.length === 0
          ? emptyState(filtered ? 'Nothing here matches the filter.' : empty)
          : html`${body(rows.slice(0, limit))}
            ${
              more > 0
                ? html`<div class="more">
                    <button type="button" class="link" @click=${() => this.showMore(id, limit + 1000)}>
                      Show ${Math.min(1000, more)} more of ${more}
                    </button>
                  </div>`
                : nothing
            }`,
    });
  }

  private values(
    id: string,
    keyTitle: string,
    pairs: readonly { key: string; value: string }[],
  ): Parameters<typeof valueTable>[0] {
    const opened = new Set(pairs.filter(({ key }) => this.opened.has(`${id}\n${key}`)).map(({ key }) => key));
    return {
      pairs,
      keyTitle,
      opened,
      toggle: (key) => this.toggle(this.opened, `${id}\n${key}`),
      copy: this.copy,
    };
  }

  private source(key: string): TemplateResult {
    return paramSource(this.known.sourceOf.get(key), this.known.sourcesLoading, (param) =>
      this.run('openSource', { ...this.target, param }),
    );
  }

  private get target(): RunKey {
    return this.known.key;
  }

  private readonly run = (command: string, args: unknown): void => {
    this.connection.client
      .request('runCommand', { command: `mlflowLens.${command}`, args })
      .catch(this.failed);
  };

  private readonly copy = (text: string, what: string): void => {
    this.connection.client.request('copyText', { text, what }).catch(this.failed);
  };

  private readonly failed = (error: unknown): void => {
    this.actionError = toStoreError(error).message;
  };

  /** In this tab, from which "back" comes back here; with Ctrl or Cmd in a tab of its own. */
  private readonly openRun = (runId: string, { ctrlKey, metaKey }: MouseEvent): void => {
    if (ctrlKey || metaKey) {
      this.run('openRun', { store: this.target.store, runId });
    } else {
      this.navigation.go({ runId });
    }
  };

  private openTable(experimentIds: string[]): void {
    this.run('openRunTable', { store: this.target.store, experimentIds });
  }

  private openChart(metrics?: string[]): void {
    this.run('openCharts', { runs: [this.target], ...(metrics ? { metrics } : {}) });
  }

  private toggle(set: Set<string>, id: string): void {
    if (!set.delete(id)) {
      set.add(id);
    }
    this.saveView();
    this.requestUpdate();
  }

  private showMore(id: string, limit: number): void {
    this.limits.set(id, limit);
    this.requestUpdate();
  }

  private saveView(): void {
    this.connection.saveView({ folded: [...this.folded], filter: this.filter } satisfies View);
  }

  private tryAgain(): { label: string; run: () => void } {
    return { label: 'Try Again', run: () => this.known.refresh() };
  }

  private showLog(): { label: string; run: () => void } {
    return { label: 'Show Log', run: () => void this.connection.client.request('showLog', null) };
  }
}
