import { metricOf, valueOf, type KeyValue, type RunInfo } from '../mlflow/entities';
import { count, formatAge, formatDuration, formatNumber, plainText } from '../mlflow/format';
import { asItRan } from '../mlflow/optunaTrial';
import type { RunCondition } from '../mlflow/runCondition';
import type { RunRow } from '../mlflow/store';
import { span } from '../mlflow/times';

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
  parts.push(formatAge(asItRan(row).startTime, now));
  return parts.join(', ');
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
    span(info.startTime, info.endTime ?? (info.status === 'RUNNING' ? now : info.startTime)),
  );
}
