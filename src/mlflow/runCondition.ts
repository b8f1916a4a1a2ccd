import type { Run, RunInfo } from './entities';
import { formatAge } from './format';

/** How a run stands, as the user is told: MLflow's status, and what it does not tell apart. */
export type RunCondition =
  'finished' | 'failed' | 'pruned' | 'killed' | 'running' | 'no end' | 'scheduled' | 'deleted' | 'unknown';

/** A run that says RUNNING but logged nothing for so long is shown as "no end" (reference ui.md, 2), ms. */
export const SILENT_AFTER = 60 * 60 * 1000;

/**
 * @param info as it ran (`optunaTrial.ts`), where it may be a trial of Optuna's
 * @param lastLogged newest timestamp of a metric, ms; null where nothing was logged
 */
export function runCondition(
  info: Pick<RunInfo, 'lifecycleStage' | 'status' | 'startTime' | 'endTime'>,
  lastLogged: number | null,
  now: number,
): RunCondition {
  if (info.lifecycleStage === 'deleted') {
    return 'deleted';
  }
  switch (info.status) {
    case 'FINISHED':
      return 'finished';
    case 'FAILED':
      return 'failed';
    case 'PRUNED':
      return 'pruned';
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

/** Newest timestamp, ms, among the metrics that the run carries; null where it carries none. */
export function lastLogged(run: Run): number | null {
  return run.metrics.reduce<number | null>((last, { timestamp }) => Math.max(last ?? 0, timestamp), null);
}

/** The sentence about a run that never ended. */
export function noEndSentence(info: Pick<RunInfo, 'startTime'>, last: number | null, now: number): string {
  return last === null
    ? `Its status is RUNNING, but it logged no metrics and never ended; it started ${formatAge(info.startTime, now)}.`
    : `Its status is RUNNING, but it never ended; it last logged ${formatAge(last, now)}.`;
}

/** Codicon and theme colour of a condition. */
export function conditionIcon(condition: RunCondition): { icon: string; color?: string } {
  switch (condition) {
    case 'finished':
      return { icon: 'pass', color: 'testing.iconPassed' };
    case 'failed':
      return { icon: 'error', color: 'testing.iconFailed' };
    case 'pruned':
      return { icon: 'stop-circle', color: 'testing.iconSkipped' };
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
