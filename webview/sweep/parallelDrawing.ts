import { plainText } from '../../src/mlflow/format';
import type { SweepColumn } from '../../src/protocol/sweep';
import { withAlpha, type ChartLook } from '../ui/chartLook';
import type { AxisBrush } from './brush';
import { isCategory, placeOf, shortCategory, valueAt, valueText, type Sweep } from './model';
import { stepOf, STEPS } from './ramp';

export interface Layout {
  width: number;
  height: number;
  top: number;
  bottom: number;
  /** Of the tick for runs without a value; below the axes. */
  missing: number;
  /** x of each axis. */
  x: number[];
}

/** What is left and right of the axes at least and at most: for the outer axes' labels and titles, CSS pixels. */
const MARGIN = 70;
const MOST_MARGIN = 170;
const TOP = 14;
const BOTTOM = 40;

/** Closer axes could not be told apart with their titles and ticks: where there is less room the picture scrolls. */
const LEAST_SPACING = 96;

/** Room beside the axes, CSS pixels. */
export interface Margins {
  left: number;
  right: number;
}

export function leastWidth(axes: number, { left, right }: Margins): number {
  return left + right + LEAST_SPACING * Math.max(0, axes - 1);
}

/** As wide as the labels and the title of the first and of the last axis need. */
export function marginsOf(axes: readonly SweepColumn[], height: number, look: ChartLook): Margins {
  const ctx = new OffscreenCanvas(1, 1).getContext('2d')!;
  const width = (text: string, size: number): number => {
    ctx.font = `${size}px ${look.font.family}`;
    return ctx.measureText(text).width;
  };
  const needed = (column: SweepColumn | undefined): number => {
    if (!column) {
      return MARGIN;
    }
    const labels = axisTicks(column, { top: TOP, bottom: height - BOTTOM }).map(({ label }) => label);
    const ticks = [...labels, missingLabel(column)].map((label) => width(label, look.font.size));
    const title = width(axisTitle(column), look.font.size + 2) / 2;
    return Math.ceil(Math.min(MOST_MARGIN, Math.max(MARGIN, title + 8, ...ticks.map((tick) => tick + 10))));
  };
  return { left: needed(axes[0]), right: needed(axes.at(-1)) };
}

export function axisTitle(column: SweepColumn): string {
  return `${plainText(column.name, 60)}${column.kind === 'log' ? ' (log)' : ''}`;
}

export function layoutOf(width: number, height: number, axes: number, { left, right }: Margins): Layout {
  const inner = Math.max(1, width - left - right);
  return {
    width,
    height,
    top: TOP,
    bottom: height - BOTTOM,
    missing: height - 14,
    x: Array.from({ length: axes }, (_, i) => (axes === 1 ? width / 2 : left + (inner * i) / (axes - 1))),
  };
}

/** By axis and run, the y of the line; runs without a value pass through the "none" tick below. */
export function linePlaces(axes: readonly SweepColumn[], layout: Layout): Float32Array[] {
  return axes.map((column) =>
    Float32Array.from(column.values, (value) => {
      const place = placeOf(column, value);
      return Number.isNaN(place) ? layout.missing : yAt(place, layout);
    }),
  );
}

export function yAt(place: number, { top, bottom }: Pick<Layout, 'top' | 'bottom'>): number {
  return bottom - place * (bottom - top);
}

export function placeAt(y: number, { top, bottom }: Layout): number {
  return Math.min(1, Math.max(0, (bottom - y) / (bottom - top)));
}

/** CSS pixels. What is drawn as a hairline, and a line at a time, costs a browser without a GPU a tenth of the rest. */
const LINE_WIDTH = 1;

/**
 * Draws lines of one colour after the other, the best last. Lines outside the brushes are drawn first, faint.
 *
 * @param only null for all runs, or those inside the brushes
 */
export function drawLines(
  ctx: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  sweep: Sweep,
  places: readonly Float32Array[],
  layout: Layout,
  only: ReadonlySet<number> | null,
  faint: string | null,
): void {
  const bunches: number[][] = Array.from({ length: STEPS + 1 }, () => []);
  sweep.data.runs.forEach((_, run) => {
    if (!only || only.has(run)) {
      const goodness = sweep.goodness[run]!;
      bunches[Number.isNaN(goodness) ? 0 : stepOf(goodness) + 1]!.push(run);
    }
  });
  const few = (only?.size ?? sweep.data.runs.length) < 200;
  ctx.lineWidth = LINE_WIDTH;
  ctx.globalAlpha = faint ? 1 : few ? 0.9 : 0.55;
  bunches.forEach((runs, step) => {
    ctx.strokeStyle = faint ?? (step === 0 ? '#8a8a8a' : sweep.ramp[step - 1]!);
    for (const run of runs) {
      ctx.beginPath();
      addLine(ctx, run, places, layout);
      ctx.stroke();
    }
  });
  ctx.globalAlpha = 1;
}

export function drawOne(
  ctx: CanvasRenderingContext2D,
  run: number,
  places: readonly Float32Array[],
  layout: Layout,
  color: string,
  halo: string,
): void {
  for (const [style, width] of [
    [halo, 5],
    [color, 2.5],
  ] as const) {
    ctx.strokeStyle = style;
    ctx.lineWidth = width;
    ctx.beginPath();
    addLine(ctx, run, places, layout);
    ctx.stroke();
  }
}

function addLine(
  ctx: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  run: number,
  places: readonly Float32Array[],
  layout: Layout,
): void {
  for (let axis = 0; axis < places.length; axis++) {
    const y = places[axis]![run]!;
    if (axis === 0) {
      ctx.moveTo(layout.x[axis]!, y);
    } else {
      ctx.lineTo(layout.x[axis]!, y);
    }
  }
}

export function drawAxes(
  ctx: CanvasRenderingContext2D,
  axes: readonly SweepColumn[],
  brushes: ReadonlyMap<string, AxisBrush>,
  layout: Layout,
  look: ChartLook,
): void {
  ctx.font = `${look.font.size}px ${look.font.family}`;
  ctx.lineWidth = 1;
  axes.forEach((column, i) => {
    const x = layout.x[i]!;
    ctx.strokeStyle = look.muted;
    ctx.beginPath();
    ctx.moveTo(x, layout.top);
    ctx.lineTo(x, layout.bottom);
    ctx.stroke();
    for (const tick of axisTicks(column, layout)) {
      drawTick(ctx, x, tick.y, tick.label, look, i === axes.length - 1);
    }
    if (column.missing > 0 || column.notFinite > 0) {
      drawTick(ctx, x, layout.missing, missingLabel(column), look, i === axes.length - 1);
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
  ctx.beginPath();
  ctx.moveTo(x - 3, y);
  ctx.lineTo(x + 3, y);
  ctx.stroke();
  ctx.textAlign = right ? 'left' : 'right';
  ctx.textBaseline = 'middle';
  const at = right ? x + 6 : x - 6;
  // A rim in the ground's colour keeps a label readable on a bundle of lines.
  ctx.strokeStyle = look.background;
  ctx.lineWidth = 3;
  ctx.strokeText(label, at, y);
  ctx.fillStyle = look.text;
  ctx.fillText(label, at, y);
  ctx.lineWidth = 1;
}

function axisTicks(
  column: SweepColumn,
  layout: Pick<Layout, 'top' | 'bottom'>,
): { y: number; label: string }[] {
  if (isCategory(column)) {
    const most = Math.max(2, Math.floor((layout.bottom - layout.top) / 16));
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
  const [low, high] = column.range;
  const places = low < high ? [0, 0.25, 0.5, 0.75, 1] : [0.5];
  const labels = distinctTexts((digits) =>
    places.map((place) => valueText(column, valueAt(column, place), digits)),
  );
  return places.map((place, index) => ({ y: yAt(place, layout), label: labels[index]! }));
}

/** With as many digits, from three on, as tell the values apart. */
function distinctTexts(texts: (digits: number) => string[]): string[] {
  for (let digits = 3; digits < 12; digits++) {
    const found = texts(digits);
    if (new Set(found).size === found.length) {
      return found;
    }
  }
  return texts(12);
}

function drawBrush(
  ctx: CanvasRenderingContext2D,
  column: SweepColumn,
  brush: AxisBrush,
  x: number,
  layout: Layout,
  look: ChartLook,
): void {
  const [top, bottom] =
    'missing' in brush
      ? [layout.missing - 6, layout.missing + 6]
      : [
          yAt(Math.min(1, placeOf(column, Math.min(brush.to, column.range?.[1] ?? brush.to))), layout),
          yAt(Math.max(0, placeOf(column, Math.max(brush.from, column.range?.[0] ?? brush.from))), layout),
        ];
  ctx.fillStyle = withAlpha(look.accent, 0.35);
  ctx.strokeStyle = look.accent;
  ctx.lineWidth = 1;
  ctx.fillRect(x - 7, top, 14, Math.max(3, bottom - top));
  ctx.strokeRect(x - 7, top, 14, Math.max(3, bottom - top));
}

/** The run whose line is nearest to a point, within `reach` pixels; -1 for none. */
export function nearestLine(
  x: number,
  y: number,
  places: readonly Float32Array[],
  layout: Layout,
  only: ReadonlySet<number> | null,
  reach: number,
): number {
  const right = layout.x.findIndex((axis) => axis >= x);
  const to = right < 0 ? places.length - 1 : Math.max(places.length > 1 ? 1 : 0, right);
  const from = Math.max(0, to - 1);
  const span = layout.x[to]! - layout.x[from]! || 1;
  const share = Math.min(1, Math.max(0, (x - layout.x[from]!) / span));
  let best = -1;
  let distance = reach;
  const runs = places[0]?.length ?? 0;
  for (let run = 0; run < runs; run++) {
    if (only && !only.has(run)) {
      continue;
    }
    const a = places[from]![run]!;
    const b = places[to]![run]!;
    // The distance to the line, not only up and down: steep lines are as easy to meet as flat ones.
    const away = Math.abs(a + (b - a) * share - y) / Math.hypot(1, (b - a) / span);
    if (away < distance) {
      distance = away;
      best = run;
    }
  }
  return best;
}
