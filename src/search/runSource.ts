import { TAG_PARENT } from '../mlflow/family';
import { metricOf, paramOf, tagOf, valueOf, type DatasetInput, type Run } from '../mlflow/entities';
import { durationAsItRan } from '../mlflow/optunaTrial';
import { foldAscii } from './like';
import type { RowSource } from './predicate';
import { TAG_COMMIT, TAG_RUN_NAME, UNSEARCHED_TAGS } from './syntax';

/** What a run itself does not say. */
export interface RunContext {
  datasetInputs(runId: string): readonly DatasetInput[];
  /** Names of the registered models that have a version of the run. */
  registered(runId: string): readonly string[];
  /** How many parents stand above it in the whole store (mlflow/family), 0 for a root. */
  depth(runId: string): number;
}

/** Whole runs as the rows of a predicate: for stores without SQL. */
export function runSource(context: RunContext): RowSource<Run> {
  const list = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);
  return {
    metric: (key) => (run) => metricOf(run, key)?.value,
    param: (key) => (run) => paramOf(run, key),
    tag: (key) => (run) => tagOf(run, key),
    textAttribute: (key) => {
      switch (key) {
        case 'run_id':
          return (run) => [run.info.runId];
        case 'run_name':
          return (run) => list(tagOf(run, TAG_RUN_NAME));
        case 'status':
          return (run) => [run.info.status];
        case 'user_id':
          return (run) => [run.info.userId];
        case 'artifact_uri':
          return (run) => [run.info.artifactUri];
        case 'parent':
          return (run) => list(tagOf(run, TAG_PARENT));
        case 'commit':
          return (run) => list(tagOf(run, TAG_COMMIT));
        case 'registered':
          return (run) => context.registered(run.info.runId);
        default:
          return () => [];
      }
    },
    numberAttribute: (key) => {
      switch (key) {
        case 'start_time':
          return (run) => run.info.startTime ?? undefined;
        case 'end_time':
          return (run) => run.info.endTime ?? undefined;
        case 'duration':
          return durationAsItRan;
        case 'depth':
          return (run) => context.depth(run.info.runId);
        default:
          return () => undefined;
      }
    },
    dataset: (key) => (run) =>
      context.datasetInputs(run.info.runId).flatMap(({ dataset, tags }) => {
        switch (key) {
          case 'name':
            return [dataset.name];
          case 'digest':
            return [dataset.digest];
          case 'context':
            return list(valueOf(tags, 'mlflow.data.context'));
          default:
            return [];
        }
      }),
    term: (folded) => (run) =>
      foldAscii(run.info.runId).includes(folded) ||
      run.params.some(({ value }) => foldAscii(value).includes(folded)) ||
      run.tags.some(({ key, value }) => !UNSEARCHED_TAGS.includes(key) && foldAscii(value).includes(folded)),
  };
}
