import { count, formatNumber, plainText } from '../../src/mlflow/format';
import type { ChartSettings } from './settings';
import { wholeText } from '../../src/mlflow/wholeNumbers';
import { oddPoints } from './drawing';
import { repeatsBest, type RunLine } from './lines';
import { sampledRuns } from './sampled';

/**
 * The line under a chart: what is drawn of what is there, and what no line can show. "12,400 points, shown as 900
 * buckets · 3 NaN marked".
 */
export function said(
  lines: readonly RunLine[],
  settings: ChartSettings,
  offScale: { above: number; below: number },
): string {
  const total = (of: (line: RunLine) => number): number => sum(lines, of);
  const points = total(({ series }) => series.points);
  const areAlone = areOddAlone(lines);
  const visible = total(({ series }) =>
    !areAlone && oddPoints(series) === series.points ? 0 : series.visible,
  );
  const sampled = lines.filter(({ series }) => !series.exact);
  const parts: string[] = [];
  const zoomed = visible < points ? ` of ${points.toLocaleString('en-US')}` : '';
  const what = `${visible.toLocaleString('en-US')}${zoomed} ${points === 1 ? 'point' : 'points'}`;
  const bySample = sampledRuns(lines);
  if (bySample.runs > 0) {
    parts.push(`${what} so far`);
  } else if (sampled.length === 0) {
    parts.push(`${what}, ${visible === 1 ? 'drawn' : 'each drawn'}`);
  } else {
    parts.push(
      `${what}, shown as ${count(
        total(({ series }) => (series.exact ? 0 : series.buckets)),
        'bucket',
      )}`,
    );
  }
  const reading = lines.filter(({ series }) => !series.complete);
  if (reading.length > 0) {
    parts.push(
      reading.length === lines.length ? 'still reading' : `still reading ${count(reading.length, 'run')}`,
    );
  }
  if (bySample.runs > 0) {
    const of = bySample.runs === lines.length ? '' : ` of ${count(bySample.runs, 'run')}`;
    parts.push(
      bySample.isFinal
        ? `a sample${of}: too long to be read whole, zoom in for every point`
        : `a sample${of} by the server`,
    );
  }
  const nan = total(({ series }) => series.nan);
  const infinite = total(({ series }) => series.infinite);
  const notPositive = total(({ series }) => series.notPositive);
  if (nan > 0) {
    parts.push(`${nan.toLocaleString('en-US')} NaN marked`);
  }
  if (infinite > 0) {
    parts.push(`${infinite.toLocaleString('en-US')} infinite marked`);
  }
  if (notPositive > 0) {
    const axes = [settings.logX ? 'x' : '', settings.logY ? 'y' : ''].filter(Boolean).join(' or ');
    parts.push(`${count(notPositive, 'point')} at ${axes} ≤ 0 not shown on the log axis`);
  }
  if (offScale.above + offScale.below > 0) {
    const sides = [
      offScale.above > 0 ? `${offScale.above.toLocaleString('en-US')} above` : '',
      offScale.below > 0 ? `${offScale.below.toLocaleString('en-US')} below` : '',
    ].filter(Boolean);
    parts.push(`${sides.join(', ')} the scale, marked at the edge`);
  }
  parts.push(...stepParts(lines), ...timeParts(lines));
  for (const { series } of lines) {
    if (series.smoothingProblem) {
      parts.push(series.smoothingProblem);
      break;
    }
  }
  return parts.join(' · ');
}

/** Steps with several points, steps that no chart tells apart, and a last point that is no iteration. */
function stepParts(lines: readonly RunLine[]): string[] {
  const parts: string[] = [];
  const shared = lines.flatMap(({ series }) => series.shared ?? []);
  const [steps, points] = [sum(shared, (each) => each.steps), sum(shared, (each) => each.points)];
  const isOne = lines.every(({ series }) => series.extent?.[0] === series.extent?.[1]);
  if (steps > 0 && isOne && lines.every(({ series }) => series.shared?.points === series.points)) {
    const [first] = lines;
    const step = wholeText(first!.series.last?.step ?? 0, first!.series.last?.stepRest);
    const isSame = lines.every(({ series }) => series.last?.step === first!.series.last?.step);
    parts.push(isSame ? `all at step ${step}` : 'each run’s at one step');
  } else if (steps > 0) {
    parts.push(`${count(steps, 'step has', 'steps have')} several points, ${count(points, 'point')} in all`);
  }
  if (lines.some(({ series }) => series.line.stepRests)) {
    parts.push('steps beyond 2⁵³ are drawn at the nearest place; the values at the crosshair are exact');
  }
  const repeated = lines.filter(repeatsBest);
  if (repeated.length === 1) {
    const { step, best } = repeated[0]!.run.repeated!;
    parts.push(`the last point, at ${step}, repeats the best step, ${best}: early stopping`);
  } else if (repeated.length > 1) {
    parts.push(`the last points of ${count(repeated.length, 'run')} repeat their best steps: early stopping`);
  }
  return parts;
}

/** All times are in another unit: then they have the axis. */
function areOddAlone(lines: readonly RunLine[]): boolean {
  return lines.every(({ series }) => oddPoints(series) === series.points);
}

function timeParts(lines: readonly RunLine[]): string[] {
  const byUnit = new Map<string, number>();
  for (const { unit, points } of lines.flatMap(({ series }) => series.oddTimes)) {
    byUnit.set(unit, (byUnit.get(unit) ?? 0) + points);
  }
  const areAlone = areOddAlone(lines);
  return [...byUnit].map(
    ([unit, points]) =>
      `${count(points, 'point has a time', 'points have times')} that ${points === 1 ? 'looks' : 'look'} like ${unit}, not milliseconds${areAlone ? '' : ': off the axis'}`,
  );
}

/** Whether points that share a step would stand apart over time. */
export function offersTime(lines: readonly RunLine[], { x }: ChartSettings): boolean {
  return (
    x === 'step' &&
    lines.some(({ series: { shared, line } }) => {
      const hasSeveral = shared !== null && shared.steps > 0;
      return hasSeveral && line.timestamps.some((time) => time !== line.timestamps[0]);
    })
  );
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** A chart in words, for who cannot see it. */
export function summary(metric: string, lines: readonly RunLine[], groups: number): string {
  const runs = lines.slice(0, 8).map(({ run, series }) => {
    const last = series.last ? formatNumber(series.last.y) : 'nothing';
    return `${plainText(run.name, 60)}: last ${last}, min ${formatNumber(series.min?.y)}, max ${formatNumber(series.max?.y)}`;
  });
  const more = lines.length > runs.length ? `; and ${count(lines.length - runs.length, 'more run')}` : '';
  const grouped = groups > 0 ? ` in ${count(groups, 'group')}` : '';
  const sample = sampledRuns(lines).runs > 0 ? ', sampled: spikes may be missing' : '';
  return `${metric}, line chart of ${count(lines.length, 'run')}${grouped}${sample}. ${runs.join('; ')}${more}`;
}

/** Why a chart whose histories are read shows no line. */
export function nothingDrawable(lines: readonly RunLine[]): string {
  const total = (of: (line: RunLine) => number): number => sum(lines, of);
  if (total(({ series }) => series.points) === 0) {
    return 'Nothing was logged.';
  }
  if (total(({ series }) => series.notPositive) > 0) {
    return 'Every value lies at or below 0: a log axis cannot show it.';
  }
  return total(({ series }) => series.nan) === total(({ series }) => series.points)
    ? 'Every value is NaN.'
    : 'No value here is a finite number.';
}
