import * as assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { StoreError } from '../../../../src/mlflow/errors';
import type { Change } from '../../../../src/mlflow/writer';
import { dumpDatabase, makeRegistryStore, removeTempFolders, withDatabase } from '../../../support/database';
import { killWriter, LONG_CHANGE } from '../../../support/kills';
import { buildWriter, testWriter } from '../../../support/writer';

const name = 'taxi regressor';
const REGISTRY = [
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

const helpers: ChildProcess[] = [];

function startTraining(file: string): { end(): Promise<number> } {
  const child = spawn('python3', ['-c', TRAINING, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  helpers.push(child);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return {
    end: async () => {
      child.stdin.end();
      await closed;
      return Number(output);
    },
  };
}

/** Another process that holds the write lock until it is released. */
async function holdLock(file: string): Promise<{ release(): Promise<void>; kill(): void }> {
  const holder = spawn('python3', [
    '-c',
    'import sqlite3,sys\nc=sqlite3.connect(sys.argv[1],isolation_level=None)\nc.execute("BEGIN EXCLUSIVE")\nprint("held",flush=True)\nsys.stdin.read()',
    file,
  ]);
  helpers.push(holder);
  const gone = new Promise<void>((resolve) => holder.on('close', () => resolve()));
  await new Promise<void>((resolve) => holder.stdout.once('data', () => resolve()));
  return {
    release: async () => {
      holder.stdin.end();
      await gone;
    },
    kill: () => void holder.kill('SIGKILL'),
  };
}

function integrity(file: string): string {
  return withDatabase(file, (database) =>
    String(database.prepare('PRAGMA integrity_check').get()?.['integrity_check']),
  );
}

const promote = (version: string, stage: 'Staging' | 'Production' = 'Production'): Change => ({
  type: 'transitionModelVersionStage',
  name,
  version,
  stage,
  archiveExistingVersions: true,
});

describe('SQLite writer among others', () => {
  let distFolder: string;
  before(() => {
    distFolder = buildWriter();
  });
  afterEach(() => helpers.splice(0).forEach((child) => child.kill('SIGKILL')));
  after(removeTempFolders);

  for (const mode of ['delete', 'wal'] as const) {
    it(`loses no promotion and no step of a training that commits all the time (${mode})`, async function () {
      this.timeout(120_000);
      const [REQUESTS, PROMOTIONS] = [50, 10];
      const file = makeRegistryStore('3.17.2', mode);
      const training = startTraining(file);
      const writer = testWriter(file, { distFolder });
      for (let request = 0; request < REQUESTS; request++) {
        const changes = Array.from({ length: PROMOTIONS }, (_, index): Change[] => {
          const version = String(2 + ((request + index) % 3));
          const key = `promotion ${request * PROMOTIONS + index}`;
          return [promote(version), { type: 'setModelVersionTag', name, version, key, value: 'done' }];
        });
        await writer.change(...changes.flat());
      }
      const steps = await training.end();
      withDatabase(file, (database) => {
        const count = (sql: string): unknown => database.prepare(sql).get()?.['n'];
        assert.equal(
          count("SELECT count(*) AS n FROM model_version_tags WHERE key LIKE 'promotion %'"),
          REQUESTS * PROMOTIONS,
        );
        assert.equal(count("SELECT count(*) AS n FROM tags WHERE key LIKE 'step %'"), steps);
        assert.equal(
          count(
            `SELECT count(*) AS n FROM model_versions WHERE name = '${name}' AND current_stage = 'Production'`,
          ),
          1,
        );
        assert.equal(database.prepare('PRAGMA journal_mode').get()?.['journal_mode'], mode);
      });
      assert.ok(steps > REQUESTS, `the training made ${steps} commits only`);
      assert.equal(integrity(file), 'ok');
    });
  }

  it('of two promoters that saw the same lets one win and tells the other what is so now', async () => {
    const file = makeRegistryStore('3.17.2');
    const writer = testWriter(file, { distFolder });
    const seen = {
      label: 'what is in Production',
      subject: { kind: 'versionsInStage', name, stage: 'Production' } as const,
      seen: '2,3',
    };
    const results = await Promise.allSettled([
      writer.changeIf([seen], promote('4')),
      writer.changeIf([seen], promote('1')),
    ]);
    const lost = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as StoreError] : [],
    );
    assert.equal(lost.length, 1);
    const winner = results[0].status === 'fulfilled' ? '4' : '1';
    assert.equal(lost[0]?.code, 'STALE');
    assert.deepEqual(lost[0]?.details, [{ label: seen.label, seen: '2,3', now: winner }]);
    assert.match(lost[0]?.message ?? '', /Somebody changed this meanwhile/);
  });

  it('applies two changes that do not touch each other in order', async () => {
    const file = makeRegistryStore('3.17.2');
    const writer = testWriter(file, { distFolder });
    await Promise.all([writer.change(promote('4')), writer.change(promote('1', 'Staging'))]);
    const stages = withDatabase(file, (database) =>
      database
        .prepare(
          'SELECT current_stage AS stage FROM model_versions WHERE name = ? AND version IN (1, 4) ORDER BY version',
        )
        .all(name),
    );
    assert.equal(stages[0]?.['stage'], 'Staging');
    // v4 left Staging for Production, before or after v1 came: archiving does not reach it.
    assert.match(String(stages[1]?.['stage']), /^(Production|Archived)$/);
  });

  it('killed at 200 random points leaves the database before or after, never between', async function () {
    this.timeout(120_000);
    const before = dumpDatabase(makeRegistryStore('3.17.2'), REGISTRY);
    const whole = makeRegistryStore('3.17.2');
    await testWriter(whole, { distFolder }).change(...LONG_CHANGE);
    const after = dumpDatabase(whole, REGISTRY);
    const ends = { before: 0, after: 0 };
    await killWriter(distFolder, 200, (file, kill) => {
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

  it('waits for a lock, says so, and hears a cancellation: nothing is written then', async () => {
    const file = makeRegistryStore('3.17.2');
    const before = dumpDatabase(file, REGISTRY);
    const holder = await holdLock(file);
    const controller = new AbortController();
    const writer = testWriter(file, { distFolder });
    const started = Date.now();
    await assert.rejects(
      writer.apply({ changes: [promote('4')], expected: [] }, controller.signal, () => controller.abort()),
      (error: StoreError) => error.code === 'CANCELLED',
    );
    assert.ok(Date.now() - started < 5000);
    const waiting = writer.change(promote('4'));
    await delay(400);
    await holder.release();
    await waiting;
    assert.notDeepEqual(dumpDatabase(file, REGISTRY), before);
  });

  it('writes nothing where it is cancelled in the moment in which the lock becomes free', async () => {
    const file = makeRegistryStore('3.17.2');
    const before = dumpDatabase(file, REGISTRY);
    const writer = testWriter(file, { distFolder });
    for (let time = 0; time < 5; time++) {
      const holder = await holdLock(file);
      const controller = new AbortController();
      await assert.rejects(
        writer.apply({ changes: [promote('4')], expected: [] }, controller.signal, () => {
          // Within the next slice of waiting, in which the writer hears nothing.
          setTimeout(() => {
            controller.abort();
            holder.kill();
          }, 50);
        }),
        (error: StoreError) => error.code === 'CANCELLED',
      );
    }
    assert.deepEqual(dumpDatabase(file, REGISTRY), before);
  });
});
