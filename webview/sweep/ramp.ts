/** Nine stops of viridis (its lookup table is CC0, see Matplotlib's _cm_listed.py), dark to bright. */
const VIRIDIS = [
  '#440154',
  '#472d7b',
  '#3b528b',
  '#2c728e',
  '#21918c',
  '#28ae80',
  '#5ec962',
  '#addc30',
  '#fde725',
];
/** So many colours are told apart when lines are drawn in bunches. */
export const STEPS = 24;

/** Colours from the worst to the best: the best is farthest from the background. */
export type Ramp = readonly string[];

/** On a light ground the best is dark, on a dark ground bright; the end next to the ground is left out. */
export function makeRamp(dark: boolean): Ramp {
  const stops = dark ? VIRIDIS.slice(1) : VIRIDIS.slice(0, -1).reverse();
  return Array.from({ length: STEPS }, (_, i) => mix(stops, i / (STEPS - 1)));
}

function mix(stops: readonly string[], place: number): string {
  const at = place * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(at));
  const share = at - index;
  const a = channels(stops[index]!);
  const b = channels(stops[index + 1]!);
  return `#${a.map((channel, i) => hex(channel + (b[i]! - channel) * share)).join('')}`;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

function hex(value: number): string {
  return Math.round(value).toString(16).padStart(2, '0');
}

/** The step of the ramp for a goodness of 0 to 1. */
export function stepOf(goodness: number): number {
  return Math.min(STEPS - 1, Math.max(0, Math.round(goodness * (STEPS - 1))));
}

/**
 * 0 for the worst to 1 for the best. By rank one diverged run cannot flatten the scale; ties share their place.
 */
export function rankColors(
  values: Float64Array,
  direction: 'higher' | 'lower',
  by: 'value' | 'rank',
): Float64Array {
  const finite = values.filter(Number.isFinite).sort();
  const low = finite[0] ?? 0;
  const high = finite[finite.length - 1] ?? 0;
  const place = (value: number): number => {
    if (low === high) {
      return 0.5;
    }
    return by === 'value' ? (value - low) / (high - low) : firstAtLeast(finite, value) / (finite.length - 1);
  };
  return values.map((value) => {
    if (!Number.isFinite(value)) {
      return NaN;
    }
    const share = Math.min(1, place(value));
    return direction === 'higher' ? share : 1 - share;
  });
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
