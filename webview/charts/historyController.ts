import { LineController, type Chart, type ChartDataset } from 'chart.js';

/** The same points as a dataset's, in columns. */
export interface Columns {
  x: Float64Array;
  y: Float64Array;
}

/** More points than this are drawn from their columns: chart.js's element a point would cost more than the drawing. */
export const MANY_POINTS = 1000;

const columnsOf = new WeakMap<object, Columns>();

/** Lets a dataset of type `history` be drawn from columns. */
export function setColumns(
  dataset: ChartDataset<'line', { x: number; y: number }[]>,
  columns: Columns,
): void {
  columnsOf.set(dataset, columns);
}

/**
 * A line of many points: chart.js's line controller without an element a point, drawn straight from the columns.
 * A NaN breaks the line. It has no dots, no fill and no curves.
 */
export class HistoryController extends LineController {
  static override id = 'history';

  override buildOrUpdateElements(): void {
    // No element a point.
  }

  override update(): void {
    // Nothing to place ahead of the drawing.
  }

  override draw(): void {
    const dataset = this.chart.data.datasets[this.index] as ChartDataset<'line', { x: number; y: number }[]>;
    const columns = columnsOf.get(dataset);
    const width = dataset.borderWidth as number;
    if (columns && width > 0) {
      const { ctx } = this.chart;
      ctx.save();
      ctx.strokeStyle = dataset.borderColor as string;
      ctx.lineWidth = width;
      ctx.lineJoin = 'bevel';
      ctx.setLineDash((dataset.borderDash as number[] | undefined) ?? []);
      ctx.stroke(linePath(this.chart, columns));
      ctx.restore();
    }
  }
}

function linePath(chart: Chart, { x, y }: Columns): Path2D {
  const toX = pixelOf(chart, 'x');
  const toY = pixelOf(chart, 'y');
  const path = new Path2D();
  let broken = true;
  for (let i = 0; i < x.length; i++) {
    const value = y[i]!;
    if (Number.isNaN(value)) {
      broken = true;
    } else if (broken) {
      path.moveTo(toX(x[i]!), toY(value));
      broken = false;
    } else {
      path.lineTo(toX(x[i]!), toY(value));
    }
  }
  return path;
}

/** The scale's own conversion, without its bookkeeping a call. */
function pixelOf(chart: Chart, axis: 'x' | 'y'): (value: number) => number {
  const scale = chart.scales[axis]!;
  const measure = scale.type === 'logarithmic' ? Math.log10 : (value: number) => value;
  const low = measure(scale.min);
  const from = scale.getPixelForValue(scale.min);
  const perUnit = (scale.getPixelForValue(scale.max) - from) / (measure(scale.max) - low);
  return (value) => from + (measure(value) - low) * perUnit;
}
