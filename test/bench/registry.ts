/** What a promotion costs, beside MLflow's client doing the same; a registry of 10,000 models; the writer under load. */
import { spawn, spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { promoteModelVersion } from '../../src/commands/registry/promotionCommands';
import type { ConfirmRequest } from '../../src/commands/registry/ui';
import { isCancelled } from '../../src/mlflow/errors';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import type { RegisteredModelQuery, TrackingStore, VersionFilter } from '../../src/mlflow/store';
import type { Change } from '../../src/mlflow/writer';
import { createOpener } from '../../src/stores/open';
import { sqliteUri } from '../../src/stores/uri';
import { makeRegistryStore, removeTempFolders, withDatabase } from '../support/database';
import { unpackFixture } from '../support/fixtures';
import { registryFlow } from '../support/registryFlow';
import { ScriptedUi } from '../support/scriptedUi';
import { buildWriter, nodeWithoutSqlite, testWriter } from '../support/writer';
import { largeStore } from './largeStores';

export const name = 'registry';

const MODEL = 'taxi regressor';

/**
 * @param args how many promotions to make against a training that commits all the time, 1,000 if missing; and which
 * parts to run, all if missing
 */
export async function run([promotions = '1000', ...wanted]: string[]): Promise<void> {
  const distFolder = buildWriter();
  const parts: [string, () => Promise<void>][] = [
    ['commit', () => commitTimes(distFolder)],
    ['preview', previewTimes],
    ['models', manyModels],
    ['delete', () => underLoad(distFolder, 'delete', Number(promotions))],
    ['wal', () => underLoad(distFolder, 'wal', Number(promotions))],
  ];
  try {
    for (const [part, measure] of parts) {
      if (wanted.length === 0 || wanted.includes(part)) {
        await measure();
      }
    }
  } finally {
    removeTempFolders();
  }
}

const promote = (version: string): Change => ({
  type: 'transitionModelVersionStage',
  name: MODEL,
  version,
  stage: 'Production',
  archiveExistingVersions: true,
});

async function commitTimes(distFolder: string): Promise<void> {
  for (const [engine, execPath] of [
    ['node:sqlite', undefined],
    ['python3', nodeWithoutSqlite()],
  ] as const) {
    const writer = testWriter(makeRegistryStore('3.17.2'), { distFolder, execPath });
    const times: number[] = [];
    for (let round = 0; round < 20; round++) {
      times.push(await timed(() => writer.change(promote(String(2 + (round % 3))))));
    }
    console.log(
      `promotion committed, ${engine.padEnd(12)} ${ms(median(times))}${execPath ? '' : '   (at most 300)'}`,
    );
  }
  const client = spawnSync(mlflowPython('3.17.2'), ['-c', CLIENT, makeRegistryStore('3.17.2')], {
    encoding: 'utf8',
  });
  const [whole, warm] = client.stdout.trim().split(' ').map(Number);
  console.log(`  MLflow's client, from its import   ${ms(whole ?? NaN)}`);
  console.log(`  MLflow's client, one call, warm    ${ms(warm ?? NaN)}`);
}

const CLIENT = `
import sys, time
begun = time.time()
from mlflow.tracking import MlflowClient
client = MlflowClient("sqlite:///" + sys.argv[1])
client.transition_model_version_stage("${MODEL}", "4", "Production", True)
whole = time.time() - begun
begun = time.time()
client.transition_model_version_stage("${MODEL}", "3", "Production", True)
print(whole * 1000, (time.time() - begun) * 1000)
`;

/** From the choice of the target to the dialog, which is then left by Escape. */
async function previewTimes(): Promise<void> {
  const demo = path.join(await unpackFixture('taxi-duration'), 'mlflow.db');
  const large = largeStore('3gb.db');
  const cases: [string, string, string, string][] = [
    ['the demo, models readable', demo, 'taxi-duration', '4'],
  ];
  if (large) {
    cases.push(['3 GB', large, 'model-00', '10']);
  }
  for (const [what, file, name, version] of cases) {
    const times: number[] = [];
    for (let round = 0; round < 6; round++) {
      if (round === 0) {
        forgetPages(file);
      }
      const ui = new MeasuringUi();
      const flow = registryFlow(file, ui);
      ui.will({ pick: 'Production' }, { pick: 'Archive' }, 'escape');
      await promoteModelVersion(flow.context, { store: flow.store, name, version }).catch(
        (error: unknown) => {
          if (!isCancelled(error)) {
            throw error;
          }
        },
      );
      times.push(ui.took);
      flow.close();
    }
    const [first, ...again] = times;
    console.log(
      `preview, ${what.padEnd(26)} ${ms(first ?? NaN)} cold, ${ms(median(again))} warm   (at most 300)`,
    );
  }
}

/** Takes the time from the last choice to the dialog. */
class MeasuringUi extends ScriptedUi {
  took = NaN;
  private chosen = 0;

  override async pick<T>(...args: Parameters<typeof ScriptedUi.prototype.pick<T>>): Promise<T> {
    const picked = await super.pick(...args);
    this.chosen = performance.now();
    return picked;
  }

  override confirm(request: ConfirmRequest): Promise<'button' | 'other'> {
    this.took = performance.now() - this.chosen;
    return super.confirm(request);
  }
}

/** As after a start of the machine, as far as this file goes. */
function forgetPages(file: string): void {
  spawnSync('python3', [
    '-c',
    'import os, sys; f = os.open(sys.argv[1], os.O_RDONLY); os.posix_fadvise(f, 0, 0, os.POSIX_FADV_DONTNEED)',
    file,
  ]);
}

/** Three versions each, with stages, aliases and tags. */
async function manyModels(): Promise<void> {
  const file = makeRegistryStore('3.17.2');
  withDatabase(file, (database) =>
    database.exec(
      `CREATE TEMP TABLE n AS
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i FROM n;
       INSERT INTO registered_models (name, creation_time, last_updated_time, workspace)
       SELECT 'model ' || i, i, i, 'default' FROM n;
       INSERT INTO model_versions (name, version, creation_time, current_stage, source, status, workspace)
       SELECT 'model ' || i, v, 1, CASE v WHEN 1 THEN 'Archived' WHEN 2 THEN 'Production' ELSE 'None' END, 'x', 'READY', 'default'
         FROM n, (SELECT 1 AS v UNION SELECT 2 UNION SELECT 3);
       INSERT INTO registered_model_aliases (name, version, alias, workspace)
       SELECT 'model ' || i, 2, 'champion', 'default' FROM n WHERE i % 2;
       INSERT INTO model_version_tags (name, version, key, value, workspace)
       SELECT 'model ' || i, 3, 'review', CASE WHEN i % 10 THEN 'no' ELSE 'ready' END, 'default' FROM n;
       INSERT INTO registered_model_tags (name, key, value, workspace)
       SELECT 'model ' || i, 'team', 'team ' || (i % 37), 'default' FROM n`,
    ),
  );
  const ready: VersionFilter = { tag: { key: 'review', value: 'ready' }, alias: null };
  const queries: [string, Omit<RegisteredModelQuery, 'maxResults'>][] = [
    ['the last changed', { orderBy: 'lastUpdated' }],
    ['by name', { filter: { text: 'model 77' } }],
    ['by alias', { filter: { text: '@champion' } }],
    ['by tag', { filter: { text: 'team=team 7' } }],
    ['in production', { filter: { versions: 'inProduction' } }],
    ['waiting for review', { filter: { versions: ready }, orderBy: 'lastUpdated' }],
  ];
  for (const [what, query] of queries) {
    const store = await openStore(file);
    const ask = (of = query): Promise<unknown> => store.searchRegisteredModels({ maxResults: 100, ...of });
    // As in the view: listed when it opens, then searched.
    const listed = await timed(() => ask({}));
    const searched = await timed(() => ask());
    console.log(
      `10,000 models listed ${ms(listed)}, then ${what.padEnd(19)} ${ms(searched)}, again ${ms(await timed(() => ask()))}   (at most 100 each)`,
    );
    store.dispose();
  }
}

async function openStore(file: string): Promise<TrackingStore> {
  const opener = createOpener({
    distFolder: path.resolve(__dirname, '../../dist'),
    pythonPath: () => '',
    readOnlyReason: () => null,
  });
  const { store } = await opener.open(sqliteUri(file));
  await store.describe();
  return store;
}

const TRAINING = `
import sqlite3, sys, threading
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
run = database.execute("SELECT run_uuid FROM runs LIMIT 1").fetchone()[0]
count = 0
while not stop.is_set():
    database.execute("INSERT INTO tags (key, value, run_uuid) VALUES (?, 'x', ?)", (f"step {count}", run))
    count += 1
    stop.wait(0.001)
print(count)
`;

async function underLoad(distFolder: string, mode: 'delete' | 'wal', promotions: number): Promise<void> {
  const BATCH = 10;
  const file = makeRegistryStore('3.17.2', mode);
  const training = spawn('python3', ['-c', TRAINING, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  training.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const ended = new Promise<void>((resolve) => training.on('close', () => resolve()));
  const writer = testWriter(file, { distFolder });
  const time = await timed(async () => {
    for (let done = 0; done < promotions; done += BATCH) {
      const changes = Array.from({ length: BATCH }, (_, index): Change[] => {
        const version = String(2 + ((done + index) % 3));
        const key = `promotion ${done + index}`;
        return [promote(version), { type: 'setModelVersionTag', name: MODEL, version, key, value: '' }];
      });
      await writer.change(...changes.flat());
    }
  });
  training.stdin.end();
  await ended;
  withDatabase(file, (database) => {
    const count = (sql: string): number => Number(database.prepare(sql).get()?.['n']);
    const made = count("SELECT count(*) AS n FROM model_version_tags WHERE key LIKE 'promotion %'");
    const steps = count("SELECT count(*) AS n FROM tags WHERE key LIKE 'step %'");
    const integrity = String(database.prepare('PRAGMA integrity_check').get()?.['integrity_check']);
    console.log(
      `${promotions} promotions beside a training (${mode}): ${(time / 1000).toFixed(1)} s; ` +
        `${promotions - made} lost, ${Number(output) - steps} of ${output.trim()} steps lost, integrity ${integrity}`,
    );
  });
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await call();
  return performance.now() - started;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
const ms = (value: number): string => `${value.toFixed(0).padStart(5)} ms`;
