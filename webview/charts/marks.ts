import type { Chart, Plugin } from 'chart.js';
import type { MARK_KINDS, SampledLine } from '../../src/mlflow/samples';

export interface MarkSeries {
  color: string;
  x: Float64Array;
  kinds: (typeof MARK_KINDS)[number][];
  /** Where points may lie off the scale: the line, whose outliers are marked at the edge. */
  line: SampledLine | null;
}

const marksOf = new WeakMap<Chart, readonly MarkSeries[]>();
const SIZE = 4;

/** What the next drawing of the chart marks. */
export function setMarks(chart: Chart, marks: readonly MarkSeries[]): void {
  marksOf.set(chart, marks);
}

/**
 * Draws what no line can show: a cross at the lower edge for NaN, a filled triangle at the edge for an infinity, a
 * tick at the lower edge for a value that a logarithmic axis has no place for, and a hollow triangle where a
 * point lies off the scale.
 */
export const marksPlugin: Plugin<'line'> = {
  id: 'lensMarks',
  afterDatasetsDraw(chart) {
    const marks = marksOf.get(chart);
    const { x, y } = chart.scales;
    if (!marks || !x || !y) {
      return;
    }
    const { ctx, chartArea } = chart;
    ctx.save();
    ctx.lineWidth = 1.25;
    for (const series of marks) {
      ctx.strokeStyle = series.color;
      ctx.fillStyle = series.color;
      series.kinds.forEach((kind, i) => {
        const value = series.x[i]!;
        if (value >= x.min && value <= x.max) {
          drawMark(ctx, kind, x.getPixelForValue(value), chartArea.top, chartArea.bottom);
        }
      });
      if (series.line) {
        drawOffScale(chart, series.line);
      }
    }
    ctx.restore();
  },
};

function drawMark(
  ctx: CanvasRenderingContext2D,
  kind: MarkSeries['kinds'][number],
  x: number,
  top: number,
  bottom: number,
): void {
  ctx.beginPath();
  switch (kind) {
    case 'NaN':
      ctx.moveTo(x - SIZE, bottom - 2 * SIZE - 1);
      ctx.lineTo(x + SIZE, bottom - 1);
      ctx.moveTo(x + SIZE, bottom - 2 * SIZE - 1);
      ctx.lineTo(x - SIZE, bottom - 1);
      ctx.stroke();
      return;
    case '+Infinity':
      triangle(ctx, x, top + 1, 2 * SIZE);
      ctx.fill();
      return;
    case '-Infinity':
      triangle(ctx, x, bottom - 1, -2 * SIZE);
      ctx.fill();
      return;
    case 'notPositive':
      ctx.moveTo(x, bottom - SIZE);
      ctx.lineTo(x, bottom);
      ctx.stroke();
  }
}

/** With its tip at (x, y), `height` down (or up, where negative). */
function triangle(ctx: CanvasRenderingContext2D, x: number, y: number, height: number): void {
  ctx.moveTo(x, y);
  ctx.lineTo(x - Math.abs(height) / 2, y + height);
  ctx.lineTo(x + Math.abs(height) / 2, y + height);
  ctx.closePath();
}

function drawOffScale(chart: Chart, line: SampledLine): void {
  const { x, y } = chart.scales;
  const { ctx, chartArea } = chart;
  let last = -Infinity;
  for (let i = 0; i < line.x.length; i++) {
    const value = line.y[i]!;
    const above = value > y!.max;
    if ((!above && !(value < y!.min)) || line.x[i]! < x!.min || line.x[i]! > x!.max) {
      continue;
    }
    const pixel = x!.getPixelForValue(line.x[i]!);
    // One mark a few pixels: what lies off the scale for long is one stroke of marks, not a bar.
    if (pixel - last >= 3) {
      ctx.beginPath();
      triangle(ctx, pixel, above ? chartArea.top : chartArea.bottom, above ? 1.5 * SIZE : -1.5 * SIZE);
      ctx.stroke();
      last = pixel;
    }
  }
}

/** Points of a line outside a y range. */
export function countOffScale(
  line: SampledLine,
  y: readonly [number, number],
): { above: number; below: number } {
  let above = 0;
  let below = 0;
  for (const value of line.y) {
    above += value > y[1] ? 1 : 0;
    below += value < y[0] ? 1 : 0;
  }
  return { above, below };
}
