import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { count, plainText } from '../../src/mlflow/format';
import type { ChartMetric, ChartRun, ChartsPageData, ChartsProtocol } from '../../src/protocol/charts';
import type { RunList } from '../../src/protocol/runList';
import { keyOf, sameRun, type RunKey } from '../../src/mlflow/runKey';
import { breadcrumb } from '../ui/breadcrumb';
import type { PageConnection } from '../ui/client';
import { filterBox, matches } from '../ui/filterBox';
import '../ui/menu';
import { LivePage, type CommonClient } from '../ui/livePage';
import { section } from '../ui/section';
import { banner } from '../ui/states';
import { CHARTS_KEYS } from './cardKeys';
import { emptyReason } from './emptyReason';
import { crumbs, goneBanner, target } from './pageHeader';
import './chartCard';
import type { CardHost } from './cardHost';
import type { ChartCard } from './chartCard';
import { copyPicture, fileName, pngBytes } from './exporting';
import { sameWhereEqual } from './lines';
import { ChartsMemory } from './memory';
import { movedOrder, placedOrder, sectionsOf, sharedRanges, type MetricSection } from './sections';
import { readSettings, type ChartSettings } from './settings';
import { Together } from './together';
import './toolbar';
import { runsLine, type RunActions } from './runsLine';

@customElement('charts-page')
export class ChartsPage extends LivePage<ChartsPageData> {
  connection!: PageConnection<'charts', ChartsProtocol>;
  protected readonly what = 'charts';
  protected override readonly keyLines = CHARTS_KEYS;

  @state() private settings: ChartSettings = readSettings(null);
  @state() private onlyMetrics: readonly string[] | undefined;
  @state() private version = 0;
  @state() private allChips = false;
  @state() private hovered: string | null = null;
  @state() private sharedY: ReadonlyMap<string, [number, number]> = new Map();
  private readonly memory = new ChartsMemory((view) => {
    this.connection.saveView(view);
    this.requestUpdate();
  });
  private runsOf = new Map<string, ChartRun[]>();
  private readonly yExtents = new Map<string, [number, number]>();
  private settingsRead = false;
  /** The store committed: histories may have grown. What else changes a page leaves them as they are. */
  private saving: ReturnType<typeof setTimeout> | undefined;

  protected get client(): CommonClient {
    return this.connection.client;
  }

  override connectedCallback(): void {
    const { client, args } = this.connection;
    this.onlyMetrics = args.metrics?.length ? args.metrics : undefined;
    this.memory.restore(this.connection.view);
    // Beside the question for the runs, not after it.
    client.on('storeChanged', () => this.version++);
    super.connectedCallback();
    client.on('viewStateChanged', () => this.refresher.request());
    client.on('hovered', (run) => (this.hovered = run && keyOf(run)));
  }

  protected ask(): Promise<ChartsPageData> {
    return this.connection.client.request('load', null);
  }

  protected override take(data: ChartsPageData): void {
    if (!this.settingsRead) {
      this.settings = readSettings(data.settings);
      this.settingsRead = true;
    }
    super.take({ ...data, runs: sameWhereEqual(data.runs, this.data?.runs ?? []) });
    this.regroup();
  }

  protected whole(data: ChartsPageData): TemplateResult {
    const metrics = this.shownMetrics(data);
    return html`<header class="page-header">
        ${breadcrumb(crumbs(data, this.onlyMetrics, (command, args) => this.run(command, args)))}
        <div class="actions">
          ${this.saying()}
          ${
            data.runs.length > 1
              ? html`<vscode-button appearance="secondary" @click=${() => this.openSweep(data)}
                  >Sweep</vscode-button
                >`
              : nothing
          }
          <lens-menu
            .items=${[
              {
                label: 'Diff Runs',
                icon: 'diff',
                run: () => this.run('diffRuns', { runs: data.runs.map(target) }),
              },
              { label: 'Reset All Zoom', icon: 'discard', run: () => this.memory.forgetRanges() },
              this.keysItem(),
            ]}
          ></lens-menu>
        </div>
      </header>
      ${this.banners(data, this.notes(data))}
      ${this.body(
        html`<charts-toolbar
            .settings=${this.settings}
            .runs=${data.runs}
            .change=${this.changeSettings}
            .filter=${filterBox({
              value: this.memory.filter,
              placeholder: 'Filter metrics',
              onChange: (value) => this.setFilter(value),
              result:
                this.memory.filter.trim() === ''
                  ? undefined
                  : `${metrics.length} of ${count(data.metrics.length, 'metric')}`,
            })}
          ></charts-toolbar>
          ${runsLine({
            runs: data.runs,
            hidden: this.memory.hidden,
            hovered: this.hovered,
            baseline: data.baseline,
            omitted: data.omitted,
            actions: this.runActions,
            showAll: () => {
              this.memory.hidden.clear();
              this.regroup();
            },
            whole: this.allChips,
            showWhole: () => (this.allChips = true),
          })}
          ${this.charts(data, metrics)}`,
      )}`;
  }

  private notes(data: ChartsPageData): unknown[] {
    return [
      goneBanner(data),
      this.onlyMetrics
        ? banner('info', `Only ${this.onlyMetrics.map((key) => plainText(key, 60)).join(', ')}.`, [
            { label: `Show all ${count(data.metrics.length, 'metric')}`, run: () => this.showAllMetrics() },
          ])
        : nothing,
    ];
  }

  private charts(data: ChartsPageData, metrics: ChartMetric[]): unknown {
    const empty = emptyReason(data, metrics.length, this.memory.filter.trim() !== '', {
      tryAgain: this.tryAgain(),
      showAll: { label: 'Show all metrics', run: () => this.showAllMetrics() },
      clearFilter: { label: 'Clear the filter', run: () => this.setFilter('') },
    });
    if (empty) {
      return empty;
    }
    const enlarged = metrics.find(({ key }) => key === this.memory.enlarged);
    if (enlarged) {
      return html`<div class="chart-grid">${this.card(enlarged, true)}</div>`;
    }
    const sections = this.sectionsOf(metrics);
    if (sections.length === 1 && sections[0]!.name === '') {
      return this.grid(sections[0]!);
    }
    return sections.map((part) =>
      section({
        id: `metrics-${part.name || 'metrics'}`,
        title: part.name === '' ? 'metrics' : plainText(part.name),
        count: String(part.metrics.length),
        open: !this.memory.folded.has(part.name) || this.memory.filter.trim() !== '',
        onToggle: () => this.memory.toggle('folded', part.name),
        body: () => this.grid(part),
      }),
    );
  }

  private grid(part: MetricSection): TemplateResult {
    return html`<div class="chart-grid ${part.metrics.length === 1 ? 'single' : ''}">
      ${part.metrics.map((metric) => this.card(metric, false, part.name))}
    </div>`;
  }

  private card(metric: ChartMetric, enlarged: boolean, name = ''): TemplateResult {
    return html`<chart-card
      data-metric=${metric.key}
      .host=${this.cardHost}
      .metric=${metric.key}
      .runs=${this.runsOf.get(metric.key) ?? []}
      .allRuns=${this.data?.runs ?? []}
      .settings=${this.settings}
      .range=${this.memory.rangeOf(metric.key, this.settings.shareX)}
      .sharedY=${this.sharedY.get(name) ?? null}
      .baseline=${this.data?.baseline ?? null}
      .hovered=${this.hovered}
      .enlarged=${enlarged}
      .version=${this.version}
      .theme=${this.theme}
    ></chart-card>`;
  }

  private readonly runActions: RunActions = {
    toggle: (run) => this.toggleHidden(run),
    only: (run) => this.hideOthers(run),
    pin: (run, pinned) => {
      this.memory.hidden.delete(keyOf(run));
      this.act(this.connection.client.request('pin', { run, pinned }));
    },
    hover: (run) => this.hover(run),
    open: (run) =>
      this.run('openRun', {
        ...run,
        list: { kind: 'runs', of: 'charts', runs: (this.data?.runs ?? []).map(target) } satisfies RunList,
      }),
    setBaseline: (run) => {
      const { baseline } = this.data ?? { baseline: null };
      this.run(baseline && sameRun(baseline, run) ? 'clearBaseline' : 'setBaseline', { runs: [run] });
    },
    setColor: (run) => this.run('setRunColor', { runs: [run] }),
  };

  private readonly growing = new Together(async (requests) =>
    this.connection.client.request('sampleAll', { requests }),
  );

  private readonly cardHost: CardHost = {
    actions: this.runActions,
    sample: (request, signal) =>
      signal ? this.connection.client.request('sample', request, signal) : this.growing.sample(request),
    setRange: (metric, range) => this.memory.setRange(metric, this.settings.shareX, range),
    setCursor: (x) => {
      for (const card of this.querySelectorAll<ChartCard>('chart-card')) {
        card.showCursor(x);
      }
    },
    setYExtent: (metric, extent) => this.setYExtent(metric, extent),
    showOverTime: (metric) => (this.changeSettings({ x: 'relative' }), this.focusPlot(metric)),
    enlarge: (metric) => this.enlarge(metric),
    saveCsv: (metric) => {
      const series = (this.runsOf.get(metric) ?? []).map((run) => ({ run: target(run), key: metric }));
      this.act(this.connection.client.request('saveCsv', { name: `${fileName(metric)}.csv`, series }));
    },
    savePicture: (metric, canvas) => this.act(this.savePicture(metric, canvas)),
    copyPicture: (metric, canvas) => this.copyPicture(metric, canvas),
    move: (metric, by) => this.order(movedOrder(this.sectionsOf(), metric, by)),
    place: (metric, onto) => this.order(placedOrder(this.sectionsOf(), metric, onto)),
  };

  private readonly hover = (run: RunKey | null): void => {
    const key = run && keyOf(run);
    if (key !== this.hovered) {
      this.hovered = key;
      this.connection.client.request('hover', { run }).catch(() => undefined);
    }
  };

  /** The visible runs of each metric; an array that stays the same object while it says the same. */
  private regroup(): void {
    const { data } = this;
    if (!data) {
      return;
    }
    const next = new Map<string, ChartRun[]>();
    for (const metric of data.metrics) {
      const runs = metric.runs
        .map((index) => data.runs[index]!)
        .filter((run) => !this.memory.hidden.has(keyOf(run)));
      const before = this.runsOf.get(metric.key);
      const same = before?.length === runs.length && before.every((run, i) => run === runs[i]);
      next.set(metric.key, same ? before : runs);
    }
    this.runsOf = next;
    this.memory.keep();
  }

  private shownMetrics(data: ChartsPageData): ChartMetric[] {
    const filter = this.memory.filter.trim();
    return data.metrics.filter(
      ({ key }) => (!this.onlyMetrics || this.onlyMetrics.includes(key)) && matches(filter, key),
    );
  }

  private readonly changeSettings = (change: Partial<ChartSettings>): void => {
    const x = change.x !== undefined && change.x !== this.settings.x;
    this.settings = { ...this.settings, ...change };
    if (this.settings.x === 'time') {
      // The logarithm of a date says nothing.
      this.settings = { ...this.settings, logX: false };
    }
    if (x) {
      // A range of steps means nothing in time.
      this.memory.forgetRanges();
    }
    this.yExtents.clear();
    this.sharedY = new Map();
    clearTimeout(this.saving);
    this.saving = setTimeout(
      () => this.act(this.connection.client.request('saveSettings', { settings: this.settings })),
      500,
    );
  };

  private setYExtent(metric: string, extent: [number, number] | null): void {
    if (this.settings.yRange !== 'shared' || !this.data) {
      return;
    }
    if (extent) {
      this.yExtents.set(metric, extent);
    } else {
      this.yExtents.delete(metric);
    }
    const shared = sharedRanges(this.sectionsOf(this.shownMetrics(this.data)), this.yExtents);
    const same = [...shared].every(([name, [low, high]]) => {
      const before = this.sharedY.get(name);
      return before?.[0] === low && before[1] === high;
    });
    if (!same) {
      // After this drawing, not in the middle of it.
      queueMicrotask(() => (this.sharedY = shared));
    }
  }

  private enlarge(metric: string | null): void {
    const before = this.memory.enlarged;
    if (metric === before) {
      return;
    }
    this.memory.enlarged = metric;
    this.memory.keep();
    this.focusPlot(metric ?? before ?? '');
  }

  private focusPlot(metric: string): void {
    const selector = `chart-card[data-metric="${CSS.escape(metric)}"] .plot`;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(selector)?.focus());
  }

  private order(order: string[] | null): void {
    if (order) {
      this.memory.order = order;
      this.memory.keep();
    }
  }

  private sectionsOf(metrics: readonly ChartMetric[] = this.data?.metrics ?? []): MetricSection[] {
    return sectionsOf(metrics, this.memory.order, this.data?.headline ?? null);
  }

  private setFilter(filter: string): void {
    this.memory.filter = filter;
    this.memory.keep();
  }

  private toggleHidden(run: RunKey): void {
    this.memory.toggle('hidden', keyOf(run));
    this.regroup();
  }

  private hideOthers(run: RunKey): void {
    const kept = this.data?.runs.filter((other) => other.pinned || sameRun(other, run)) ?? [];
    const keys = new Set(kept.map(keyOf));
    this.memory.hidden.clear();
    for (const other of this.data?.runs ?? []) {
      if (!keys.has(keyOf(other))) {
        this.memory.hidden.add(keyOf(other));
      }
    }
    this.regroup();
  }

  private showAllMetrics(): void {
    this.onlyMetrics = undefined;
    const { metrics: _metrics, ...rest } = this.connection.args;
    this.connection.saveArgs(rest);
  }

  private copyPicture(metric: string, canvas: HTMLCanvasElement): void {
    copyPicture(canvas).then(
      () => this.say('Image copied'),
      () =>
        this.fail('This window does not allow copying images.', {
          label: 'Save it instead…',
          run: () => this.act(this.savePicture(metric, canvas)),
        }),
    );
  }

  private async savePicture(metric: string, canvas: HTMLCanvasElement): Promise<void> {
    const png = await pngBytes(canvas);
    await this.connection.client.request('savePicture', { name: `${fileName(metric)}.png`, png });
  }

  private openSweep(data: ChartsPageData): void {
    const parents = new Set(data.runs.map(({ parentRunId }) => parentRunId));
    const [parent] = parents;
    this.run(
      'openSweep',
      parents.size === 1 && parent
        ? { store: data.store, parentRunId: parent }
        : { store: data.store, experimentIds: data.experiments.map(({ experimentId }) => experimentId) },
    );
  }
}
