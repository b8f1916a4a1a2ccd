import { plainText } from '../../src/mlflow/format';
import type { SweepColumn } from '../../src/protocol/sweep';
import { evenTicks, logTicks } from '../../src/series/ticks';
import { tickLabel, withAlpha, type ChartLook } from '../ui/chartLook';
import type { AxisBrush } from './brush';
import { axisRange, isCategory, MOST_TICKS, placeOf, shortCategory, unitOf, valueText } from './model';
import { BOTTOM, TOP, yAt, type Layout, type Margins } from './parallelDrawing';

/** What is left and right of the axes at least and at most: for the outer axes' labels and titles, CSS pixels. */
const MARGIN = 70;
const MOST_MARGIN = 170;
/** Closer axes could not be told apart with their titles: where there is less room the picture scrolls. */
const LEAST_SPACING = 96;
const MOST_SPACING = 190;
/** From an axis to its label, and from a label to the axis before it. */
const GAP = 7;

export function leastWidth(
  axes: readonly SweepColumn[],
  { left, right }: Margins,
  height: number,
  look: ChartLook,
): number {
  const width = measure(look);
  const widest = axes.slice(1, -1).reduce((most, column) => {
    const labels = labelsOf(column, height).map((label) => width(label, look.font.size) + 3 * GAP);
    return Math.max(most, ...labels);
  }, LEAST_SPACING);
  return left + right + Math.ceil(Math.min(MOST_SPACING, widest)) * Math.max(0, axes.length - 1);
}

/** As wide as the labels and the title of the first and of the last axis need. */
export function marginsOf(axes: readonly SweepColumn[], height: number, look: ChartLook): Margins {
  const width = measure(look);
  const needed = (column: SweepColumn | undefined): number => {
    if (!column) {
      return MARGIN;
    }
    const ticks = labelsOf(column, height).map((label) => width(label, look.font.size));
    const title = width(axisTitle(column), look.font.size + 2) / 2;
    return Math.ceil(
      Math.min(MOST_MARGIN, Math.max(MARGIN, title + 8, ...ticks.map((tick) => tick + 2 * GAP))),
    );
  };
  return { left: needed(axes[0]), right: needed(axes.at(-1)) };
}

function measure(look: ChartLook): (text: string, size: number) => number {
  const ctx = new OffscreenCanvas(1, 1).getContext('2d')!;
  return (text, size) => {
    ctx.font = `${size}px ${look.font.family}`;
    return ctx.measureText(text).width;
  };
}

function labelsOf(column: SweepColumn, height: number): string[] {
  const labels = axisTicks(column, { top: TOP, bottom: height - BOTTOM }).map(({ label }) => label);
  return column.missing > 0 || column.notFinite > 0 ? [...labels, missingLabel(column)] : labels;
}

export function axisTitle(column: SweepColumn): string {
  return `${plainText(column.name, 60)}${column.kind === 'log' ? ' (log)' : ''}`;
}

/** Says of an axis of many categories that there is no room for all their names; empty where there is. */
export function leftOut(column: SweepColumn, height: number): string {
  const named = isCategory(column) ? axisTicks(column, { top: TOP, bottom: height - BOTTOM }).length : 0;
  return named > 0 && named < column.categories.length
    ? `There is room for ${named} of ${column.categories.length} names: point at a line for its own.`
    : '';
}

/** The axes with their labels, over the lines. */
export function drawAxes(
  ctx: CanvasRenderingContext2D,
  axes: readonly SweepColumn[],
  brushes: ReadonlyMap<string, AxisBrush>,
  layout: Layout,
  look: ChartLook,
): void {
  ctx.font = `${look.font.size}px ${look.font.family}`;
  axes.forEach((column, i) => {
    const x = layout.x[i]!;
    const right = i === axes.length - 1;
    ctx.lineWidth = 1;
    ctx.strokeStyle = look.muted;
    ctx.beginPath();
    ctx.moveTo(x, layout.top);
    ctx.lineTo(x, layout.bottom);
    ctx.stroke();
    for (const { y, label } of axisTicks(column, layout)) {
      drawTick(ctx, x, y, label, look, right);
    }
    if (column.missing > 0 || column.notFinite > 0) {
      drawTick(ctx, x, layout.missing, missingLabel(column), look, right);
    }
    const brush = brushes.get(column.id);
    if (brush) {
      drawBrush(ctx, column, brush, x, layout, look);
    }
  });
}

/** Runs without a value, and those whose value has no place on an axis, told apart where they can be. */
function missingLabel({ missing, notFinite }: SweepColumn): string {
  return notFinite === 0 ? 'none' : missing === 0 ? 'NaN, ∞' : 'none, NaN, ∞';
}

function drawTick(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  label: string,
  look: ChartLook,
  right: boolean,
): void {
  ctx.strokeStyle = look.muted;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x - 3, y);
  ctx.lineTo(x + 3, y);
  ctx.stroke();
  ctx.textAlign = right ? 'left' : 'right';
  ctx.textBaseline = 'middle';
  const at = right ? x + GAP : x - GAP;
  // Lines cross here: a ground behind the label and a rim round its letters keep it readable.
  const { width } = ctx.measureText(label);
  ctx.fillStyle = withAlpha(look.background, 0.72);
  ctx.fillRect(right ? at - 2 : at - width - 2, y - look.font.size / 2 - 1, width + 4, look.font.size + 2);
  ctx.strokeStyle = look.background;
  ctx.lineJoin = 'round';
  ctx.lineWidth = 3;
  ctx.strokeText(label, at, y);
  ctx.fillStyle = look.text;
  ctx.fillText(label, at, y);
}

/** Names closer than this would overlap, CSS pixels. */
const NAME_HEIGHT = 16;

/** What is written at an axis: round values, or each category while there is room. */
export function axisTicks(
  column: SweepColumn,
  layout: Pick<Layout, 'top' | 'bottom'>,
): { y: number; label: string }[] {
  if (isCategory(column)) {
    const most = Math.max(2, Math.floor((layout.bottom - layout.top) / NAME_HEIGHT));
    const every = Math.ceil(column.categories.length / most);
    return column.categories.flatMap((_, index) =>
      index % every === 0
        ? [{ y: yAt(placeOf(column, index), layout), label: shortCategory(column, index) }]
        : [],
    );
  }
  if (!column.range) {
    return [];
  }
  const [low, high] = axisRange(column);
  const log = column.kind === 'log';
  const ticks = log ? logTicks(low, high, MOST_TICKS) : evenTicks(low, high, MOST_TICKS, unitOf(column));
  const spacing = log || ticks.length < 2 ? 0 : ticks[1]! - ticks[0]!;
  return ticks.map((value) => ({
    y: yAt(placeOf(column, value), layout),
    label: unitOf(column) === 'number' ? tickLabel(value, spacing) : valueText(column, value),
  }));
}

function drawBrush(
  ctx: CanvasRenderingContext2D,
  column: SweepColumn,
  brush: AxisBrush,
  x: number,
  layout: Layout,
  look: ChartLook,
): void {
  const [low, high] = axisRange(column);
  const [top, bottom] =
    'missing' in brush
      ? [layout.missing - 6, layout.missing + 6]
      : [
          yAt(Math.min(1, placeOf(column, Math.min(brush.to, high))), layout),
          yAt(Math.max(0, placeOf(column, Math.max(brush.from, low))), layout),
        ];
  ctx.fillStyle = withAlpha(look.accent, 0.35);
  ctx.strokeStyle = look.accent;
  ctx.lineWidth = 1;
  ctx.fillRect(x - 7, top, 14, Math.max(3, bottom - top));
  ctx.strokeRect(x - 7, top, 14, Math.max(3, bottom - top));
}
