import { Chart, type Plugin, type ScaleOptions } from 'chart.js';
import { robustRange } from '../../src/series/robustRange';
import { dotPath } from '../../src/state/dots';
import { keyOf, type RunKey } from '../../src/mlflow/runKey';
import { shortNames } from '../ui/shortNames';
import { axisLook, tickLabel, withAlpha, type ChartLook } from '../ui/chartLook';
import { runColor } from '../ui/theme';
import { logBuild, padded, type Point } from './drawing';
import type { RunLine } from './lines';
import { pictureOf } from './picture';
import type { ChartSettings } from './settings';

const RADIUS = 5;
const FADED = 0.22;
/** Names closer than this would overlap, CSS pixels. */
const LEAST_ROW = 15;
const LONGEST_NAME = 22;

/** Whether every run logged the metric once, all at the same step: then a line has nothing to say. */
export function areSingleValues(lines: readonly RunLine[]): boolean {
  const [first] = lines;
  return (
    lines.length > 1 &&
    lines.every(
      ({ series }) =>
        series.complete && series.points === 1 && series.last?.step === first!.series.last?.step,
    )
  );
}

/** The dash of each dataset's run. */
const dashOf = new WeakMap<object, number>();

/** Draws the runs' dots as they stand in the legend: chart.js has no such point style. */
const runDots: Plugin<'line'> = {
  id: 'lensRunDots',
  afterDatasetsDraw(chart) {
    const { ctx } = chart;
    chart.data.datasets.forEach((dataset, row) => {
      const radius = dataset.pointRadius as number;
      const dot = new Path2D(dotPath(dashOf.get(dataset) ?? 0, 2 * radius));
      for (const { x, y } of chart.getDatasetMeta(row).data) {
        ctx.save();
        ctx.fillStyle = dataset.pointBackgroundColor as string;
        ctx.translate(x - radius, y - radius);
        ctx.fill(dot);
        ctx.restore();
      }
    });
  },
};

/** The one value of each run: a row a run, the lowest on top, so that near values are told apart. */
export class DotsView {
  private readonly chart: Chart<'line', Point[]>;
  private rows: RunLine[] = [];
  private hovered: string | null = null;

  constructor(canvas: HTMLCanvasElement) {
    this.chart = new Chart(canvas, {
      type: 'line',
      data: { datasets: [] },
      plugins: [runDots],
      options: {
        animation: false,
        parsing: false,
        responsive: true,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { top: 6, right: 16 } },
        plugins: { zoom: { zoom: { wheel: { enabled: false }, drag: { enabled: false } } } },
      },
    });
  }

  update(lines: readonly RunLine[], settings: ChartSettings, look: ChartLook): void {
    const { chart } = this;
    this.rows = lines.toSorted((a, b) => rank(a) - rank(b));
    const drawable = this.rows.map((line) => isDrawable(valueOf(line), settings.logY));
    const values = this.rows.map(valueOf).filter((_, row) => drawable[row]);
    const range = settings.yRange === 'robust' ? robustRange([values]) : extent(values);
    const [low, high] = padded(range ?? [0, 1], settings.logY && range !== null);
    chart.options.scales = {
      x: valueScale(settings.logY, low, high, look),
      y: this.rowScale(drawable, look),
    };
    chart.data.datasets = this.rows.map((line, row) => ({
      label: line.run.name,
      data: drawable[row] ? [{ x: Math.min(high, Math.max(low, valueOf(line))), y: row }] : [],
      showLine: false,
      pointBorderWidth: 0,
    }));
    this.style();
    chart.update('none');
  }

  setHovered(run: string | null): void {
    if (run !== this.hovered) {
      this.hovered = run;
      this.style();
      this.chart.update('none');
    }
  }

  /** The run whose row is at a height on the canvas, CSS pixels. */
  runAt(pixelY: number): RunKey | null {
    const row = Math.round(this.chart.scales.y?.getValueForPixel(pixelY) ?? 0);
    const run = this.rows[Math.min(this.rows.length - 1, Math.max(0, row))]?.run;
    return run ? { store: run.store, runId: run.runId } : null;
  }

  picture(look: ChartLook, title: string): HTMLCanvasElement {
    return pictureOf(this.chart, look, title, []);
  }

  destroy(): void {
    this.chart.destroy();
  }

  private style(): void {
    const lit = this.rows.some(({ run }) => keyOf(run) === this.hovered);
    this.chart.data.datasets.forEach((dataset, row) => {
      const { run } = this.rows[row]!;
      const mine = keyOf(run) === this.hovered;
      const color = runColor(run.color);
      dashOf.set(dataset, run.color.dash);
      Object.assign(dataset, {
        pointRadius: mine ? RADIUS + 2 : RADIUS,
        pointBackgroundColor: lit && !mine ? withAlpha(color, FADED) : color,
        borderColor: color,
        pointStyle: false,
      });
    });
  }

  private rowScale(drawable: readonly boolean[], look: ChartLook): ScaleOptions<'linear'> {
    const common = axisLook(look);
    const { rows } = this;
    const names = shortNames(
      rows.map(({ run }) => run.name),
      LONGEST_NAME,
    );
    return {
      type: 'linear',
      reverse: true,
      min: -0.5,
      max: rows.length - 0.5,
      ...common,
      afterBuildTicks: (scale) => {
        const every = Math.max(1, Math.ceil((LEAST_ROW * rows.length) / Math.max(1, scale.height)));
        scale.ticks = rows.flatMap((_, row) => (row % every === 0 ? [{ value: row }] : []));
      },
      ticks: {
        ...common.ticks,
        autoSkip: false,
        callback: (value) => {
          const row = Number(value);
          const line = rows[row];
          return line ? `${names[row]}${drawable[row] ? '' : ` (${unplaced(valueOf(line))})`}` : '';
        },
      },
    };
  }
}

function valueOf({ series }: RunLine): number {
  return series.last?.y ?? NaN;
}

/** Values that have no place on the axis stand last. */
function rank(line: RunLine): number {
  const value = valueOf(line);
  return Number.isNaN(value) ? Number.MAX_VALUE : value;
}

function isDrawable(value: number, log: boolean): boolean {
  return Number.isFinite(value) && (!log || value > 0);
}

function unplaced(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value === Infinity ? '∞' : value === -Infinity ? '−∞' : '≤ 0';
}

function extent(values: readonly number[]): [number, number] | null {
  return values.length === 0
    ? null
    : [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

function valueScale(
  log: boolean,
  min: number,
  max: number,
  look: ChartLook,
): ScaleOptions<'linear' | 'logarithmic'> {
  const common = axisLook(look);
  return {
    type: log ? 'logarithmic' : 'linear',
    min,
    max,
    ...common,
    ...(log ? logBuild((scale) => scale.width / 60) : {}),
    ticks: {
      ...common.ticks,
      maxTicksLimit: 7,
      includeBounds: false,
      callback: (value, index, ticks) => {
        const next = ticks[index + 1] ?? ticks[index - 1];
        return tickLabel(Number(value), next && !log ? Math.abs(next.value - Number(value)) : 0);
      },
    },
  };
}
