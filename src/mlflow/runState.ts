import type { Run, RunInfo } from './entities';

/**
 * A run's state as a user understands it: MLflow's statuses, and `noEnd` for a run that says RUNNING but has
 * logged nothing for an hour (a killed process leaves RUNNING for ever: reference mlflow.md, A.2).
 */
export type RunState = 'running' | 'scheduled' | 'finished' | 'failed' | 'killed' | 'noEnd' | 'unknown';

export interface RunStateLook {
  /** A codicon's name. */
  icon: string;
  word: string;
}

const SILENCE = 60 * 60 * 1000;

const LOOKS: Record<RunState, RunStateLook> = {
  running: { icon: 'sync', word: 'running' },
  scheduled: { icon: 'clock', word: 'scheduled' },
  finished: { icon: 'pass', word: 'finished' },
  failed: { icon: 'error', word: 'failed' },
  killed: { icon: 'circle-slash', word: 'killed' },
  noEnd: { icon: 'circle-large-outline', word: 'no end' },
  unknown: { icon: 'question', word: 'unknown status' },
};

/** When the run last logged a metric, ms; its start where it logged none; null where neither is known. */
export function lastLogged(run: Run): number | null {
  return run.metrics.reduce<number | null>(
    (latest, { timestamp }) => (latest === null || timestamp > latest ? timestamp : latest),
    run.info.startTime,
  );
}

/**
 * @param logged when the run last logged something, ms, as `lastLogged` gives it
 * @param now ms
 */
export function runState(info: RunInfo, logged: number | null, now: number): RunState {
  switch (info.status) {
    case 'RUNNING':
      return logged !== null && now - logged > SILENCE ? 'noEnd' : 'running';
    case 'SCHEDULED':
      return 'scheduled';
    case 'FINISHED':
      return 'finished';
    case 'FAILED':
      return 'failed';
    case 'KILLED':
      return 'killed';
    default:
      return 'unknown';
  }
}

export function runStateLook(state: RunState): RunStateLook {
  return LOOKS[state];
}
