/**
 * The trial that a run of Optuna's MLflowCallback tells of. The callback opens its run when the trial is over, so
 * MLflow says FINISHED of each, after milliseconds; how the trial ended, and when, is in tags (mlflow.py of optuna
 * 2.10 to 3, of optuna-integration 3.6 and 5.0; the same in all).
 */
import { tagOf, valueOf, type KeyValue, type Run, type RunInfo } from './entities';
import { formatDuration } from './format';
import { tookOf } from './origin';

export type TrialState = 'COMPLETE' | 'PRUNED' | 'FAIL';

/** The tags that tell a trial, all of them together: any one of them may be somebody else's. */
export const TRIAL_TAGS = ['number', 'state', 'datetime_start', 'datetime_complete', 'direction'] as const;

export type TrialTags = Readonly<Record<(typeof TRIAL_TAGS)[number], string | undefined>>;

export interface Trial {
  /** From 0, within its study. */
  number: number;
  state: TrialState;
  /** ms; null where the machine's clock went back meanwhile (Optuna writes local times). */
  duration: number | null;
  /** ms since the epoch, to within the quarter of an hour that zones differ by. */
  startTime: number | null;
  endTime: number | null;
  /** As Optuna wrote them: in the time of the machine that ran the trial, which it does not name. */
  started: string;
  ended: string;
  /** The run was opened when the trial was over; else around it, by `track_in_mlflow`. */
  afterwards: boolean;
}

const STATES: Readonly<Record<string, RunInfo['status']>> = {
  COMPLETE: 'FINISHED',
  PRUNED: 'PRUNED',
  FAIL: 'FAILED',
};
const TIME = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{6}))?$/;
const QUARTER = 15 * 60_000;
const HOUR = 60 * 60_000;
/** By how much a clock may have been set back between the two. */
const SLACK = 1000;

/** The trial of a run; null where the run is no finished trial of Optuna's, or where not all of its tags say so. */
export function optunaTrial(
  info: Pick<RunInfo, 'status' | 'startTime' | 'endTime'>,
  tags: readonly KeyValue[],
): Trial | null {
  const state = valueOf(tags, 'state');
  return state === undefined || STATES[state] === undefined
    ? null
    : trialOf(info, {
        number: valueOf(tags, 'number'),
        state,
        datetime_start: valueOf(tags, 'datetime_start'),
        datetime_complete: valueOf(tags, 'datetime_complete'),
        direction: valueOf(tags, 'direction'),
      });
}

/** The same, of the tags themselves. */
export function trialOf(
  info: Pick<RunInfo, 'status' | 'startTime' | 'endTime'>,
  tags: TrialTags,
): Trial | null {
  const { number, state, datetime_start: started, datetime_complete: ended, direction } = tags;
  // Somebody who opened the run again may have failed since: then MLflow's status is the newer one.
  if (info.status !== 'FINISHED' || started === undefined || ended === undefined) {
    return null;
  }
  const start = localTime(started);
  const end = localTime(ended);
  if (
    (state !== 'COMPLETE' && state !== 'PRUNED' && state !== 'FAIL') ||
    !/^\d{1,9}$/.test(number ?? '') ||
    !saysDirections(direction ?? '') ||
    start === undefined ||
    end === undefined
  ) {
    return null;
  }
  const known = { number: Number(number), state, started, ended } as const;
  if (end < start) {
    return { ...known, duration: null, startTime: null, endTime: null, afterwards: true };
  }
  const { offset, afterwards } = zoneOf(info, start, end);
  return {
    ...known,
    duration: end - start,
    startTime: start + offset,
    endTime: end + offset,
    afterwards,
  };
}

/** `MINIMIZE`, or a list of Python's where there are several objectives. */
function saysDirections(text: string): boolean {
  const rest = text.replaceAll('MINIMIZE', '').replaceAll('MAXIMIZE', '');
  return rest !== text && /^[[\]', ]*$/.test(rest);
}

/** ms as if the text were UTC's; undefined for what Optuna does not write. */
function localTime(text: string): number | undefined {
  const [year, month, day, hour, minute, second, micros = 0] = (TIME.exec(text) ?? []).slice(1).map(Number);
  if (year === undefined || !(month! >= 1 && month! <= 12 && day! >= 1 && day! <= 31)) {
    return undefined;
  }
  return hour! < 24 && minute! < 60 && second! < 60
    ? Date.UTC(year, month! - 1, day, hour, minute, second) + Math.floor((micros || 0) / 1000)
    : undefined;
}

/**
 * What makes UTC of the machine's local times: a whole number of quarters of an hour, by which the run, whose start
 * MLflow knows in UTC, began just after the trial's end (or its start, where it was opened around the trial).
 */
function zoneOf(
  { startTime, endTime }: Pick<RunInfo, 'startTime' | 'endTime'>,
  start: number,
  end: number,
): { offset: number; afterwards: boolean } {
  if (startTime === null) {
    return { offset: 0, afterwards: true };
  }
  const after = gap(startTime - end);
  const around = gap(startTime - start);
  const length = (endTime ?? startTime) - startTime;
  if (around && length >= end - start && (!after || Math.abs(around.late) < Math.abs(after.late))) {
    return { offset: around.offset, afterwards: false };
  }
  // Recorded long after, as of a study that was read again: how far its clock was from UTC cannot be told.
  return { offset: after?.offset ?? 0, afterwards: true };
}

/** How far the zone is from UTC, and how late the run then began; null where no zone is so far off (−12 h to +14 h). */
function gap(difference: number): { offset: number; late: number } | null {
  const offset = Math.floor((difference + SLACK) / QUARTER) * QUARTER;
  return offset >= -14 * HOUR && offset <= 12 * HOUR ? { offset, late: difference - offset } : null;
}

/**
 * What is shown of a run: its own status and times, or those of its trial of Optuna's. The status may then be `PRUNED`
 * beside MLflow's five.
 */
export function asItRan<T extends Pick<RunInfo, 'status' | 'startTime' | 'endTime'>>(run: {
  info: T;
  tags: readonly KeyValue[];
}): T {
  const trial = optunaTrial(run.info, run.tags);
  return trial ? withTrial(run.info, trial) : run.info;
}

/** The same, where the trial is known. */
export function withTrial<T extends Pick<RunInfo, 'status' | 'startTime' | 'endTime'>>(
  info: T,
  { state, startTime, endTime }: Trial,
): T {
  return {
    ...info,
    status: STATES[state]!,
    startTime: startTime ?? info.startTime,
    endTime: endTime ?? info.endTime,
  };
}

/** Ms from start to end as they are shown; undefined where one of them is not known. */
export function durationAsItRan(run: Pick<Run, 'info' | 'tags' | 'lookup'>): number | undefined {
  const keys = tagOf(run, 'state') === undefined ? [] : TRIAL_TAGS;
  const tags = keys.flatMap((key): KeyValue[] => {
    const value = tagOf(run, key);
    return value === undefined ? [] : [{ key, value }];
  });
  const ran = asItRan({ info: run.info, tags });
  return tookOf(ran, ran.endTime) ?? undefined;
}

/** What a filter asks for, to find the trials that ended so: MLflow knows no such status. */
export function stateFilter(state: TrialState): string {
  return `tags.state = '${state}'`;
}

/** What MLflow itself says of the run. */
export function recordedSentence(
  { afterwards }: Trial,
  { status, startTime, endTime }: Pick<RunInfo, 'status' | 'startTime' | 'endTime'>,
): string {
  const took = startTime === null || endTime === null ? '' : ` in ${formatDuration(endTime - startTime)}`;
  return `${afterwards ? 'MLflow recorded the run afterwards,' : 'MLflow says'} ${status}${took}`;
}

/** Whose status and times these are, and what MLflow says instead. */
export function trialSentence(trial: Trial, info: Pick<RunInfo, 'status' | 'startTime' | 'endTime'>): string {
  const { number, state, started, ended } = trial;
  const how = { COMPLETE: 'completed', PRUNED: 'pruned', FAIL: 'failed' }[state];
  return `Optuna's trial ${number}, ${how}: ${started.slice(0, 19)} to ${ended.slice(0, 19)}, by the clock of the machine that ran it. ${recordedSentence(trial, info)}.`;
}
