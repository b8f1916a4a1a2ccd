import {
  Chart,
  LinearScale,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  type ChartDataset,
} from 'chart.js';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { plainText } from '../../src/mlflow/format';
import { chartLook, withAlpha, type ChartLook } from '../ui/chartLook';
import { icon } from '../ui/icon';
import { isCategory } from './model';
import { axisText, scale, type PlotAxis } from './plotAxes';

Chart.register(ScatterController, LineElement, PointElement, LinearScale, LogarithmicScale);

export interface PlotPoint {
  run: number;
  x: number;
  y: number;
  color: string;
  radius: number;
}

export interface PlotLine {
  label: string;
  points: { x: number; y: number }[];
  color: string;
  dash: number[];
  stepped: boolean;
}

/** A picture of points, one a run, with lines over and a ground under them. */
export interface Plot {
  /** In words, for who cannot see it. */
  label: string;
  x: PlotAxis;
  y: PlotAxis;
  points: readonly PlotPoint[];
  lines: readonly PlotLine[];
  /** Draws under the points, in the pixels of the plot's area. */
  ground?: (ctx: CanvasRenderingContext2D, area: PlotArea, look: ChartLook) => void;
}

export interface PlotArea {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface PlotHost {
  readonly nameOf: (run: number) => string;
  readonly hover: (run: number | null) => void;
  readonly open: (run: number) => void;
  /** The runs inside a rectangle that was drawn; null takes the brush away. */
  readonly brushRuns: (runs: ReadonlySet<number> | null) => void;
}

const REACH = 14;
/** ms */
const REST = 40;
/** A rectangle smaller than this is a click. */
const LEAST_DRAG = 5;

type Point = { x: number; y: number };

@customElement('sweep-plot')
export class SweepPlot extends LitElement {
  @property({ attribute: false }) host!: PlotHost;
  @property({ attribute: false }) plot!: Plot;
  @property({ attribute: false }) selected: ReadonlySet<number> | null = null;
  @property({ attribute: false }) hovered: number | null = null;
  @property({ type: Number }) theme = 0;

  /** Says of which axes not all categories are named; empty where they are. */
  @state() private unnamed = '';

  private chart: Chart<'scatter', Point[]> | undefined;
  private dragFrom: { x: number; y: number } | undefined;
  private rectangle: HTMLElement | undefined;
  private later: ReturnType<typeof setTimeout> | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    clearTimeout(this.later);
    this.chart?.destroy();
    this.chart = undefined;
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    return html`<div
      class="sweep-plot"
      role="img"
      aria-label=${this.plot.label}
      @pointerdown=${this.onDown}
      @pointermove=${this.onMove}
      @pointerup=${this.onUp}
      @pointerleave=${() => this.point(null)}
      @dblclick=${this.onDoubleClick}
    >
      <canvas aria-hidden="true"></canvas>
      <div class="plot-tip" aria-hidden="true" hidden></div>
      ${this.unnamed === '' ? nothing : html`<span class="unnamed">${icon('info', this.unnamed)}</span>`}
      <div class="rubber-band" hidden></div>
    </div>`;
  }

  protected override updated(changed: Map<string, unknown>): void {
    clearTimeout(this.later);
    if (changed.size === 1 && changed.has('unnamed')) {
      return;
    }
    if (this.chart && !changed.has('plot') && !changed.has('theme')) {
      // While a brush or the pointer moves, this picture follows when it rests.
      this.later = setTimeout(() => this.draw(), REST);
    } else {
      this.draw();
    }
  }

  private draw(): void {
    const canvas = this.querySelector('canvas')!;
    this.rectangle = this.querySelector<HTMLElement>('.rubber-band')!;
    const look = chartLook();
    this.chart ??= new Chart<'scatter', Point[]>(canvas, {
      type: 'scatter',
      data: { datasets: [] },
      plugins: [{ id: 'ground', beforeDatasetsDraw: (chart) => this.drawGround(chart) }],
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        maintainAspectRatio: false,
        events: [],
        onResize: () => queueMicrotask(() => this.countNames()),
        layout: { padding: { top: 8, right: 12 } },
      },
    });
    this.chart.options.scales = { x: scale(this.plot.x, 'x', look), y: scale(this.plot.y, 'y', look) };
    this.chart.data.datasets = this.datasets(look);
    this.chart.update('none');
    this.countNames();
  }

  /** Where there is no room for the names of all categories, that is said. */
  private countNames(): void {
    this.unnamed = (['x', 'y'] as const)
      .flatMap((name) => {
        const { column, title } = this.plot[name];
        const all = column && isCategory(column) ? column.categories.length : 0;
        const named = this.chart?.scales[name]?.ticks.length ?? all;
        return named < all
          ? `There is room for ${named} of ${all} names of ${plainText(title, 40)}: point at a run for its own.`
          : [];
      })
      .join('\n');
  }

  private datasets(look: ChartLook): ChartDataset<'scatter', Point[]>[] {
    const { points, lines } = this.plot;
    const { selected, hovered } = this;
    const inside = (run: number): boolean => !selected || selected.has(run);
    const order = points.toSorted(
      (a, b) =>
        Number(a.run === hovered) - Number(b.run === hovered) ||
        Number(inside(a.run)) - Number(inside(b.run)),
    );
    return [
      {
        label: 'runs',
        data: order.map(({ x, y }) => ({ x, y })),
        pointRadius: order.map(({ run, radius }) => (run === hovered ? radius + 2.5 : radius)),
        pointBackgroundColor: order.map(({ run, color }) =>
          inside(run) ? color : withAlpha('#808080', 0.25),
        ),
        pointBorderColor: order.map(({ run }) =>
          run === hovered ? look.text : inside(run) ? look.background : 'transparent',
        ),
        pointBorderWidth: order.map(({ run }) => (run === hovered ? 2 : 1)),
      },
      ...lines.map((line): ChartDataset<'scatter', Point[]> => ({
        label: line.label,
        data: line.points,
        showLine: true,
        stepped: line.stepped,
        borderColor: line.color,
        borderDash: line.dash,
        borderWidth: 1.5,
        pointRadius: 0,
        fill: false,
      })),
    ];
  }

  private drawGround(chart: Chart): void {
    const { left, top, width, height } = chart.chartArea;
    const { ctx } = chart;
    if (this.plot.ground) {
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, top, width, height);
      ctx.clip();
      this.plot.ground(ctx, { left, top, width, height }, chartLook());
      ctx.restore();
    }
  }

  private pixel({ x, y }: Point): Point {
    return {
      x: this.chart?.scales.x?.getPixelForValue(x) ?? NaN,
      y: this.chart?.scales.y?.getPixelForValue(y) ?? NaN,
    };
  }

  private at(event: MouseEvent): Point {
    const box = this.querySelector('.sweep-plot')!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private nearest(event: MouseEvent): number | null {
    const { x, y } = this.at(event);
    let best: number | null = null;
    let distance = REACH;
    for (const point of this.plot.points) {
      const place = this.pixel(point);
      const away = Math.hypot(place.x - x, place.y - y) - point.radius / 2;
      if (away < distance) {
        distance = away;
        best = point.run;
      }
    }
    return best;
  }

  /** Lights a run up everywhere, and says beside its point what it is. */
  private point(run: number | null): void {
    this.host.hover(run);
    const tip = this.querySelector<HTMLElement>('.plot-tip')!;
    const point = this.plot.points.find((each) => each.run === run);
    tip.hidden = !point;
    if (point && this.chart) {
      const { x, y } = this.plot;
      const place = this.pixel(point);
      tip.textContent = [
        this.host.nameOf(point.run),
        `${plainText(x.title, 40)}: ${axisText(x, point.x)}`,
        `${plainText(y.title, 40)}: ${axisText(y, point.y)}`,
      ].join('\n');
      const top = Math.max(0, Math.min(place.y - 30, this.chart.height - tip.offsetHeight));
      const { width } = this.chart;
      const left = place.x > width / 2 ? place.x - 12 - tip.offsetWidth : place.x + 12;
      tip.style.transform = `translate(${Math.max(0, Math.min(left, width - tip.offsetWidth))}px, ${top}px)`;
    }
  }

  private readonly onDown = (event: PointerEvent): void => {
    if (event.button === 0) {
      this.dragFrom = this.at(event);
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    }
  };

  private readonly onMove = (event: PointerEvent): void => {
    if (!this.dragFrom) {
      this.point(this.nearest(event));
      return;
    }
    const to = this.at(event);
    const { style } = this.rectangle!;
    this.rectangle!.hidden = Math.hypot(to.x - this.dragFrom.x, to.y - this.dragFrom.y) < LEAST_DRAG;
    style.left = `${Math.min(to.x, this.dragFrom.x)}px`;
    style.top = `${Math.min(to.y, this.dragFrom.y)}px`;
    style.width = `${Math.abs(to.x - this.dragFrom.x)}px`;
    style.height = `${Math.abs(to.y - this.dragFrom.y)}px`;
  };

  private readonly onUp = (event: PointerEvent): void => {
    const from = this.dragFrom;
    this.dragFrom = undefined;
    this.rectangle!.hidden = true;
    if (!from) {
      return;
    }
    const to = this.at(event);
    if (Math.hypot(to.x - from.x, to.y - from.y) < LEAST_DRAG) {
      if (this.nearest(event) === null) {
        this.host.brushRuns(null);
      }
      return;
    }
    const inside = this.plot.points.filter((point) => {
      const place = this.pixel(point);
      return (
        place.x >= Math.min(from.x, to.x) &&
        place.x <= Math.max(from.x, to.x) &&
        place.y >= Math.min(from.y, to.y) &&
        place.y <= Math.max(from.y, to.y)
      );
    });
    this.host.brushRuns(inside.length > 0 ? new Set(inside.map(({ run }) => run)) : null);
  };

  private readonly onDoubleClick = (event: MouseEvent): void => {
    const run = this.nearest(event);
    if (run !== null) {
      this.host.open(run);
    }
  };
}
