import { normalCdf } from './statistics';

/** Steps of the grid that a numeric param is read on. */
const GRID_STEPS = 50;
const PRIOR_WEIGHT = 1;
const NEVER_ZERO = 1e-12;

/**
 * PED-ANOVA's divergence of one param (Watanabe et al., 2023; as Optuna's PedAnovaImportanceEvaluator computes it,
 * reference ui.md, part 2, section 3): how far the density of the best runs is from that of all runs,
 * sum of p_all (p_top / p_all - 1)^2 over the grid. 0 means that the best runs took values like all others.
 *
 * @param all each run's cell of the grid, from `gridCells`, or its category
 * @param top those of the best runs
 * @param steps cells of the grid, or number of categories
 */
export function divergence(
  all: readonly number[],
  top: readonly number[],
  steps: number,
  categorical: boolean,
): number {
  const density = categorical ? categoryDensity : numericDensity;
  const pTop = density(count(top, steps));
  const pAll = density(count(all, steps));
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    sum += pAll[i]! * (pTop[i]! / pAll[i]! - 1) ** 2;
  }
  return sum;
}

/** The cells, 0 to `steps` - 1, of values on an even grid between the lowest and the highest; whole numbers get a cell each. */
export function gridCells(values: readonly number[], log: boolean): { cells: number[]; steps: number } {
  const measured = values.map((value) => (log ? Math.log(value) : value));
  const low = measured.reduce((a, b) => Math.min(a, b), Infinity);
  const high = measured.reduce((a, b) => Math.max(a, b), -Infinity);
  const whole = !log && measured.every(Number.isInteger);
  const steps = whole ? Math.min(GRID_STEPS, high - low + 1) : GRID_STEPS;
  const step = (high - low) / (steps - 1);
  const cells = measured.map((value) =>
    high === low ? 0 : Math.min(steps - 1, Math.max(0, Math.ceil((value - low) / step - 0.5))),
  );
  return { cells, steps };
}

function count(cells: readonly number[], steps: number): number[] {
  const counts = new Array<number>(steps).fill(0);
  for (const cell of cells) {
    counts[cell]!++;
  }
  return counts;
}

/** Truncated normals round each cell that has runs, as wide as Scott's rule says, and one wide prior. */
function numericDensity(counts: readonly number[]): number[] {
  const steps = counts.length;
  const cells = counts.flatMap((n, cell) => (n > 0 ? [{ cell, n }] : []));
  const runs = cells.reduce((sum, { n }) => sum + n, 0);
  const total = runs + PRIOR_WEIGHT;
  const density = new Array<number>(steps).fill(NEVER_ZERO);
  const tails = tailsOf(scottWidth(cells, runs), steps);
  const centre = 1 - 2 * tails[0]!;
  for (const { cell, n } of cells) {
    const inside = 1 - tails[steps - 1 - cell]! - tails[cell]!;
    const weight = n / total / inside;
    for (let i = 0; i < steps; i++) {
      const distance = Math.abs(i - cell);
      density[i]! += weight * (distance === 0 ? centre : tails[distance - 1]! - tails[distance]!);
    }
  }
  const middle = (steps - 1) / 2;
  const prior = mass(-0.5, steps - 0.5, middle, steps);
  for (let i = 0; i < steps; i++) {
    density[i]! += ((PRIOR_WEIGHT / total) * mass(i - 0.5, i + 0.5, middle, steps)) / prior;
  }
  return density;
}

/** What of a normal round a cell lies beyond the far edge of the cell so many away: all cells' normals are alike. */
function tailsOf(sigma: number, steps: number): Float64Array {
  const tails = new Float64Array(steps);
  for (let distance = 0; distance < steps; distance++) {
    tails[distance] = normalCdf(-(distance + 0.5) / sigma);
  }
  return tails;
}

function scottWidth(cells: readonly { cell: number; n: number }[], runs: number): number {
  const mean = cells.reduce((sum, { cell, n }) => sum + cell * n, 0) / runs;
  const squares = cells.reduce((sum, { cell, n }) => sum + n * (cell - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, runs - 1));
  const cumulative: number[] = [];
  for (const { n } of cells) {
    cumulative.push((cumulative.at(-1) ?? 0) + n);
  }
  const lower = cumulative.findIndex((sum) => sum >= Math.floor(runs / 4));
  const upper = cumulative.findIndex((sum) => sum > Math.floor((runs * 3) / 4));
  const last = cells.length - 1;
  const spread = cells[upper < 0 ? last : Math.min(last, upper)]!.cell - cells[Math.max(0, lower)]!.cell;
  // 1.64 standard deviations (90 %) of the narrowest kernel fit into half a cell.
  return Math.max(1.059 * Math.min(spread / 1.34, deviation) * runs ** -0.2, 0.5 / 1.64);
}

function mass(from: number, to: number, centre: number, sigma: number): number {
  const a = (from - centre) / sigma;
  const b = (to - centre) / sigma;
  // In the upper tail the difference is taken on the other side, where it does not cancel.
  return a > 0 ? normalCdf(-a) - normalCdf(-b) : normalCdf(b) - normalCdf(a);
}

function categoryDensity(counts: readonly number[]): number[] {
  const choices = counts.length;
  const runs = counts.reduce((sum, n) => sum + n, 0);
  const kernels = counts.filter((n) => n > 0).length + 1;
  const smear = PRIOR_WEIGHT / kernels;
  const total = runs + PRIOR_WEIGHT;
  const density = new Array<number>(choices).fill(NEVER_ZERO + PRIOR_WEIGHT / total / choices);
  counts.forEach((n, choice) => {
    if (n > 0) {
      const row = 1 + smear * choices;
      for (let i = 0; i < choices; i++) {
        density[i]! += (n / total) * ((smear + (i === choice ? 1 : 0)) / row);
      }
    }
  });
  return density;
}
