import * as fs from 'node:fs';
import * as path from 'node:path';
import { random } from '../support/damage';
import { LARGE_FOLDER } from './largeStores';

/** What a large folder is made of; its content is the same each time. */
export interface FolderShape {
  runs: number;
  experiments: number;
  params: number;
  metrics: number;
  /** Lines of a metric. */
  points: number;
  /** Runs, the newest, whose metric `m00` has LONG_POINTS lines. */
  long: number;
}

export const LARGE: FolderShape = {
  runs: 10_000,
  experiments: 2,
  params: 20,
  metrics: 10,
  points: 2,
  long: 5,
};
export const LONG_POINTS = 10_000;

/** When the first run began, ms. */
const START = 1_760_000_000_000;
const MINUTE = 60_000;

/**
 * An mlruns folder as MLflow's file store leaves it, with made-up runs: 10,000 are about 400,000 files. For reading
 * only; made where it is missing, which takes a minute. One run in ten is the child of the run before it.
 *
 * @param folder where it lies; in the folder of large stores (largeStores.ts) if missing
 * @returns its absolute path
 */
export function largeFolder(shape = LARGE, folder = LARGE_FOLDER): string {
  const root = path.resolve(folder);
  if (!fs.existsSync(root)) {
    // Put in place whole: one that was left half would be measured as if it were all.
    const making = `${root}.${process.pid}`;
    fs.rmSync(making, { recursive: true, force: true });
    make(making, root, shape);
    fs.renameSync(making, root);
  }
  return root;
}

export function experimentId(place: number): string {
  return String(100_000_000_000_000_000n + BigInt(place + 1));
}

function make(root: string, final: string, shape: FolderShape): void {
  for (let place = 0; place < shape.experiments; place++) {
    const id = experimentId(place);
    fs.mkdirSync(path.join(root, id, 'tags'), { recursive: true });
    fs.writeFileSync(
      path.join(root, id, 'meta.yaml'),
      `artifact_location: file://${final}/${id}\ncreation_time: ${START}\nexperiment_id: '${id}'\n` +
        `last_update_time: ${START}\nlifecycle_stage: active\nname: large-${place}\n`,
    );
  }
  const next = random(11);
  const parents = new Map<string, string>();
  for (let index = 0; index < shape.runs; index++) {
    const experiment = experimentId(index % shape.experiments);
    const runId = Array.from({ length: 4 }, () =>
      next(2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
    const isChild = Math.floor(index / shape.experiments) % 10 === 9;
    const parent = isChild ? parents.get(experiment) : undefined;
    if (!isChild) {
      parents.set(experiment, runId);
    }
    makeRun(path.join(root, experiment, runId), { final, experiment, runId, index, parent }, shape, next);
  }
}

interface Made {
  final: string;
  experiment: string;
  runId: string;
  index: number;
  parent: string | undefined;
}

function makeRun(
  run: string,
  { final, experiment, runId, index, parent }: Made,
  shape: FolderShape,
  next: (below: number) => number,
): void {
  for (const part of ['metrics', 'params', 'tags', 'artifacts']) {
    fs.mkdirSync(path.join(run, part), { recursive: true });
  }
  const start = START + index * MINUTE;
  const name = `run-${String(index).padStart(6, '0')}`;
  fs.writeFileSync(
    path.join(run, 'meta.yaml'),
    `artifact_uri: file://${final}/${experiment}/${runId}/artifacts\nend_time: ${start + 45_000}\n` +
      `entry_point_name: ''\nexperiment_id: '${experiment}'\nlifecycle_stage: active\nrun_id: ${runId}\n` +
      `run_name: ${name}\nsource_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: ${start}\nstatus: 3\n` +
      `tags: []\nuser_id: trainer\n`,
  );
  const write = (part: string, key: string, text: string): void =>
    fs.writeFileSync(path.join(run, part, key), text);
  for (let param = 0; param < shape.params; param++) {
    write(
      'params',
      `p${two(param)}`,
      param % 2 ? (next(1e6) / 1e6).toFixed(6) : ['relu', 'gelu', 'tanh'][index % 3]!,
    );
  }
  for (let metric = 0; metric < shape.metrics; metric++) {
    const isLong = metric === 0 && index >= shape.runs - shape.long;
    const lines = Array.from(
      { length: isLong ? LONG_POINTS : shape.points },
      (_, step) => `${start + step * 10} ${number(next)} ${step}\n`,
    );
    write('metrics', `m${two(metric)}`, lines.join(''));
  }
  const tags = {
    'mlflow.runName': name,
    'mlflow.user': 'trainer',
    'mlflow.source.name': 'train.py',
    'mlflow.source.type': 'LOCAL',
    'mlflow.source.git.commit': String(Math.floor(index / 100)).padStart(40, '0'),
    team: 'abc'[index % 3]!,
    note: 'x'.repeat(20),
    stage: index % 2 ? 'dev' : 'prod',
    ...(parent === undefined ? {} : { 'mlflow.parentRunId': parent }),
  };
  Object.entries(tags).forEach(([key, value]) => write('tags', key, value));
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** From 0 to 1, with as many digits as a loss has. */
function number(next: (below: number) => number): number {
  return (next(2 ** 26) * 2 ** 27 + next(2 ** 27)) / 2 ** 53;
}
