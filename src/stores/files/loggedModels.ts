import type { LoggedModel, LoggedModelMetric } from '../../mlflow/entities';
import type { Disk } from './disk';
import { EntityFolder } from './entityFolder';
import { recordedMeta } from './inputs';
import { metaNumber, metaText, stageOf, type Meta } from './meta';
import { eachLine } from './metricLines';
import type { Recorder } from './recorded';

const STATUSES = ['UNSPECIFIED', 'PENDING', 'READY', 'FAILED'] as const;
/** Of one experiment. */
const MOST_MODELS = 100_000;
/** Bytes of a logged model's metric. */
const MOST_LINES = 8 << 20;

/** The logged models of an experiment (MLflow >= 3.0), deleted ones too (reference mlflow.md, B.3). */
export function loggedModelsIn(
  disk: Disk,
  experiment: string,
  experimentId: string,
): EntityFolder<LoggedModel> {
  const models = `${experiment}/models`;
  return new EntityFolder(
    disk,
    models,
    (recorder, modelId) => {
      const folder = `${models}/${modelId}`;
      const meta = recordedMeta(recorder, `${folder}/meta.yaml`);
      return meta && loggedModel(recorder, { folder, modelId, experimentId, meta });
    },
    { most: MOST_MODELS, isWatched: false },
  );
}

function loggedModel(
  recorder: Recorder,
  {
    folder,
    modelId,
    experimentId,
    meta,
  }: { folder: string; modelId: string; experimentId: string; meta: Meta },
): LoggedModel {
  return {
    modelId,
    experimentId,
    name: metaText(meta, 'name') ?? '',
    artifactLocation: metaText(meta, 'artifact_location') ?? '',
    creationTimestamp: metaNumber(meta, 'creation_timestamp'),
    lastUpdatedTimestamp: metaNumber(meta, 'last_updated_timestamp'),
    status: STATUSES[metaNumber(meta, 'status') ?? 0] ?? 'UNSPECIFIED',
    statusMessage: metaText(meta, 'status_message'),
    lifecycleStage: stageOf(meta),
    modelType: metaText(meta, 'model_type'),
    sourceRunId: metaText(meta, 'source_run_id'),
    params: recorder.textsIn(`${folder}/params`),
    tags: recorder.textsIn(`${folder}/tags`),
    metrics: recorder.keysIn(`${folder}/metrics`).flatMap((key) => metricsOf(recorder, folder, key)),
  };
}

/** Every line: `timestamp value step run_id [dataset_name dataset_digest]`. */
function metricsOf(recorder: Recorder, folder: string, key: string): LoggedModelMetric[] {
  const metrics: LoggedModelMetric[] = [];
  eachLine(Buffer.from(recorder.text(`${folder}/metrics/${key}`, MOST_LINES) ?? ''), (line) => {
    const { timestamp, step, value, rest, stepRest, timestampRest } = line;
    const [runId = '', ...dataset] = rest.split(' ');
    metrics.push({
      ...{ key, value, timestamp, step, runId },
      ...(stepRest === 0 ? {} : { stepRest }),
      ...(timestampRest === 0 ? {} : { timestampRest }),
      // A name may hold blanks, a digest none.
      datasetName: dataset.length > 1 ? dataset.slice(0, -1).join(' ') : null,
      datasetDigest: dataset.length > 1 ? dataset.at(-1)! : null,
    });
  });
  return metrics;
}
