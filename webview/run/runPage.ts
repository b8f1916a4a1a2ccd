import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { toStoreError, type StoreError } from '../../src/mlflow/errors';
import { formatDateTime } from '../../src/mlflow/format';
import { fromMetricColumns } from '../../src/protocol/metricColumns';
import type { ParamSource, RunProtocol, RunSources, Sparkline } from '../../src/protocol/run';
import { breadcrumb } from '../ui/breadcrumb';
import type { PageConnection } from '../ui/client';
import { filterBox, matches } from '../ui/filterBox';
import '../ui/menu';
import { Refresher } from '../ui/refresher';
import { roveRows } from '../ui/rows';
import { section } from '../ui/section';
import { banner, emptyState, errorState, skeleton } from '../ui/states';
import { onThemeChange } from '../ui/theme';
import { liveLine, runName, statusLine, title, type HeaderOptions } from './header';
import type { ShownRun } from './shownRun';
import { menuItems } from './menuItems';
import { metricsTable } from './metricsTable';
import { paramSource } from './paramSource';
import { valueTable } from './valueTable';

/** What the page remembers while it is hidden. */
interface View {
  folded: string[];
  filter: string;
}

/** Rows drawn at first, and more at a click. */
const ROWS = 200;
/** Histories asked for at once. */
const SPARKLINES = 40;
const MINUTE = 60_000;

@customElement('run-page')
export class RunPage extends LitElement {
  connection!: PageConnection<'run', RunProtocol>;

  @state() private data: ShownRun | undefined;
  @state() private sources: RunSources | undefined;
  @state() private sourcesLoading = true;
  @state() private error: StoreError | undefined;
  @state() private actionError = '';
  @state() private filter = '';
  @state() private now = Date.now();
  private readonly folded = new Set<string>(['systemTags']);
  private readonly opened = new Set<string>();
  private readonly limits = new Map<string, number>();
  private readonly sparklines = new Map<string, Sparkline>();
  /** By key, the latest point that the drawn sparkline ends in. */
  private readonly drawnAt = new Map<string, string>();
  private readonly refresher = new Refresher(() => this.load());
  private readonly sparkliner = new Refresher(() => this.loadSparklines());

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { client } = this.connection;
    const view = this.connection.view<View>();
    this.filter = view?.filter ?? '';
    if (view) {
      this.folded.clear();
      view.folded.forEach((id) => this.folded.add(id));
    }
    client.on('storeChanged', () => this.refresher.request());
    client.on('viewStateChanged', () => void this.loadMarks());
    onThemeChange(() => this.requestUpdate());
    setInterval(() => (this.now = Date.now()), MINUTE / 6);
    this.refresher.request();
  }

  protected override updated(): void {
    this.querySelectorAll<HTMLElement>('table.rows').forEach(roveRows);
    this.sparkliner.request();
  }

  protected override render(): TemplateResult {
    return html`<div class="page">
      ${this.data ? this.loaded(this.data) : this.error ? this.failed(this.error) : skeleton(12, 'Loading the run')}
    </div>`;
  }

  private failed(error: StoreError): TemplateResult {
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
      sources: this.sources,
      now: this.now,
      openSource: () => this.run('openSource', this.target),
      copy: this.copy,
    };
    return html`<header class="page-header">
        ${breadcrumb([
          { label: data.storeName, title: this.target.store, open: () => this.openTable([]) },
          { label: data.experimentName, open: () => this.openTable([data.run.info.experimentId]) },
          { label: runName(data), title: this.target.runId },
        ])}
        <div class="actions">
          <vscode-button appearance="secondary" @click=${() => this.openChart()}>Charts</vscode-button>
          <vscode-button appearance="secondary" @click=${() => this.run('diffRuns', { runs: [this.target] })}>
            Diff With…
          </vscode-button>
          <lens-menu .items=${menuItems(data, this.target, this.run, this.copy)}></lens-menu>
        </div>
      </header>
      ${this.banners(data)}
      <div class=${data.stale || this.error ? 'stale' : ''}>
        ${title(header)} ${statusLine(header)} ${liveLine(header)} ${this.tables(data)}
      </div>`;
  }

  private banners(data: ShownRun): unknown[] {
    return [
      this.error?.code === 'RESOURCE_DOES_NOT_EXIST'
        ? banner('warning', 'This run was removed from the store. What you see was read before.')
        : this.error
          ? banner('warning', this.error.message, [this.tryAgain(), this.showLog()])
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
              sparklines: this.sparklines,
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
    return paramSource(
      this.sources?.params.find((source): source is ParamSource => source.key === key),
      this.sourcesLoading,
      (param) => this.run('openSource', { ...this.target, param }),
    );
  }

  private async load(): Promise<void> {
    try {
      const data = await this.connection.client.request('getRun', null);
      this.data = { ...data, run: { ...data.run, metrics: fromMetricColumns(data.metrics) } };
      this.error = undefined;
      this.now = this.data.now;
    } catch (error) {
      this.error = toStoreError(error);
      return;
    }
    if (this.sourcesLoading) {
      void this.loadSources();
    }
  }

  private async loadSources(): Promise<void> {
    try {
      this.sources = await this.connection.client.request('getSources', null);
    } catch {
      // Each source then reads "unknown"; the host has logged why.
    }
    this.sourcesLoading = false;
  }

  private async loadMarks(): Promise<void> {
    const marks = await this.connection.client.request('getMarks', null);
    if (this.data) {
      this.data = { ...this.data, marks };
    }
  }

  /** Asks for the histories of the rows that are drawn and whose latest point is not in their picture yet. */
  private async loadSparklines(): Promise<void> {
    const drawn = new Set(
      [...this.querySelectorAll<HTMLElement>('table.metrics [data-key]')].map((row) => row.dataset.key),
    );
    for (;;) {
      const missing = (this.data?.run.metrics ?? []).filter(
        (metric) => drawn.has(metric.key) && this.drawnAt.get(metric.key) !== pointOf(metric),
      );
      const next = missing.slice(0, SPARKLINES);
      if (next.length === 0) {
        return;
      }
      next.forEach((metric) => this.drawnAt.set(metric.key, pointOf(metric)));
      try {
        const keys = next.map(({ key }) => key);
        for (const line of await this.connection.client.request('getSparklines', { keys })) {
          this.sparklines.set(line.key, line);
        }
      } catch {
        return;
      }
      this.requestUpdate();
    }
  }

  private get target(): { store: string; runId: string } {
    return this.connection.args;
  }

  private readonly run = (command: string, args: unknown): void => {
    this.connection.client
      .request('runCommand', { command: `mlflowLens.${command}`, args })
      .catch((error: unknown) => (this.actionError = toStoreError(error).message));
  };

  private readonly copy = (text: string, what: string): void => {
    this.connection.client
      .request('copyText', { text, what })
      .catch((error: unknown) => (this.actionError = toStoreError(error).message));
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
    return { label: 'Try Again', run: () => this.refresher.request() };
  }

  private showLog(): { label: string; run: () => void } {
    return { label: 'Show Log', run: () => void this.connection.client.request('showLog', null) };
  }
}

function pointOf({ step, timestamp, value }: { step: number; timestamp: number; value: number }): string {
  return `${step} ${timestamp} ${value}`;
}
