import { valueOf, type KeyValue } from './entities';
import { parseJson } from './json';

/** A model that a run logged before MLflow 3. */
export interface HistoryModel {
  /** Its folder among the run's artifacts. */
  path: string;
  /** Bytes; NaN where it does not say. */
  size: number;
}

/** Characters: MLflow's own tags end at 8,000, and pages wait for what is parsed. */
const LONGEST = 1 << 20;
/** The newest of them. */
const MOST = 1000;

/**
 * What the tag `mlflow.log-model.history` says, a JSON list of what each log_model wrote into MLmodel (reference
 * mlflow.md, F.2); nothing where it is no such list, or longer than any that MLflow writes.
 */
export function loggedModelHistory(tags: readonly KeyValue[]): HistoryModel[] {
  const tag = valueOf(tags, 'mlflow.log-model.history');
  return tag === undefined || tag.length > LONGEST ? [] : entriesOf(tag).slice(-MOST).flatMap(modelOf);
}

function entriesOf(tag: string): unknown[] {
  try {
    const entries = parseJson(tag);
    return Array.isArray(entries) ? entries : [];
  } catch {
    return [];
  }
}

function modelOf(entry: unknown): HistoryModel[] {
  if (typeof entry !== 'object' || entry === null || !('artifact_path' in entry)) {
    return [];
  }
  const size = 'model_size_bytes' in entry ? entry.model_size_bytes : undefined;
  return typeof entry.artifact_path === 'string'
    ? [{ path: entry.artifact_path, size: typeof size === 'number' ? size : NaN }]
    : [];
}
