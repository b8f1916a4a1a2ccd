/** What copying runs is tested with: stores of every kind, and what can be compared of a run and its copy. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { workerBundle } from '../../scripts/workerBundle';
import { valueOf, type Experiment, type Run } from '../../src/mlflow/entities';
import { TAG_PARENT } from '../../src/mlflow/family';
import { TAG_COPIED_FROM, TAG_PARENT_ELSEWHERE } from '../../src/mlflow/importer';
import type { TrackingStore } from '../../src/mlflow/store';
import { wholeText } from '../../src/mlflow/wholeNumbers';
import type { Writer } from '../../src/mlflow/writer';
import { openFilesStore } from '../../src/stores/files/filesStore';
import { createFilesWriter } from '../../src/stores/files/writer';
import { openSqliteStore } from '../../src/stores/sqlite/open';
import { createSqliteWriter } from '../../src/stores/sqlite/writer';
import { copyRuns, type CopyResult } from '../../src/transfer/copy';
import { fileToCopy, listFiles } from '../../src/transfer/files';
import { planCopy, type CopyPlan } from '../../src/transfer/plan';
import { tempFolder } from './database';
import { copyFixture, type FILES_VERSIONS, type SQLITE_VERSIONS } from './fixtures';

/** A store that can be copied from and to. */
export interface Copyable {
  store: TrackingStore;
  writer: Writer;
  /** Where MLflow's own client finds it. */
  trackingUri: string;
}

export async function sqliteStore(version: (typeof SQLITE_VERSIONS)[number]): Promise<Copyable> {
  const folder = tempFolder();
  copyFixture(`sqlite-${version}`, folder);
  return openSqlite(path.join(folder, 'mlflow.db'));
}

export async function openSqlite(file: string): Promise<Copyable> {
  const distFolder = workerBundle();
  return {
    store: await openSqliteStore(file, { distFolder }),
    writer: createSqliteWriter(file, { distFolder }),
    trackingUri: `sqlite:///${file}`,
  };
}

export async function filesStore(version: (typeof FILES_VERSIONS)[number]): Promise<Copyable> {
  const folder = path.join(tempFolder(), 'mlruns');
  copyFixture(`files-${version}`, folder, 'mlruns');
  return openFiles(folder);
}

export async function openFiles(folder: string): Promise<Copyable> {
  const distFolder = workerBundle();
  return {
    store: await openFilesStore(folder, { distFolder }),
    writer: createFilesWriter(folder, { distFolder }),
    trackingUri: folder,
  };
}

export async function newExperiment({ store, writer }: Copyable, name: string): Promise<Experiment> {
  const { created } = await writer.apply({ changes: [{ type: 'createExperiment', name }], expected: [] });
  await store.refresh();
  return store.getExperiment(created[0]!);
}

export async function activeRuns(store: TrackingStore): Promise<Run[]> {
  const { items } = await store.searchRuns({
    ...{ experimentIds: [], view: 'ACTIVE_ONLY', maxResults: 1000 },
    ...{ params: 'all', metrics: 'all', tags: 'all' },
  });
  return items;
}

/** The ids of some runs in which there is all that runs can hold: a whole era store takes a minute. */
export function variedRuns(runs: readonly Run[], most = 10): string[] {
  const seen = new Set<string>();
  const wanted = runs.filter(({ info, params, metrics, tags }) => {
    const sorts = [
      info.status,
      ...tags.map(({ key }) => key),
      ...metrics.map(({ key, value }) => (Number.isFinite(value) ? key : String(value))),
      params.length > 50 ? 'many params' : '',
    ];
    const isNew = sorts.some((sort) => !seen.has(sort));
    sorts.forEach((sort) => seen.add(sort));
    return isNew;
  });
  // A child whose parent goes along, and one whose parent does not.
  const there = new Set(runs.map(({ info }) => info.runId));
  const parents = wanted.flatMap(({ tags }) => valueOf(tags, TAG_PARENT) ?? []).slice(0, 1);
  const ids = [...parents.filter((id) => there.has(id)), ...wanted.map(({ info }) => info.runId)];
  return [...new Set(ids)].slice(0, most);
}

/** Plans and copies. */
export async function copyAll(
  source: Copyable,
  runIds: readonly string[],
  target: Copyable,
  experiment: Experiment,
): Promise<{ plan: CopyPlan; result: CopyResult }> {
  const importer = target.writer.importer!;
  const to = { store: target.store, importer, experiment, like: null };
  const plan = await planCopy(source.store, runIds, to);
  const result = await copyRuns(source.store, plan, { importer, experiment });
  await target.store.refresh();
  return { plan, result };
}

/** What a run and its copy have in common: all but ids, places and the tags that copying sets. */
export async function comparable(store: TrackingStore, runId: string): Promise<Record<string, unknown>> {
  const run = await store.getRun(runId);
  const { runName, userId, status, startTime, endTime, lifecycleStage } = run.info;
  const { datasetInputs } = await store.getRunInputs(runId);
  const own = new Set([TAG_COPIED_FROM, TAG_PARENT, TAG_PARENT_ELSEWHERE, 'mlflow.runName']);
  const histories: Record<string, string[]> = {};
  for (const { key } of run.metrics) {
    const history = await store.getMetricHistory(runId, key);
    histories[key] = Array.from(history.values, (value, at) =>
      [
        wholeText(history.timestamps[at]!, history.timestampRests?.[at]),
        wholeText(history.steps[at]!, history.stepRests?.[at]),
        String(value),
      ].join(' '),
    );
  }
  return {
    info: { runName, userId, status, startTime, endTime, lifecycleStage },
    params: run.params,
    tags: run.tags.filter(({ key }) => !own.has(key)),
    named: valueOf(run.tags, 'mlflow.runName') ?? runName,
    metrics: run.metrics.map(
      ({ key, value, step, stepRest, timestamp, timestampRest }) =>
        `${key} ${value} ${wholeText(step, stepRest)} ${wholeText(timestamp, timestampRest)}`,
    ),
    histories,
    datasets: datasetInputs.map(({ dataset, tags }) => JSON.stringify({ dataset, tags })).toSorted(),
    artifacts: await artifactsOf(store, runId),
  };
}

async function artifactsOf(store: TrackingStore, runId: string): Promise<Record<string, string>> {
  const { files } = await listFiles(store, { runId });
  const contents: Record<string, string> = {};
  for (const file of files) {
    const hash = createHash('sha256');
    for await (const bytes of fileToCopy(store, { runId }, file).read()) {
      hash.update(bytes);
    }
    contents[file.path] = hash.digest('hex');
  }
  return contents;
}

/** All files below a folder, from it on. */
export function filesBelow(folder: string): string[] {
  return fs.existsSync(folder)
    ? fs
        .readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
        .toSorted()
    : [];
}
