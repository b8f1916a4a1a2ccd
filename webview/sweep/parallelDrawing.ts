import type { SweepColumn } from '../../src/protocol/sweep';
import { placeOf, type Sweep } from './model';
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

/** What is above and below the axes, CSS pixels. */
export const TOP = 14;
export const BOTTOM = 40;

/** Room beside the axes, CSS pixels. */
export interface Margins {
  left: number;
  right: number;
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
