import {
  Chart,
  LinearScale,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  type ChartDataset,
  type Scale,
  type ScaleOptions,
} from 'chart.js';
import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatNumber, plainText } from '../../src/mlflow/format';
import type { SweepColumn } from '../../src/protocol/sweep';
import { axisLook, chartLook, logTicks, tickLabel, withAlpha, type ChartLook } from '../ui/chartLook';
import { isCategory, shortCategory, valueText } from './model';

Chart.register(ScatterController, LineElement, PointElement, LinearScale, LogarithmicScale);

export interface PlotAxis {
  title: string;
  log: boolean;
  /** Formats ticks and knows categories; missing for counts. */
  column?: SweepColumn;
  range: [number, number];
}

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
      <div class="rubber-band" hidden></div>
    </div>`;
  }

  protected override updated(changed: Map<string, unknown>): void {
    clearTimeout(this.later);
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
        layout: { padding: { top: 8, right: 12 } },
      },
    });
    this.chart.options.scales = { x: scale(this.plot.x, 'x', look), y: scale(this.plot.y, 'y', look) };
    this.chart.data.datasets = this.datasets(look);
    this.chart.update('none');
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
      const toLeft = place.x > this.chart.width / 2;
      tip.textContent = [
        this.host.nameOf(point.run),
        `${plainText(x.title, 40)}: ${axisText(x, point.x)}`,
        `${plainText(y.title, 40)}: ${axisText(y, point.y)}`,
      ].join('\n');
      const top = Math.max(0, Math.min(place.y - 30, this.chart.height - 64));
      tip.style.transform = `translate(${place.x + (toLeft ? -12 : 12)}px, ${top}px)${toLeft ? ' translateX(-100%)' : ''}`;
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

function scale(axis: PlotAxis, name: 'x' | 'y', look: ChartLook): ScaleOptions<'linear' | 'logarithmic'> {
  const common = axisLook(look);
  const { column } = axis;
  const categories = column && isCategory(column) ? column.categories.length : 0;
  return {
    type: axis.log ? 'logarithmic' : 'linear',
    min: axis.range[0],
    max: axis.range[1],
    ...common,
    ...ownTicks(axis, name, categories),
    title: { display: true, text: plainText(axis.title, 60), color: look.text, font: look.font, padding: 2 },
    ticks: {
      ...common.ticks,
      // Each category has its name: those that lie too close are turned.
      ...(categories > 0 ? { autoSkip: false, maxRotation: 60 } : {}),
      maxTicksLimit: name === 'x' ? 9 : 7,
      includeBounds: false,
      callback: (value, index, ticks) => {
        const number = Number(value);
        if (categories > 0) {
          return Number.isInteger(number) && column ? shortCategory(column, number) : '';
        }
        const next = ticks[index + 1] ?? ticks[index - 1];
        return column?.kindOf === 'attribute'
          ? valueText(column, number, 3)
          : tickLabel(number, next && !axis.log ? Math.abs(next.value - number) : 0);
      },
    },
  };
}

/** Names of categories closer than this would overlap, CSS pixels. */
const LEAST_CATEGORY = 16;

/** Ticks that chart.js would put elsewhere: at each category, at round values of a logarithmic axis. */
function ownTicks(
  axis: PlotAxis,
  name: 'x' | 'y',
  categories: number,
): { afterBuildTicks?: (scale: Scale) => void } {
  if (categories > 0) {
    return {
      afterBuildTicks: (scale) => {
        const room = name === 'x' ? scale.chart.width - 100 : scale.chart.height - 60;
        const every = Math.max(1, Math.ceil((categories * LEAST_CATEGORY) / Math.max(1, room)));
        scale.ticks = Array.from({ length: Math.ceil(categories / every) }, (_, i) => ({ value: i * every }));
      },
    };
  }
  return axis.log
    ? {
        afterBuildTicks: (scale) => {
          const most = name === 'x' ? scale.width / 60 : 7;
          scale.ticks = logTicks(scale.min, scale.max, Math.max(2, most)).map((value) => ({ value }));
        },
      }
    : {};
}

function axisText({ column }: PlotAxis, value: number): string {
  return column ? valueText(column, value, 6) : formatNumber(value, 6);
}

/** The axis of a column: padded a little, logarithmic where the column is. */
export function plotAxis(column: SweepColumn): PlotAxis {
  const [low, high] = column.range ?? [0, 1];
  const title = column.name;
  if (isCategory(column)) {
    return { title, log: false, column, range: [low - 0.5, high + 0.5] };
  }
  if (column.kind === 'log') {
    const factor = (high / low) ** 0.04;
    return { title: `${title} (log)`, log: true, column, range: [low / factor, high * factor] };
  }
  const pad = low === high ? Math.max(Math.abs(low) * 0.05, 0.5) : (high - low) * 0.04;
  return { title, log: false, column, range: [low - pad, high + pad] };
}
