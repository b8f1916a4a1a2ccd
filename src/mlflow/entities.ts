/**
 * MLflow's entities, in MLflow's names. Lists of pairs rather than objects: keys come from a store, and a key
 * may be `__proto__`. Times are milliseconds since the epoch, UTC (reference mlflow.md, A.1 rule 8).
 */

export type LifecycleStage = 'active' | 'deleted';
export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';
export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';

export interface KeyValue {
  key: string;
  value: string;
}

export interface Experiment {
  /** Decimal text: ids may have 18 digits, more than a JavaScript number holds. */
  experimentId: string;
  name: string;
  artifactLocation: string;
  lifecycleStage: LifecycleStage;
  creationTime: number | null;
  lastUpdateTime: number | null;
  tags: KeyValue[];
}

/** When a value was logged. A rest is there where a number does not hold it (wholeNumbers.ts). */
export interface LoggedAt {
  /** ms, or what else the writer gave. */
  timestamp: number;
  step: number;
  stepRest?: number;
  timestampRest?: number;
}

/** A latest value. NaN and the infinities are JavaScript's own. */
export interface Metric extends LoggedAt {
  key: string;
  value: number;
}

export interface RunInfo {
  runId: string;
  experimentId: string;
  /** The column, or the tag `mlflow.runName` where the column is empty (MLflow <= 1.29). */
  runName: string;
  userId: string;
  /** As stored: MLflow's five words, or whatever a damaged store holds. */
  status: string;
  startTime: number | null;
  endTime: number | null;
  lifecycleStage: LifecycleStage;
  artifactUri: string;
}

export interface Run {
  info: RunInfo;
  params: KeyValue[];
  /** Latest value of each metric: greatest (step, timestamp, value). */
  metrics: Metric[];
  tags: KeyValue[];
  /** There where single values cost less than the lists, which are then made when they are asked for. */
  readonly lookup?: RunLookup;
}

/** A run by its keys. */
export interface RunLookup {
  param(key: string): string | undefined;
  metric(key: string): Metric | undefined;
  tag(key: string): string | undefined;
  /** In the order of their bytes. */
  keys(kind: 'param' | 'metric' | 'tag'): readonly string[];
}

export interface Dataset {
  name: string;
  digest: string;
  sourceType: string;
  source: string;
  schema: string | null;
  profile: string | null;
}

export interface DatasetInput {
  dataset: Dataset;
  /** `mlflow.data.context` among them: "train", "eval"… */
  tags: KeyValue[];
}

export interface ModelOutput extends Pick<LoggedAt, 'step' | 'stepRest'> {
  modelId: string;
}

export interface RunInputs {
  datasetInputs: DatasetInput[];
  modelInputs: string[];
  modelOutputs: ModelOutput[];
}

export interface LoggedModelMetric extends LoggedAt {
  key: string;
  value: number;
  runId: string;
  datasetName: string | null;
  datasetDigest: string | null;
}

export interface LoggedModel {
  modelId: string;
  experimentId: string;
  name: string;
  artifactLocation: string;
  creationTimestamp: number | null;
  lastUpdatedTimestamp: number | null;
  status: 'UNSPECIFIED' | 'PENDING' | 'READY' | 'FAILED';
  statusMessage: string | null;
  lifecycleStage: LifecycleStage;
  modelType: string | null;
  sourceRunId: string | null;
  params: KeyValue[];
  tags: KeyValue[];
  metrics: LoggedModelMetric[];
}

export interface ModelVersion {
  name: string;
  /** Decimal text, as MLflow's client gives it. */
  version: string;
  creationTimestamp: number | null;
  lastUpdatedTimestamp: number | null;
  description: string | null;
  userId: string | null;
  /** 'None', 'Staging', 'Production' or 'Archived'; never 'Deleted_Internal'. */
  currentStage: string;
  source: string;
  runId: string | null;
  runLink: string | null;
  status: string;
  statusMessage: string | null;
  storageLocation: string | null;
  aliases: string[];
  tags: KeyValue[];
  /** Why nothing is known but its number, aliases and tags: "its meta.yaml is damaged". */
  damage?: string;
}

export interface ModelAlias {
  alias: string;
  version: string;
  /** The version it names is gone (reference mlflow.md, C.4). */
  dangling: boolean;
}

export interface RegisteredModel {
  name: string;
  creationTimestamp: number | null;
  lastUpdatedTimestamp: number | null;
  description: string | null;
  aliases: ModelAlias[];
  tags: KeyValue[];
  /** By number, newest first. */
  versions: ModelVersion[];
  /** Why nothing is known but its name, aliases, tags and versions. */
  damage?: string;
}

/** One metric's history as columns, in MLflow's order: timestamp, step, value. */
export interface MetricHistory {
  runId: string;
  key: string;
  steps: Float64Array;
  timestamps: Float64Array;
  values: Float64Array;
  /** What steps and times lack, one a point; there only where one does (wholeNumbers.ts). */
  stepRests?: Float64Array;
  timestampRests?: Float64Array;
  /** Which in the order of logging each point was, from 0; there only where that is another order and the store knows it. */
  added?: Uint32Array;
}

/** A history's extremes and shape, for a picture a few dozen pixels wide. */
export interface MetricSummary {
  key: string;
  /** All points, NaN and infinite ones included. */
  count: number;
  /** Of the finite values; null where there is none. */
  min: number | null;
  max: number | null;
  /** In the order of (step, timestamp); at most some hundred, extremes kept, only finite values. */
  steps: Float64Array;
  values: Float64Array;
}

export interface ArtifactFile {
  /** Relative to the artifact root, `/` between the parts. */
  path: string;
  isDir: boolean;
  /** Bytes; null for a folder. */
  size: number | null;
}

/** The value under a key, or undefined. */
export function valueOf(pairs: readonly KeyValue[], key: string): string | undefined {
  return pairs.find((pair) => pair.key === key)?.value;
}

/** The latest value of a metric, or undefined. */
export function metricOf(run: Run, key: string): Metric | undefined {
  return run.lookup ? run.lookup.metric(key) : run.metrics.find((metric) => metric.key === key);
}

/** The value of a param, or undefined. */
export function paramOf(run: Pick<Run, 'params' | 'lookup'>, key: string): string | undefined {
  return run.lookup ? run.lookup.param(key) : valueOf(run.params, key);
}

/** The value of a tag, or undefined. */
export function tagOf(run: Pick<Run, 'tags' | 'lookup'>, key: string): string | undefined {
  return run.lookup ? run.lookup.tag(key) : valueOf(run.tags, key);
}
