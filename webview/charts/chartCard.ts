import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { isCancelled, toStoreError } from '../../src/mlflow/errors';
import { oddUnit } from '../../src/mlflow/times';
import { count, plainText } from '../../src/mlflow/format';
import { stampOf, type ChartRun, type ChartSeries } from '../../src/protocol/charts';
import type { RunKey } from '../../src/mlflow/runKey';
import { chartLook } from '../ui/chartLook';
import { iconButton } from '../ui/icon';
import '../ui/menu';
import { Refresher } from '../ui/refresher';
import { roveRows } from '../ui/rows';
import type { CardHost } from './cardHost';
import { cardMenu, dragOver, dropOn, startDrag } from './cardMenu';
import { CHART_KEYS, onChartKey, type ChartKeys } from './cardKeys';
import { ChartView, type ChartViewEvents } from './chartView';
import { Cursor } from './cursor';
import { areSingleValues, DotsView } from './dotsView';
import { padded, xExtent, yExtent, type Drawing } from './drawing';
import { legend, type LegendRow } from './legend';
import { groupLines, type GroupLine, type RunLine } from './lines';
import { countOffScale } from './marks';
import { legendOf } from './picture';
import { nothingDrawable, offersTime, said, summary } from './said';
import { sampledSign } from './sampled';
import { samplingOf, type ChartSettings } from './settings';

/** Reading a long history comes back with a first picture after so many ms, and goes on. */
const FIRST_BUDGET = 150;
const NEXT_BUDGET = 400;
/** Cards that are this near to the view are drawn. */
const NEAR = '300px';

/** One metric's chart: drawn while it is near the view, costing nothing while it is not. */
@customElement('chart-card')
export class ChartCard extends LitElement {
  @property({ attribute: false }) host!: CardHost;
  @property() metric = '';
  @property({ attribute: false }) runs: readonly ChartRun[] = [];
  /** All runs of the page, whose names the groups use. */
  @property({ attribute: false }) allRuns: readonly ChartRun[] = [];
  @property({ attribute: false }) settings!: ChartSettings;
  @property({ attribute: false }) range: [number, number] | null = null;
  @property({ attribute: false }) sharedY: [number, number] | null = null;
  @property({ attribute: false }) baseline: RunKey | null = null;
  @property() hovered: string | null = null;
  @property({ type: Boolean }) enlarged = false;
  /** Changes when the store may have more. */
  @property({ type: Number }) version = 0;
  /** Changes with the theme. */
  @property({ type: Number }) theme = 0;

  @state() private near = false;
  @state() private series: readonly ChartSeries[] | undefined;
  @state() private failure: string | undefined;
  @state() private offScale = { above: 0, below: 0 };
  @state() private sampledRuns: readonly ChartRun[] = [];
  /** How the series were sampled: what grows since then is all that is asked for. */
  private sampling = '';
  private groups: readonly GroupLine[] = [];
  private view: ChartView | undefined;
  /** In the place of the view where each run has one value. */
  private dots: DotsView | undefined;
  private readonly cursor = new Cursor();
  /** Where the pointer is on the plot, CSS pixels; null where it is not. */
  private pointerX: number | null = null;
  private controller = new AbortController();
  private readonly refresher = new Refresher(() => this.load());
  private readonly observer = new IntersectionObserver(
    (entries) => (this.near = entries.some((entry) => entry.isIntersecting)),
    { rootMargin: NEAR },
  );

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.observer.observe(this);
  }

  override disconnectedCallback(): void {
    this.observer.disconnect();
    this.release();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (this.near && ASKS.some((name) => changed.has(name))) {
      if (changed.has('range') || changed.has('settings') || changed.has('runs')) {
        // What is on its way answers a question that nobody asks any more.
        this.controller.abort();
        this.controller = new AbortController();
      }
      this.refresher.request();
    }
    if (changed.has('near') && !this.near) {
      this.release();
    }
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has('series') || changed.has('settings') || changed.has('enlarged')) {
      roveRows(this.querySelector<HTMLElement>('table.legend')!);
    }
    if (this.near && DRAWS.some((name) => changed.has(name))) {
      this.draw();
    } else if (changed.has('hovered')) {
      this.view?.setHovered(this.hovered);
      this.dots?.setHovered(this.hovered);
      if (this.cursor.x !== null) {
        this.showCursor(this.cursor.x);
      }
    }
  }

  protected override render(): TemplateResult {
    const name = plainText(this.metric);
    const lines = this.lines();
    return html`<article
      class="chart-card ${this.enlarged ? 'enlarged' : ''}"
      aria-label=${name}
      @dragover=${dragOver}
      @drop=${(event: DragEvent) => dropOn(event, this.metric, this.host)}
    >
      <header
        draggable=${this.enlarged ? 'false' : 'true'}
        @dragstart=${(event: DragEvent) => startDrag(event, this.metric)}
      >
        <h3 class="cut" title=${plainText(this.metric, 1000)}><bdi>${name}</bdi></h3>
        ${sampledSign(lines)}
        ${iconButton(
          this.enlarged ? 'screen-normal' : 'screen-full',
          this.enlarged ? 'Make It Smaller' : 'Enlarge',
          () => this.host.enlarge(this.enlarged ? null : this.metric),
        )}
        <lens-menu
          .label=${`Actions for ${name}…`}
          .items=${cardMenu(this.host, this.metric, this.picture)}
        ></lens-menu>
      </header>
      <div
        class="plot"
        tabindex="0"
        role="img"
        aria-label=${this.near ? summary(name, lines, this.groups.length) : name}
        aria-keyshortcuts=${CHART_KEYS}
        @keydown=${this.onKey}
        @pointermove=${this.onPointer}
        @pointerleave=${this.onLeave}
        @dblclick=${() => this.host.setRange(this.metric, null)}
        @wheel=${this.onWheel}
      >
        <canvas aria-hidden="true"></canvas>
        <div class="cursor-layer" aria-hidden="true"></div>
        <div class="cursor-label" aria-hidden="true" hidden></div>
        ${this.message(lines)}
      </div>
      ${this.saidLine(lines)}
      ${legend(this.legendRows(lines), {
        limit: this.enlarged ? 100 : 5,
        more: () => this.host.enlarge(this.metric),
        actions: this.host.actions,
        hovered: this.hovered,
        single: this.dots !== undefined,
      })}
    </article>`;
  }

  private saidLine(lines: readonly RunLine[]): TemplateResult {
    const failure = lines.length > 0 ? this.failure : undefined;
    const text = failure ?? this.saidText(lines);
    const line = html`<span class="cut ${failure ? 'state-error' : ''}" role=${failure ? 'alert' : nothing}
        >${text}</span
      >${failure ? this.tryAgain() : this.timeOffer(lines)}`;
    return html`<p class="said muted" title=${text}>${line}</p>`;
  }

  /** Shows the crosshair at x, or takes it away. Called for all charts at each move of the pointer. */
  showCursor(x: number | null): void {
    if (this.view && this.near) {
      this.cursor.show(this, this.view, this.lines(), this.groups, x, this.settings.x, this.hovered);
    }
  }

  private lines(): RunLine[] {
    const { series } = this;
    return series
      ? this.sampledRuns.flatMap((run, i) =>
          series[i] && !series[i].problem ? [{ run, series: series[i] }] : [],
        )
      : [];
  }

  private saidText(lines: readonly RunLine[]): string {
    if (this.dots) {
      return `${count(lines.length, 'run')}, one value each, the lowest on top`;
    }
    return lines.length > 0 ? said(lines, this.settings, this.offScale) : ' ';
  }

  private tryAgain(): TemplateResult {
    return html`<button type="button" class="link" @click=${() => this.refresher.request()}>
      Try Again
    </button>`;
  }

  private timeOffer(lines: readonly RunLine[]): unknown {
    return !this.dots && offersTime(lines, this.settings)
      ? html`<button type="button" class="link" @click=${() => this.host.showOverTime(this.metric)}>
          Show over Time
        </button>`
      : nothing;
  }

  private message(lines: readonly RunLine[]): unknown {
    // What is drawn stays where the rest of it cannot be read.
    const failure = lines.length > 0 ? undefined : this.failure;
    const problem = failure ?? this.series?.find((series) => series.problem)?.problem;
    if (problem) {
      return html`<div class="plot-message" role="alert">
        <span class="state-error">${problem}</span>${this.tryAgain()}
      </div>`;
    }
    if (this.runs.length === 0) {
      return html`<div class="plot-message muted">All runs that logged it are hidden.</div>`;
    }
    if (!this.series) {
      return this.near ? html`<div class="plot-skeleton" aria-hidden="true"></div>` : nothing;
    }
    if (lines.every(({ series }) => series.line.y.every(Number.isNaN))) {
      return html`<div class="plot-message muted">${nothingDrawable(lines)}</div>`;
    }
    return nothing;
  }

  private legendRows(lines: readonly RunLine[]): LegendRow[] {
    if (this.groups.length > 0) {
      return this.groups.map((group) => ({ kind: 'group', group, settings: this.settings }));
    }
    return lines.map((line) => ({ kind: 'run', line }));
  }

  /** The crosshair goes with the scales: to the pointer where it is on this plot, else with its point. */
  private readonly viewEvents: ChartViewEvents = {
    onRange: (range) => this.host.setRange(this.metric, range),
    onScales: () => {
      const under = this.pointerX === null ? null : (this.view?.toX(this.pointerX) ?? null);
      if (under !== null) {
        this.host.setCursor(under);
      } else if (this.cursor.x !== null) {
        this.showCursor(this.cursor.x);
      }
    },
  };

  private readonly picture = (use: (canvas: HTMLCanvasElement) => void): void => {
    if (this.dots) {
      use(this.dots.picture(chartLook(), this.metric));
    } else if (this.view) {
      use(this.view.picture(chartLook(), this.metric, legendOf(this.lines())));
    }
  };

  private async load(): Promise<void> {
    const { runs, controller } = this;
    if (!this.near || runs.length === 0) {
      return;
    }
    const width = this.querySelector('.plot')?.clientWidth ?? 600;
    const sampling = samplingOf(this.settings, this.range, width);
    const series = runs.map((run) => ({
      run: { store: run.store, runId: run.runId },
      key: this.metric,
      // A start in another unit is nothing to count from.
      origin: run.startTime !== null && oddUnit(run.startTime) ? null : run.startTime,
    }));
    const signature = JSON.stringify([sampling, series]);
    const before = signature === this.sampling ? (this.series ?? []) : [];
    const grows = before.length > 0 && before.every(({ complete, problem }) => complete && !problem);
    let budget = FIRST_BUDGET;
    for (;;) {
      try {
        const known = grows ? series.map((key, i) => ({ ...key, known: stampOf(before[i]!) })) : series;
        const sampled = await this.host.sample(
          { ...sampling, budget, series: known },
          grows ? null : controller.signal,
        );
        if (controller.signal.aborted) {
          return;
        }
        const problem = sampled.find((one) => one?.problem)?.problem;
        if (problem && signature === this.sampling && this.series?.every((one) => !one.problem)) {
          this.failure = problem;
          return;
        }
        this.failure = undefined;
        this.sampledRuns = runs;
        this.sampling = signature;
        if (sampled.some((one) => one !== null)) {
          this.series = sampled.map((one, i) => one ?? before[i]!);
        }
      } catch (error) {
        if (!isCancelled(error) && !controller.signal.aborted) {
          this.failure = toStoreError(error).message;
        }
        return;
      }
      if (this.series?.every(({ complete }) => complete)) {
        return;
      }
      budget = NEXT_BUDGET;
    }
  }

  private draw(): void {
    const lines = this.lines();
    const { settings } = this;
    this.groups = groupLines(lines, this.allRuns, settings);
    const look = chartLook();
    const plot = this.querySelector('canvas');
    if (plot && this.groups.length === 0 && areSingleValues(lines)) {
      this.dropView();
      this.dots ??= new DotsView(plot);
      this.dots.update(lines, settings, look);
      this.dots.setHovered(this.hovered);
      this.host.setYExtent(this.metric, null);
      this.requestUpdate();
      return;
    }
    this.dots?.destroy();
    this.dots = undefined;
    const drawing: Drawing = { lines, groups: this.groups, settings, baseline: this.baseline, look };
    const limits = xExtent(lines, null, settings);
    const x = xExtent(lines, this.range, settings);
    const own = yExtent(drawing, this.range, settings.yRange === 'robust');
    this.host.setYExtent(this.metric, own);
    const canvas = plot;
    const y = (settings.yRange === 'shared' && this.sharedY) || own;
    if (!canvas || !x || !limits) {
      this.dropView();
      return;
    }
    this.view ??= new ChartView(canvas, this.viewEvents, look);
    const scale = padded(y ?? [0, 1], settings.logY && y !== null);
    const robust = settings.yRange === 'robust';
    this.view.update(drawing, x, scale, limits, robust);
    this.view.setHovered(this.hovered);
    const off = { above: 0, below: 0 };
    for (const { series } of robust ? lines : []) {
      const { above, below } = countOffScale(series.line, scale);
      off.above += above;
      off.below += below;
    }
    if (off.above !== this.offScale.above || off.below !== this.offScale.below) {
      this.offScale = off;
    }
    this.requestUpdate();
  }

  private release(): void {
    this.controller.abort();
    this.controller = new AbortController();
    this.dropView();
    this.dots?.destroy();
    this.dots = undefined;
  }

  private dropView(): void {
    this.view?.destroy();
    this.view = undefined;
    this.cursor.clear(this);
  }

  private readonly onPointer = (event: PointerEvent): void => {
    const box = this.querySelector('.plot')!.getBoundingClientRect();
    if (this.dots) {
      this.host.actions.hover(this.dots.runAt(event.clientY - box.top));
      return;
    }
    if (!this.view) {
      return;
    }
    const pixel = { x: event.clientX - box.left, y: event.clientY - box.top };
    const { left, right } = this.view.area;
    if (pixel.x < left || pixel.x > right) {
      this.onLeave();
      return;
    }
    const x = this.view.toX(pixel.x);
    this.pointerX = pixel.x;
    this.host.setCursor(x);
    if (event.buttons === 0) {
      this.host.actions.hover(this.cursor.nearestRun(this.view, this.lines(), x, pixel.y));
    }
  };

  private readonly onLeave = (): void => {
    this.pointerX = null;
    this.host.setCursor(null);
    this.host.actions.hover(null);
  };

  private readonly onWheel = (event: WheelEvent): void => {
    if (this.view && !event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      this.view.panBy(event.deltaX / this.view.area.right);
    }
  };

  private readonly onKey = (event: KeyboardEvent): void => onChartKey(event, this.view, this.keys);

  private readonly keys: ChartKeys = {
    step: (direction) => this.host.setCursor(this.cursor.step(this.view!, this.lines(), direction)),
    reset: () => this.host.setRange(this.metric, null),
    enlarge: () => this.host.enlarge(this.enlarged ? null : this.metric),
    escape: () => {
      this.host.setCursor(null);
      this.host.enlarge(null);
    },
  };
}

const ASKS = ['near', 'metric', 'runs', 'settings', 'range', 'version', 'enlarged'];
const DRAWS = [
  'near',
  'series',
  'sampledRuns',
  'settings',
  'range',
  'sharedY',
  'baseline',
  'theme',
  'enlarged',
];
