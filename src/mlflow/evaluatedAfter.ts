/**
 * The run in which transformers' Trainer trained what another run evaluates. The Trainer ends its run when training ends
 * (`MLflowCallback.on_train_end`); what `evaluate()` or `predict()` logs afterwards makes MLflow begin another, without
 * params (integration_utils.py of transformers 5.24).
 */
import { metricOf, valueOf, type Run } from './entities';

/** Metrics that tell a finished training of the Trainer's. */
export const TRAINING_METRICS = [
  'train_runtime',
  'train_samples_per_second',
  'train_steps_per_second',
] as const;
/** The param that tells that the Trainer logged to MLflow by itself. */
export const REPORT_PARAM = 'report_to';
/** What two runs of one process have in common. */
export const PROCESS_TAGS = ['mlflow.source.name', 'mlflow.source.git.commit', 'mlflow.user'] as const;

/** An evaluation follows its training at once, but for what saves a model; ms. */
const AT_ONCE = 60_000;
/** Of what the two sides round, ms. */
const SLACK = 1000;

/** `training` of null: there are several that it may have been. */
export type TrainedIn = { training: Run; sure: boolean } | { training: null };

/**
 * How long each evaluation took that a run without params logged, ms, and at which step of the training; null for a run
 * that is none. The run began with what the first of them logged when it was over.
 */
export function evaluationOf({ params, metrics }: Run): { took: number[]; step: number } | null {
  if (params.length > 0 || metrics.length === 0 || metrics.some(({ key }) => key.startsWith('train_'))) {
    return null;
  }
  const [{ step }] = metrics as [Run['metrics'][number]];
  const keys = new Map(metrics.map(({ key, value }) => [key, value]));
  // One for each set that was evaluated: eval_, test_ and what `metric_key_prefix` says.
  const took = [...keys].flatMap(([key, seconds]) => {
    const prefix = /^(.+)_runtime$/.exec(key)?.[1];
    return prefix && keys.has(`${prefix}_samples_per_second`) && keys.has(`${prefix}_steps_per_second`)
      ? [seconds * 1000]
      : [];
  });
  return took.length > 0 && metrics.every((metric) => metric.step === step) ? { took, step } : null;
}

/**
 * Which of the runs of its experiment trained what the run evaluates; null where it is no such run, or nothing speaks
 * for any. With the metrics, params and tags named above.
 */
export function trainedIn(run: Run, others: readonly Run[]): TrainedIn | null {
  const evaluation = evaluationOf(run);
  const began = run.info.startTime;
  if (!evaluation || began === null) {
    return null;
  }
  const trainings = others
    .filter((other) => isTrainingOf(other, run, evaluation.step, began - Math.min(...evaluation.took)))
    .sort((a, b) => b.info.endTime! - a.info.endTime!);
  const [last, before] = trainings;
  if (!last) {
    return null;
  }
  // Two that trained at the same time are of two processes: either may have evaluated.
  const alone = !before || before.info.endTime! <= last.info.startTime!;
  const gaps = evaluation.took.map((took) => began - took - last.info.endTime!);
  if (alone && gaps.some((gap) => gap >= -SLACK && gap <= AT_ONCE)) {
    return { training: last, sure: true };
  }
  return before ? { training: null } : { training: last, sure: false };
}

/** @param began when the run's evaluation may have begun, at the latest */
function isTrainingOf(other: Run, run: Run, step: number, began: number): boolean {
  const { runId, experimentId, startTime, endTime } = other.info;
  return (
    runId !== run.info.runId &&
    experimentId === run.info.experimentId &&
    startTime !== null &&
    endTime !== null &&
    endTime <= began + SLACK &&
    (valueOf(other.params, REPORT_PARAM) ?? '').includes('mlflow') &&
    TRAINING_METRICS.every((key) => metricOf(other, key)?.step === step) &&
    metricOf(other, 'epoch')?.value === metricOf(run, 'epoch')?.value &&
    PROCESS_TAGS.every((key) => valueOf(other.tags, key) === valueOf(run.tags, key))
  );
}
