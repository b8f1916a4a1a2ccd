import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { Change } from '../../../src/mlflow/writer';
import { dumpDatabase, makeRegistryStore, withDatabase } from '../database';
import { killWriter, LONG_CHANGE } from '../kills';
import { buildWriter, testWriter } from '../writer';

export const REGISTRY = [
  'registered_models',
  'registered_model_tags',
  'registered_model_aliases',
  'model_versions',
  'model_version_tags',
];

/** Commits all the time, as training does, until its input ends; prints how many commits it made. */
const TRAINING = `
import sqlite3, sys, threading
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
database.execute("PRAGMA foreign_keys = ON")
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
run = database.execute("SELECT run_uuid FROM runs LIMIT 1").fetchone()[0]
count = 0
while not stop.is_set():
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO tags (key, value, run_uuid) VALUES (?, 'x', ?)", (f"step {count}", run))
    database.execute("UPDATE runs SET end_time = ? WHERE run_uuid = ?", (count, run))
    database.execute("COMMIT")
    count += 1
    stop.wait(0.001)
print(count)
`;

function startTraining(file: string): { end(): Promise<number>; kill(): void } {
  const child = spawn('python3', ['-c', TRAINING, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return {
    kill: () => void child.kill('SIGKILL'),
    end: async () => {
      child.stdin.end();
      await closed;
      return Number(output);
    },
  };
}

function integrity(file: string): string {
  return withDatabase(file, (database) =>
    String(database.prepare('PRAGMA integrity_check').get()?.['integrity_check']),
  );
}

export const promote = (version: string, stage: 'Staging' | 'Production' = 'Production'): Change => ({
  type: 'transitionModelVersionStage',
  name: 'taxi regressor',
  version,
  stage,
  archiveExistingVersions: true,
});

/** Promotes ten versions in each of `requests` transactions while a training commits all the time. */
export function promotingWhileOthersWrite(requests: number): void {
  let training: ReturnType<typeof startTraining> | undefined;
  afterEach(() => training?.kill());

  for (const mode of ['delete', 'wal'] as const) {
    it(`loses no promotion and no step of a training that commits all the time (${mode})`, async function () {
      this.timeout(120_000);
      const PROMOTIONS = 10;
      const file = makeRegistryStore('3.17.2', mode);
      training = startTraining(file);
      const writer = testWriter(file, { distFolder: buildWriter() });
      for (let request = 0; request < requests; request++) {
        const changes = Array.from({ length: PROMOTIONS }, (_, index): Change[] => {
          const version = String(2 + ((request + index) % 3));
          const key = `promotion ${request * PROMOTIONS + index}`;
          return [
            promote(version),
            { type: 'setModelVersionTag', name: 'taxi regressor', version, key, value: 'done' },
          ];
        });
        await writer.change(...changes.flat());
      }
      const steps = await training.end();
      withDatabase(file, (database) => {
        const count = (sql: string): unknown => database.prepare(sql).get()?.['n'];
        assert.equal(
          count("SELECT count(*) AS n FROM model_version_tags WHERE key LIKE 'promotion %'"),
          requests * PROMOTIONS,
        );
        assert.equal(count("SELECT count(*) AS n FROM tags WHERE key LIKE 'step %'"), steps);
        assert.equal(
          count(
            `SELECT count(*) AS n FROM model_versions WHERE name = 'taxi regressor' AND current_stage = 'Production'`,
          ),
          1,
        );
        assert.equal(database.prepare('PRAGMA journal_mode').get()?.['journal_mode'], mode);
      });
      assert.ok(steps > requests, `the training made ${steps} commits only`);
      assert.equal(integrity(file), 'ok');
    });
  }
}

/** Kills the writer, `kills` times, and looks at what is left. */
export function killingTheWriter(kills: number): void {
  it(`killed at ${kills} points leaves the database before or after, never between`, async function () {
    this.timeout(120_000);
    const distFolder = buildWriter();
    const before = dumpDatabase(makeRegistryStore('3.17.2'), REGISTRY);
    const whole = makeRegistryStore('3.17.2');
    await testWriter(whole, { distFolder }).change(...LONG_CHANGE);
    const after = dumpDatabase(whole, REGISTRY);
    const ends = { before: 0, after: 0 };
    await killWriter(distFolder, kills, (file, kill) => {
      const now = dumpDatabase(file, REGISTRY);
      const end = JSON.stringify(now) === JSON.stringify(before) ? 'before' : 'after';
      if (end === 'after') {
        assert.deepEqual(now, after, `kill ${kill}`);
      }
      assert.equal(integrity(file), 'ok');
      ends[end]++;
      return end === 'before';
    });
    assert.ok(ends.before > 0 && ends.after > 0, `not both ends were seen: ${JSON.stringify(ends)}`);
  });
}
