/** A value this many interquartile ranges from the mean may be left off the scale. */
const FAR = 4;
/** At most this share of a series is left off: more are not outliers but what the series is about. */
const MOST = 0.05;

/**
 * The y range that shows every series without its outliers: from each, repeatedly, the value farthest from the
 * mean while it is more than 4 interquartile ranges away; then the union, so that no line can vanish
 * (reference ui.md, part 2, section 2, Outliers). Nothing is deleted: what lies outside is marked at the edge.
 *
 * @param series values of each line; what is not finite is ignored
 * @returns null where there is no finite value
 */
export function robustRange(series: readonly ArrayLike<number>[]): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const values of series) {
    const range = withoutOutliers(values);
    if (range) {
      low = Math.min(low, range[0]);
      high = Math.max(high, range[1]);
    }
  }
  return low <= high ? [low, high] : null;
}

function withoutOutliers(values: ArrayLike<number>): [number, number] | null {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  if (sorted.length === 0) {
    return null;
  }
  let from = 0;
  let to = sorted.length - 1;
  let sum = sorted.reduce((total, value) => total + value, 0);
  let left = Math.floor(sorted.length * MOST);
  while (left > 0 && to > from) {
    const mean = sum / (to - from + 1);
    const spread = quantile(sorted, from, to, 0.75) - quantile(sorted, from, to, 0.25);
    const below = mean - sorted[from]!;
    const above = sorted[to]! - mean;
    if (Math.max(below, above) <= FAR * spread) {
      break;
    }
    sum -= below > above ? sorted[from++]! : sorted[to--]!;
    left--;
  }
  return [sorted[from]!, sorted[to]!];
}

/** Linear interpolation between the two nearest, as numpy's default. */
function quantile(sorted: Float64Array, from: number, to: number, share: number): number {
  const position = from + (to - from) * share;
  const index = Math.floor(position);
  const next = Math.min(to, index + 1);
  return sorted[index]! + (sorted[next]! - sorted[index]!) * (position - index);
}
