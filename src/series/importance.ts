import { readColumn, type Cell, type Column } from './columns';
import { divergence, gridCells } from './parzen';
import { median, seededRandom, spearman } from './statistics';

/** Fewer runs say nothing about several params. */
export const FEWEST_RUNS = 10;
/** Fewer runs, of which the best tenth is two, can bring any param to the top. */
export const FEW_RUNS = 30;
const TOP_SHARE = 0.1;
const FEWEST_TOP = 2;
const BOOTSTRAPS = 100;
/** Two params whose ranks correlate as much moved together: their bars cannot be told apart. */
const COLLINEAR = 0.9;

export interface ParamColumn {
  name: string;
  /** By run. */
  cells: readonly Cell[];
}

export interface ParamImportance {
  name: string;
  kind: Column['kind'];
  /** Share of all params' divergences, 0 to 1; 0 for a constant. */
  importance: number;
  /** The middle 80 % of the importance over resampled runs. */
  low: number;
  high: number;
  /** Signed rank correlation with the objective; null for categories and constants. */
  correlation: number | null;
  /** Runs that have the param and were used. */
  runs: number;
  /** For categories: the objective's median in each, the best first. */
  medians: { category: string; median: number; runs: number }[];
}

export type ImportanceResult =
  | { refused: string }
  | {
      refused: null;
      method: string;
      /** How little so few runs say, in one sentence, to be read before the rest; null where there are enough. */
      caution: string | null;
      used: number;
      dropped: number;
      /** By importance, greatest first. */
      params: ParamImportance[];
      collinear: { a: string; b: string; correlation: number }[];
    };

/**
 * Which params separate the best runs from all of them: PED-ANOVA with the best 10 % (at least 2 runs), each
 * param's divergence as a share of all, with a bootstrap interval, beside Spearman's signed correlation.
 *
 * @param objective by run; runs where it is not finite are dropped and counted
 */
export function paramImportance(
  params: readonly ParamColumn[],
  objective: ArrayLike<number>,
  direction: 'higher' | 'lower',
): ImportanceResult {
  const total = objective.length;
  const used = Array.from({ length: total }, (_, run) => run).filter((run) =>
    Number.isFinite(objective[run]),
  );
  if (used.length < FEWEST_RUNS) {
    return {
      refused: `Importance needs at least ${FEWEST_RUNS} runs with a finite objective; there are ${used.length}.`,
    };
  }
  const target = used.map((run) => objective[run]!);
  if (target.every((value) => value === target[0])) {
    return { refused: 'The objective is the same in every run: no param moved it.' };
  }
  const columns = params.map(({ name, cells }) =>
    prepare(
      name,
      used.map((run) => cells[run] ?? null),
    ),
  );
  const everyRun = used.map((_, run) => run);
  const shares = divergences(columns, target, everyRun, direction);
  const bootstrap = resample(columns, target, direction);
  return {
    refused: null,
    method: `PED-ANOVA: what separates the best ${Math.round(TOP_SHARE * 100)}% of the runs from all of them`,
    caution:
      used.length < FEW_RUNS
        ? `With ${used.length} runs this is no more than a hint: a param can come first by chance.`
        : null,
    used: used.length,
    dropped: total - used.length,
    params: columns
      .map((column, i) => describe(column, target, shares[i]!, bootstrap[i]!, direction))
      .toSorted((a, b) => b.importance - a.importance || (a.name < b.name ? -1 : 1)),
    collinear: collinearPairs(columns),
  };
}

interface Prepared {
  name: string;
  column: Column;
  /** By used run: cell of the grid or category; -1 where the run lacks the param. */
  cells: number[];
  steps: number;
}

function prepare(name: string, cells: readonly Cell[]): Prepared {
  const column = readColumn(cells);
  const values = [...column.values];
  const present = values.filter((value) => !Number.isNaN(value));
  if (column.kind === 'category' || column.kind === 'constant' || column.kind === 'empty') {
    return {
      name,
      column,
      cells: values.map((value) => (Number.isNaN(value) ? -1 : value)),
      steps: Math.max(1, column.categories.length),
    };
  }
  const grid = gridCells(present, column.kind === 'log');
  let next = 0;
  return {
    name,
    column,
    cells: values.map((value) => (Number.isNaN(value) ? -1 : grid.cells[next++]!)),
    steps: grid.steps,
  };
}

/**
 * Each column's share of all columns' divergences.
 *
 * @param runs may name a run several times, as a bootstrap does
 */
function divergences(
  columns: readonly Prepared[],
  target: readonly number[],
  runs: readonly number[],
  direction: 'higher' | 'lower',
): number[] {
  const top = topRuns(target, runs, direction);
  return normalise(columns.map((column) => columnDivergence(column, runs, top)));
}

function columnDivergence(
  { column, cells, steps }: Prepared,
  runs: readonly number[],
  top: readonly number[],
): number {
  if (column.kind === 'constant' || column.kind === 'empty') {
    return 0;
  }
  const have = (run: number): boolean => cells[run]! >= 0;
  const allCells = runs.filter(have).map((run) => cells[run]!);
  const topCells = top.filter(have).map((run) => cells[run]!);
  if (topCells.length === 0) {
    return 0;
  }
  // A param that only some runs have counts by its share in the best runs and in all (ui.md, part 2, 3).
  const alpha = topCells.length / top.length;
  const beta = allCells.length / runs.length;
  return (alpha ** 2 / beta) * divergence(allCells, topCells, steps, column.kind === 'category');
}

/** The best 10 % by the objective, at least two; ties with the last of them are in. */
function topRuns(
  target: readonly number[],
  runs: readonly number[],
  direction: 'higher' | 'lower',
): number[] {
  const sign = direction === 'lower' ? 1 : -1;
  const sorted = runs.map((run) => sign * target[run]!).sort((a, b) => a - b);
  const cutoff = sorted[Math.max(FEWEST_TOP, Math.ceil(sorted.length * TOP_SHARE)) - 1]!;
  return runs.filter((run) => sign * target[run]! <= cutoff);
}

function normalise(divergences: readonly number[]): number[] {
  const sum = divergences.reduce((a, b) => a + b, 0);
  return divergences.map((value) => (sum > 0 ? value / sum : 0));
}

function resample(
  columns: readonly Prepared[],
  target: readonly number[],
  direction: 'higher' | 'lower',
): { low: number; high: number }[] {
  const random = seededRandom(target.length);
  const shares: number[][] = columns.map(() => []);
  for (let round = 0; round < BOOTSTRAPS; round++) {
    const runs = target.map(() => Math.floor(random() * target.length));
    divergences(columns, target, runs, direction).forEach((share, i) => shares[i]!.push(share));
  }
  return shares.map((values) => {
    values.sort((a, b) => a - b);
    return { low: values[Math.floor(BOOTSTRAPS * 0.1)]!, high: values[Math.floor(BOOTSTRAPS * 0.9)]! };
  });
}

function describe(
  { name, column, cells }: Prepared,
  target: readonly number[],
  importance: number,
  whisker: { low: number; high: number },
  direction: 'higher' | 'lower',
): ParamImportance {
  const runs = cells.flatMap((cell, run) => (cell >= 0 || column.kind === 'constant' ? [run] : []));
  const ordered = column.kind === 'number' || column.kind === 'log';
  return {
    name,
    kind: column.kind,
    importance,
    // The estimate on all runs lies inside its own interval, whatever the resampling drew.
    low: Math.min(whisker.low, importance),
    high: Math.max(whisker.high, importance),
    correlation: ordered
      ? spearman(
          runs.map((run) => column.values[run]!),
          runs.map((run) => target[run]!),
        )
      : null,
    runs: runs.length,
    medians: column.kind === 'category' ? categoryMedians(column, target, direction) : [],
  };
}

function categoryMedians(
  column: Column,
  target: readonly number[],
  direction: 'higher' | 'lower',
): ParamImportance['medians'] {
  const sign = direction === 'lower' ? 1 : -1;
  return column.categories
    .map((category, index) => {
      const values = target.filter((_, run) => column.values[run] === index);
      return { category, median: median(values) ?? NaN, runs: values.length };
    })
    .toSorted((a, b) => sign * (a.median - b.median));
}

function collinearPairs(columns: readonly Prepared[]): { a: string; b: string; correlation: number }[] {
  const ordered = columns.filter(({ column }) => column.kind === 'number' || column.kind === 'log');
  const pairs: { a: string; b: string; correlation: number }[] = [];
  for (let i = 0; i < ordered.length; i++) {
    for (let j = i + 1; j < ordered.length; j++) {
      const both = ordered[i]!.cells.flatMap((cell, run) =>
        cell >= 0 && ordered[j]!.cells[run]! >= 0 ? [run] : [],
      );
      const correlation = spearman(
        both.map((run) => ordered[i]!.column.values[run]!),
        both.map((run) => ordered[j]!.column.values[run]!),
      );
      if (correlation !== null && Math.abs(correlation) >= COLLINEAR) {
        pairs.push({ a: ordered[i]!.name, b: ordered[j]!.name, correlation });
      }
    }
  }
  return pairs;
}
