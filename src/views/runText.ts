import { metricOf, valueOf, type KeyValue, type Run, type RunInfo } from '../mlflow/entities';
import { count, formatAge, formatDuration, formatNumber, plainText } from '../mlflow/format';
import type { RunRow } from '../mlflow/store';

/** How a run stands, as the user is told: MLflow's status, and the two things that it does not tell apart. */
export type RunCondition =
  'finished' | 'failed' | 'killed' | 'running' | 'no end' | 'scheduled' | 'deleted' | 'unknown';

/** A run that says RUNNING but logged nothing for so long is shown as "no end" (reference ui.md, 2), ms. */
export const SILENT_AFTER = 60 * 60 * 1000;

/**
 * @param lastLogged newest timestamp of a metric, ms; null where nothing was logged
 */
export function runCondition(info: RunInfo, lastLogged: number | null, now: number): RunCondition {
  if (info.lifecycleStage === 'deleted') {
    return 'deleted';
  }
  switch (info.status) {
    case 'FINISHED':
      return 'finished';
    case 'FAILED':
      return 'failed';
    case 'KILLED':
      return 'killed';
    case 'SCHEDULED':
      return 'scheduled';
    case 'RUNNING': {
      const last = Math.max(info.startTime ?? 0, lastLogged ?? 0);
      return info.endTime === null && now - last > SILENT_AFTER ? 'no end' : 'running';
    }
    default:
      return 'unknown';
  }
}

/** Newest metric timestamp among those that the row carries. */
export function lastLogged(run: Run): number | null {
  return run.metrics.reduce<number | null>((last, { timestamp }) => Math.max(last ?? 0, timestamp), null);
}

/** Codicon and theme colour of a condition. */
export function conditionIcon(condition: RunCondition): { icon: string; color?: string } {
  switch (condition) {
    case 'finished':
      return { icon: 'pass', color: 'testing.iconPassed' };
    case 'failed':
      return { icon: 'error', color: 'testing.iconFailed' };
    case 'killed':
      return { icon: 'circle-slash', color: 'testing.iconErrored' };
    case 'running':
      return { icon: 'sync~spin', color: 'charts.blue' };
    case 'no end':
      return { icon: 'debug-disconnect', color: 'charts.yellow' };
    case 'scheduled':
      return { icon: 'clock' };
    case 'deleted':
      return { icon: 'trash', color: 'disabledForeground' };
    case 'unknown':
      return { icon: 'question' };
  }
}

export function runLabel(info: RunInfo): string {
  return plainText(info.runName || info.runId, 120);
}

/** `rmse 3.58, 2d ago`; the condition comes first where it is not the usual one. */
export function runDescription(
  row: RunRow,
  condition: RunCondition,
  metric: string | undefined,
  now: number,
): string {
  const parts: string[] = [];
  if (condition !== 'finished') {
    parts.push(condition);
  }
  const value = metric === undefined ? undefined : metricOf(row, metric);
  if (value) {
    parts.push(`${plainText(value.key, 24)} ${formatNumber(value.value)}`);
  }
  if (row.childCount > 0) {
    parts.push(count(row.childCount, 'child', 'children'));
  }
  parts.push(formatAge(row.info.startTime, now));
  return parts.join(', ');
}

/** The sentence about a run that never ended. */
export function noEndSentence(info: RunInfo, last: number | null, now: number): string {
  return last === null
    ? `It says RUNNING, but logged no metric and never ended; it started ${formatAge(info.startTime, now)}.`
    : `It says RUNNING, but never ended; it logged last ${formatAge(last, now)}.`;
}

/** What a screen reader says of a run. */
export function runAccessibleLabel(row: RunRow, condition: RunCondition, description: string): string {
  return `${runLabel(row.info)}, ${condition === 'finished' ? 'finished, ' : ''}${description}`;
}

/** `git 4b64c14`, or nothing. */
export function shortCommit(tags: readonly KeyValue[]): string | undefined {
  return valueOf(tags, 'mlflow.source.git.commit')?.slice(0, 7);
}

export function runDuration(info: RunInfo, now: number): string {
  if (info.startTime === null) {
    return '–';
  }
  return formatDuration(
    (info.endTime ?? (info.status === 'RUNNING' ? now : info.startTime)) - info.startTime,
  );
}
