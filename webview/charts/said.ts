import { count, formatNumber, plainText } from '../../src/mlflow/format';
import type { ChartSettings } from './settings';
import type { RunLine } from './lines';

/**
 * The line under a chart: what is drawn of what is there, and what no line can show. "12,400 points, shown as 900
 * buckets · 3 NaN marked".
 */
export function said(
  lines: readonly RunLine[],
  settings: ChartSettings,
  offScale: { above: number; below: number },
): string {
  const sum = (of: (line: RunLine) => number): number => lines.reduce((total, line) => total + of(line), 0);
  const points = sum(({ series }) => series.points);
  const visible = sum(({ series }) => series.visible);
  const sampled = lines.filter(({ series }) => !series.exact);
  const parts: string[] = [];
  const zoomed = visible < points ? ` of ${points.toLocaleString('en-US')}` : '';
  const what = `${visible.toLocaleString('en-US')}${zoomed} ${points === 1 ? 'point' : 'points'}`;
  if (sampled.length === 0) {
    parts.push(`${what}, ${visible === 1 ? 'drawn' : 'each drawn'}`);
  } else {
    parts.push(
      `${what}, shown as ${count(
        sum(({ series }) => (series.exact ? 0 : series.buckets)),
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
  const nan = sum(({ series }) => series.nan);
  const infinite = sum(({ series }) => series.infinite);
  const notPositive = sum(({ series }) => series.notPositive);
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
  for (const { series } of lines) {
    if (series.smoothingProblem) {
      parts.push(series.smoothingProblem);
      break;
    }
  }
  return parts.join(' · ');
}

/** A chart in words, for who cannot see it. */
export function summary(metric: string, lines: readonly RunLine[], groups: number): string {
  const runs = lines.slice(0, 8).map(({ run, series }) => {
    const last = series.last ? formatNumber(series.last.y) : 'nothing';
    return `${plainText(run.name, 60)}: last ${last}, min ${formatNumber(series.min?.y)}, max ${formatNumber(series.max?.y)}`;
  });
  const more = lines.length > runs.length ? `; and ${count(lines.length - runs.length, 'more run')}` : '';
  const grouped = groups > 0 ? ` in ${count(groups, 'group')}` : '';
  return `${metric}, line chart of ${count(lines.length, 'run')}${grouped}. ${runs.join('; ')}${more}`;
}

/** Why a chart whose histories are read shows no line. */
export function nothingDrawable(lines: readonly RunLine[]): string {
  const sum = (of: (line: RunLine) => number): number => lines.reduce((total, line) => total + of(line), 0);
  if (sum(({ series }) => series.points) === 0) {
    return 'Nothing was logged.';
  }
  if (sum(({ series }) => series.notPositive) > 0) {
    return 'Every value lies at or below 0: a log axis cannot show it.';
  }
  return sum(({ series }) => series.nan) === sum(({ series }) => series.points)
    ? 'Every value is NaN.'
    : 'No value here is a finite number.';
}
