import type { LoggedAt } from '../../src/mlflow/entities';
import type { SampledLine } from '../../src/mlflow/samples';
import type { ChartRun, ChartSeries } from '../../src/protocol/charts';
import { groupBand, type Band } from '../../src/series/bands';
import { keyOf } from '../../src/mlflow/runKey';
import type { ChartSettings } from './settings';

/** One run's line in a chart. */
export interface RunLine {
  run: ChartRun;
  series: ChartSeries;
}

/** Several runs that are drawn as their mean and a band. */
export interface GroupLine {
  /** Shared value of the param, or the parent's name; null for runs without one. */
  label: string | null;
  members: RunLine[];
  band: Band;
}

/** The groups of the runs, in order of appearance; runs that have no such param or parent are a group of their own. */
export function groupLines(
  lines: readonly RunLine[],
  runs: readonly ChartRun[],
  settings: ChartSettings,
): GroupLine[] {
  const by = settings.groupBy;
  if (!by) {
    return [];
  }
  const groups = new Map<string | null, RunLine[]>();
  for (const line of lines) {
    const label = groupLabel(line.run, runs, by);
    groups.set(label, [...(groups.get(label) ?? []), line]);
  }
  return [...groups].map(([label, members]) => ({
    label,
    members,
    band: groupBand(
      members.map(({ series }) => ({ x: drawn(series).x, y: drawn(series).y })),
      settings.band,
      settings.logX,
    ),
  }));
}

function groupLabel(
  run: ChartRun,
  runs: readonly ChartRun[],
  by: NonNullable<ChartSettings['groupBy']>,
): string | null {
  if (by.kind === 'param') {
    return run.params.find(({ key }) => key === by.key)?.value ?? null;
  }
  const parent = run.parentRunId;
  const known = runs.find((other) => other.runId === parent && other.store === run.store);
  return known?.name ?? (parent === null ? null : parent.slice(0, 8));
}

/** Whether the last point of a line is no iteration, but the best one's value logged again (mlflow/earlyStopping.ts). */
export function repeatsBest({ run: { repeated }, series: { last, line } }: RunLine): boolean {
  if (!repeated || !last || last.step !== repeated.step) {
    return false;
  }
  const best = line.steps.indexOf(repeated.best);
  return best < 0 || line.y[best] === last.y;
}

/** The line as it is drawn: no stroke leads to a point that is no iteration. */
export function strokeOf(line: RunLine): SampledLine {
  const { line: whole } = line.series;
  const at = repeatsBest(line) ? whole.steps.lastIndexOf(line.run.repeated!.step) : -1;
  if (at < 1 || at !== whole.x.length - 1) {
    return whole;
  }
  const withGap = (column: Float64Array, gap: number): Float64Array =>
    Float64Array.from([...column.subarray(0, at), gap, column[at]!]);
  return {
    x: withGap(whole.x, whole.x[at]!),
    y: withGap(whole.y, NaN),
    steps: withGap(whole.steps, NaN),
    timestamps: withGap(whole.timestamps, NaN),
  };
}

/** The line that stands for a series: the smoothed one where there is one. */
export function drawn(series: ChartSeries): { x: Float64Array; y: Float64Array } {
  return series.smoothed ?? series.line;
}

export interface NearestPoint extends LoggedAt {
  x: number;
  y: number;
  /** The smoothed value at that place, where there is one. */
  smoothed: number | null;
}

/** The drawn point nearest to an x; null where the line has none. */
export function nearestPoint(series: ChartSeries, x: number): NearestPoint | null {
  const { line, smoothed } = series;
  const index = nearestIndex(line.x, line.y, x);
  if (index < 0) {
    return null;
  }
  const at = smoothed ? nearestIndex(smoothed.x, smoothed.y, line.x[index]!) : -1;
  return {
    x: line.x[index]!,
    y: line.y[index]!,
    step: line.steps[index]!,
    timestamp: line.timestamps[index]!,
    ...(line.stepRests ? { stepRest: line.stepRests[index] } : {}),
    ...(line.timestampRests ? { timestampRest: line.timestampRests[index] } : {}),
    smoothed: smoothed && at >= 0 ? smoothed.y[at]! : null,
  };
}

/** The index of the value nearest to x that is a number; -1 where there is none. */
export function nearestIndex(xs: Float64Array, ys: Float64Array, x: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle]! < x) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  let left = low - 1;
  while (left >= 0 && Number.isNaN(ys[left]!)) {
    left--;
  }
  let right = low;
  while (right < xs.length && Number.isNaN(ys[right]!)) {
    right++;
  }
  if (left < 0 || right >= xs.length) {
    return left >= 0 ? left : right < xs.length ? right : -1;
  }
  return x - xs[left]! < xs[right]! - x ? left : right;
}

export function runKeyOf(line: RunLine): string {
  return keyOf(line.run);
}

/** The runs; those that say what they said before as the same objects, which charts know their lines by. */
export function sameWhereEqual(runs: ChartRun[], before: readonly ChartRun[]): ChartRun[] {
  const known = new Map(before.map((run) => [keyOf(run), { run, text: JSON.stringify(run) }]));
  return runs.map((run) => {
    const old = known.get(keyOf(run));
    return old?.text === JSON.stringify(run) ? old.run : run;
  });
}
