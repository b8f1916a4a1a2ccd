import * as fs from 'node:fs';
import * as path from 'node:path';
import { workerBundle } from '../../../scripts/workerBundle';
import { openFilesStore } from '../../../src/stores/files/filesStore';
import { createFilesWriter } from '../../../src/stores/files/writer';
import { memoryFolder, tempFolder } from '../database';
import { copyFixture, unpackFixture } from '../fixtures';
import { EXPERIMENT, START, type HistoryPoint, type MadeRun } from '../histories';
import { readAnswers } from '../oracle';
import type { OtherClient, StoreKindUnderTest, StoreUnderTest } from './storeKind';

/** The archive of the newest MLflow that still wrote folders. */
const FILES_FIXTURE = 'files-3.12.0';

/** More runs are made where making eight files of each takes no disk. */
const MANY = 1000;

/** An mlruns folder, as MLflow's file store writes it. */
export const filesKind: StoreKindUnderTest = {
  name: 'files',
  era: async () => {
    const folder = await unpackFixture(FILES_FIXTURE);
    return {
      ...(await open(path.join(folder, 'mlruns'))),
      oracle: readAnswers(path.join(folder, 'answers.json')),
    };
  },
  make: async (runs) => open(makeMlruns(runs)),
};

/** Makes an mlruns folder with the experiment EXPERIMENT; returns it, in a folder that `removeTempFolders` removes. */
export function makeMlruns(runs: readonly MadeRun[]): string {
  const root = path.join(runs.length > MANY ? memoryFolder() : tempFolder(), 'mlruns');
  fs.mkdirSync(path.join(root, EXPERIMENT), { recursive: true });
  copyFixture(FILES_FIXTURE, path.join(root, 'models'), 'mlruns/models');
  writeYaml(path.join(root, EXPERIMENT), {
    artifact_location: '/nowhere',
    creation_time: START,
    experiment_id: `'${EXPERIMENT}'`,
    last_update_time: START,
    lifecycle_stage: 'active',
    name: 'histories',
  });
  writeRuns(root, runs);
  return root;
}

async function open(root: string): Promise<StoreUnderTest> {
  const distFolder = workerBundle();
  const store = await openFilesStore(root, { distFolder });
  return {
    store,
    writer: createFilesWriter(root, { distFolder }),
    others: otherMlflow(root),
    hide: async () => fs.renameSync(root, `${root}.hidden`),
    show: async () => fs.renameSync(`${root}.hidden`, root),
    close: async () => store.dispose(),
    lookAt: async (runIds) => void (await store.getRuns({ runIds })),
  };
}

/** Writes the files that MLflow's file store writes (mlflow/store/tracking/file_store.py). */
export function otherMlflow(root: string): OtherClient {
  const folderOf = (runId: string): string => path.join(root, EXPERIMENT, runId);
  return {
    logRuns: async (runs) => writeRuns(root, runs),
    logMetric: async (runId, key, points) => appendPoints(folderOf(runId), key, points),
    logParam: async (runId, key, value) => writeValue(folderOf(runId), 'params', key, value),
    setTag: async (runId, key, value) => writeValue(folderOf(runId), 'tags', key, value),
    endRun: async (runId, status, endTime) =>
      changeYaml(folderOf(runId), { status: STATUSES.indexOf(status), end_time: endTime }),
    deleteRun: async (runId) =>
      changeYaml(folderOf(runId), { lifecycle_stage: 'deleted', deleted_time: START }),
    purgeRun: async (runId) => fs.rmSync(folderOf(runId), { recursive: true }),
    setModelTag: async (name, key, value) => {
      const folder = path.join(root, 'models', name);
      writeValue(folder, 'tags', key, value);
      changeYaml(folder, { last_updated_timestamp: Date.now() });
    },
  };
}

const STATUSES = ['', 'RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];

function writeRuns(root: string, runs: readonly MadeRun[]): void {
  runs.forEach((run, index) => writeRun(path.join(root, EXPERIMENT, run.runId), run, index));
}

function writeRun(folder: string, run: MadeRun, index: number): void {
  const startTime = run.startTime ?? START + index * 1000;
  fs.mkdirSync(folder);
  writeYaml(folder, {
    artifact_uri: '/nowhere',
    end_time: run.endTime === undefined ? startTime + 60_000 : run.endTime,
    entry_point_name: "''",
    experiment_id: `'${EXPERIMENT}'`,
    lifecycle_stage: run.lifecycleStage ?? 'active',
    run_id: run.runId,
    run_name: quoted(run.name ?? `run ${index}`),
    source_name: "''",
    source_type: 4,
    source_version: "''",
    start_time: startTime,
    status: STATUSES.indexOf(run.status ?? 'FINISHED'),
    tags: '[]',
    user_id: 'trainer',
  });
  for (const part of ['metrics', 'params', 'tags']) {
    fs.mkdirSync(path.join(folder, part));
  }
  Object.entries(run.params ?? {}).forEach(([key, value]) => writeValue(folder, 'params', key, value));
  Object.entries(run.tags ?? {}).forEach(([key, value]) => writeValue(folder, 'tags', key, value));
  if (run.parentRunId !== undefined) {
    writeValue(folder, 'tags', 'mlflow.parentRunId', run.parentRunId);
  }
  Object.entries(run.metrics ?? {}).forEach(([key, points]) => appendPoints(folder, key, points));
}

function appendPoints(folder: string, key: string, points: Iterable<HistoryPoint>): void {
  const file = path.join(folder, 'metrics', key);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const lines = [...points].map(([step, timestamp, value]) => `${timestamp} ${python(value)} ${step}\n`);
  fs.appendFileSync(file, lines.join(''));
}

/** As `str()` of a float. */
function python(value: number): string {
  return Number.isNaN(value) ? 'nan' : Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf';
}

function writeValue(folder: string, part: string, key: string, value: string): void {
  const file = path.join(folder, part, key);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, value);
}

type Fields = Record<string, string | number | null>;

function writeYaml(folder: string, fields: Fields): void {
  const text = Object.entries(fields).map(([key, value]) => `${key}: ${value}\n`);
  // Beside, and put in its place: as `overwrite_yaml`.
  fs.writeFileSync(path.join(folder, 'new.yaml'), text.join(''));
  fs.renameSync(path.join(folder, 'new.yaml'), path.join(folder, 'meta.yaml'));
}

function changeYaml(folder: string, changed: Fields): void {
  const lines = fs.readFileSync(path.join(folder, 'meta.yaml'), 'utf8').trimEnd().split('\n');
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  writeYaml(folder, { ...Object.fromEntries(fields), ...changed });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
