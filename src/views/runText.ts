import { metricOf, valueOf, type KeyValue, type RunInfo } from '../mlflow/entities';
import { count, formatAge, formatDuration, formatNumber, plainText } from '../mlflow/format';
import { asItRan } from '../mlflow/optunaTrial';
import type { RunCondition } from '../mlflow/runCondition';
import type { RunRow } from '../mlflow/store';
import { tookOf } from '../mlflow/origin';
import { nameOfRun } from '../mlflow/tellApart';

export function runLabel(info: RunInfo): string {
  return plainText(nameOfRun(info), 120);
}

/**
 * `rmse 3.58, 2d ago`; the condition comes first where it is not the usual one.
 *
 * @param apart what tells it from the runs of the same name that are listed with it
 */
export function runDescription(
  row: RunRow,
  condition: RunCondition,
  metric: string | undefined,
  now: number,
  apart: string | null = null,
): string {
  const parts: string[] = apart === null ? [] : [apart];
  if (condition !== 'finished') {
    parts.push(condition);
  }
  const value = metric === undefined ? undefined : metricOf(row, metric);
  const told = value && `${plainText(value.key, 24)} ${formatNumber(value.value)}`;
  if (told !== undefined && told !== apart) {
    parts.push(told);
  }
  if (row.childCount) {
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
  return formatDuration(tookOf(info, info.endTime ?? (info.status === 'RUNNING' ? now : info.startTime)));
}
