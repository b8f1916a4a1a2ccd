import { formatDelta, formatNumber, formatPercent } from '../mlflow/format';

/** An objective of a choice between runs: one value a run, NaN where it has none. */
export interface Objective {
  name: string;
  direction: 'higher' | 'lower';
  values: ArrayLike<number>;
}

export interface Ranking {
  /** Runs that have all objectives, by front, then by the first objective. */
  order: number[];
  /** By run: 1 for the Pareto front, 2 for the front without it… 0 for a run that lacks an objective. */
  fronts: Uint32Array;
  /** The run of the first front nearest to the best of every objective; -1 where there is none. */
  compromise: number;
  /** Runs left out because an objective is missing or not finite. */
  dropped: number;
}

/** How far fronts are told apart; what lies behind shares the last number. */
const MOST_FRONTS = 20;

/**
 * Pareto fronts: a run is in the first if no other is at least as good in every objective and better in one.
 */
export function rankRuns(objectives: readonly Objective[], runs: number): Ranking {
  const fronts = new Uint32Array(runs);
  const whole = Array.from({ length: runs }, (_, run) => run).filter((run) =>
    objectives.every(({ values }) => Number.isFinite(values[run])),
  );
  const first = objectives[0];
  if (!first || whole.length === 0) {
    return { order: [], fronts, compromise: -1, dropped: runs - whole.length };
  }
  let left = [...whole];
  for (let number = 1; left.length > 0; number++) {
    const front = number === MOST_FRONTS ? left : paretoFront(objectives, left);
    for (const run of front) {
      fronts[run] = number;
    }
    const members = new Set(front);
    left = left.filter((run) => !members.has(run));
  }
  const order = whole.toSorted((a, b) => fronts[a]! - fronts[b]! || compareBy(objectives, a, b) || a - b);
  return {
    order,
    fronts,
    compromise: nearestToBest(objectives, whole, fronts),
    dropped: runs - whole.length,
  };
}

/** Those of `runs` that no other of them beats, in the order of the first objective. */
export function paretoFront(objectives: readonly Objective[], runs: readonly number[]): number[] {
  // Sorted by the objectives in turn a run can only be beaten by one before it.
  const sorted = runs.toSorted((a, b) => compareBy(objectives, a, b));
  const front: number[] = [];
  for (const run of sorted) {
    if (!front.some((other) => beats(objectives, other, run))) {
      front.push(run);
    }
  }
  return front;
}

function loss({ direction, values }: Objective, run: number): number {
  return direction === 'lower' ? values[run]! : -values[run]!;
}

function compareBy(objectives: readonly Objective[], a: number, b: number): number {
  for (const objective of objectives) {
    const difference = loss(objective, a) - loss(objective, b);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

function beats(objectives: readonly Objective[], a: number, b: number): boolean {
  return (
    objectives.every((objective) => loss(objective, a) <= loss(objective, b)) &&
    objectives.some((objective) => loss(objective, a) < loss(objective, b))
  );
}

/** Distances on ranks, so that one diverged run cannot stretch a scale. */
function nearestToBest(
  objectives: readonly Objective[],
  runs: readonly number[],
  fronts: Uint32Array,
): number {
  const places = objectives.map((objective) => {
    const sorted = [...new Set(runs.map((run) => loss(objective, run)))].sort((a, b) => a - b);
    const place = new Map(sorted.map((value, index) => [value, index / Math.max(1, sorted.length - 1)]));
    return (run: number) => place.get(loss(objective, run)) ?? 1;
  });
  const distance = (run: number): number => places.reduce((sum, place) => sum + place(run) ** 2, 0);
  return runs
    .filter((run) => fronts[run] === 1)
    .reduce((best, run) => (best < 0 || distance(run) < distance(best) ? run : best), -1);
}

/**
 * How a run compares with another, in words, objective by objective: "0.4% worse rmse, 6x smaller model size,
 * 3x faster". Differences under 0.1 % are "the same".
 */
export function tradeOff(objectives: readonly Objective[], run: number, than: number): string {
  return objectives.map((objective) => describeDifference(objective, run, than)).join(', ');
}

function describeDifference({ name, direction, values }: Objective, run: number, than: number): string {
  const value = values[run]!;
  const other = values[than]!;
  const better = direction === 'lower' ? value < other : value > other;
  const lower = value < other;
  const words = /second|duration|time|latency/i.test(name)
    ? { lower: `faster (${name})`, higher: `slower (${name})` }
    : /size|byte/i.test(name)
      ? { lower: `smaller (${name})`, higher: `larger (${name})` }
      : { lower: `${better ? 'better' : 'worse'} ${name}`, higher: `${better ? 'better' : 'worse'} ${name}` };
  const word = lower ? words.lower : words.higher;
  const scale = Math.abs(other);
  const difference = Math.abs(value - other);
  if (difference === 0 || difference < scale * 0.001) {
    return `same ${name}`;
  }
  if (scale === 0) {
    return `${formatDelta(value)} ${word}`;
  }
  const ratio = value > 0 && other > 0 ? Math.max(value / other, other / value) : 0;
  return ratio >= 2 ? `${formatNumber(ratio, 2)}× ${word}` : `${formatPercent(difference / scale)} ${word}`;
}
