import { makeRegistryStore, withDatabase, type Database } from './database';

type Insert = (table: string, row: Record<string, string | number | null>) => void;

const WORDS = ['lasso', 'ridge', 'XGBoost', 'xgboost', '模型', '10', '9', '1e1', 'nan', ''];
const TIME = 1_780_000_000_000;

/** The id of a run of `makeRichStore`, counted from 0. */
export const richRunId = (index: number): string => `c${index.toString(16).padStart(31, '0')}`;

/**
 * A store of MLflow 3.17.2 with some thousand further runs at most, in the experiments 2 and 3, that have of
 * everything: trees of runs, a circle, an orphan, histories with NaN and infinities and two values at one step, several
 * datasets, model versions and logged models a run. Returns the database's path; tempFolder's rules hold.
 */
export function makeRichStore(runs: number): string {
  const file = makeRegistryStore('3.17.2');
  withDatabase(file, (database) => {
    database.exec('BEGIN IMMEDIATE');
    const statements = new Map<string, ReturnType<Database['prepare']>>();
    const insert: Insert = (table, row) => {
      const names = Object.keys(row);
      const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
      const statement = statements.get(sql) ?? database.prepare(sql);
      statements.set(sql, statement);
      statement.run(...Object.values(row));
    };
    for (let index = 0; index < 5; index++) {
      const name = ['green', 'yellow', 'Green', 'taxi', 'a fare'][index]!;
      const about = { dataset_source_type: 'local', dataset_source: '' };
      insert('datasets', {
        dataset_uuid: `d${index}`,
        experiment_id: 2,
        name,
        digest: `${9 - index}`,
        ...about,
      });
    }
    for (const name of ['alpha', 'Zeta', 'über']) {
      insert('registered_models', { name, creation_time: TIME });
    }
    for (let index = 0; index < runs; index++) {
      makeRun(insert, index);
    }
    database.exec('COMMIT');
  });
  return file;
}

function makeRun(insert: Insert, index: number): void {
  const run_uuid = richRunId(index);
  const start = TIME + Math.floor(((index * 7919) % 997) / 2) * 1000;
  const running = index % 11 === 3;
  insert('runs', {
    run_uuid,
    name: index % 9 === 1 ? '' : `run ${index}`,
    user_id: ['me', '', 'you'][index % 3]!,
    status: running ? 'RUNNING' : ['FINISHED', 'FAILED'][index % 2]!,
    start_time: index % 13 === 5 ? null : start,
    end_time: running ? null : start + ((index * 31) % 90) * 1000,
    lifecycle_stage: index % 17 === 9 ? 'deleted' : 'active',
    artifact_uri: `mlruns/${index}`,
    experiment_id: index % 10 === 7 ? 3 : 2,
  });
  const value = ((index * 7919) % 1000) / 8;
  const points: [step: number, time: number, value: number][] = [
    [0, 1, -value],
    [2, 3, value],
    [2, 4, value / 2],
    [-1, 5, index % 5 === 0 ? NaN : value + 1],
    ...(index % 8 === 2 ? [[1, 2, Infinity] as [number, number, number]] : []),
    ...(index % 6 === 0 ? [[3, 6, NaN] as [number, number, number]] : []),
  ];
  for (const key of ['m', ...(index % 3 === 0 ? ['sparse', 'val/loss'] : [])]) {
    points.forEach(([step, time, point]) =>
      insert('metrics', { key, timestamp: TIME + time, run_uuid, step, ...stored(point) }),
    );
    const [step, time, latest] = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]).at(-1)!;
    insert('latest_metrics', { key, timestamp: TIME + time + index, run_uuid, step, ...stored(latest) });
  }
  insert('metrics', { key: 'empty', timestamp: TIME, run_uuid, step: 0, ...stored(NaN) });
  insert('latest_metrics', {
    key: 'empty',
    timestamp: TIME,
    run_uuid,
    step: 0,
    ...stored(index % 2 ? NaN : 0),
  });
  const params = { p: String(index % 10), text: WORDS[index % WORDS.length]!, constant: 'same' };
  Object.entries(params).forEach(([key, text]) => insert('params', { key, value: text, run_uuid }));
  const tags: Record<string, string | null> = {
    t: index % 4 === 1 ? null : String((index * 13) % 40),
    'mlflow.runName': `run ${index}`,
    'mlflow.user': index % 2 === 0 ? 'tagged' : null,
    'mlflow.source.name': index % 5 === 0 ? 'train.py' : null,
    'mlflow.source.git.commit': `4b64${index % 7}`,
    'mlflow.parentRunId': parentOf(index),
    'mlflow.log-model.history':
      index % 14 === 6 ? `[{"flavors": {"sklearn": {}}, "model_size_bytes": ${index}}]` : null,
  };
  Object.entries(tags).forEach(
    ([key, text]) => text !== null && insert('tags', { key, value: text, run_uuid }),
  );
  for (const [place, dataset] of (index % 6 === 0 ? [4, 1, 3] : index % 6 === 1 ? [2] : []).entries()) {
    const input_uuid = `i${index} ${place}`;
    const ends = {
      source_type: 'DATASET',
      source_id: `d${dataset}`,
      destination_type: 'RUN',
      destination_id: run_uuid,
    };
    insert('inputs', { input_uuid, ...ends });
    if (place !== 2) {
      insert('input_tags', {
        input_uuid,
        name: 'mlflow.data.context',
        value: place === 0 ? 'train' : 'eval',
      });
    }
  }
  if (index % 5 === 2) {
    for (const name of ['Zeta', 'alpha', ...(index % 3 === 0 ? ['über'] : [])]) {
      const stage = index % 4 === 3 ? 'Deleted_Internal' : 'None';
      const version = {
        name,
        version: index + 1,
        run_id: richRunId(index - (index % 3)),
        current_stage: stage,
      };
      insert('model_versions', { ...version, source: '', status: 'READY' });
    }
  }
  if (index % 7 === 0) {
    for (const [place, type] of [index % 14 === 0 ? 'sklearn' : '', '', 'xgboost'].entries()) {
      insert('logged_models', {
        model_id: `m-${index}-${(place * 2) % 3}`,
        experiment_id: 2,
        name: `model ${place}`,
        artifact_location: '',
        creation_timestamp_ms: TIME + (index % 4 < 2 ? 0 : 3 - place),
        last_updated_timestamp_ms: TIME,
        status: 2,
        lifecycle_stage: index % 3 === 0 && place === 1 ? 'deleted' : 'active',
        model_type: type,
        source_run_id: run_uuid,
      });
    }
  }
}

/** Three below each; the first is below one that is not there, 13 and 14 are below each other. */
function parentOf(index: number): string | null {
  if (index === 0) {
    return 'absent';
  }
  if (index === 13 || index === 14) {
    return richRunId(27 - index);
  }
  return index % 4 === 2 ? null : richRunId(Math.floor((index - 1) / 3));
}

/** As MLflow stores it (reference mlflow.md, A.2). */
function stored(value: number): { value: number; is_nan: number } {
  return Number.isNaN(value)
    ? { value: 0, is_nan: 1 }
    : { value: Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE), is_nan: 0 };
}
