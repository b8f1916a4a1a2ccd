import * as assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { StoreError } from '../../../../src/mlflow/errors';
import { dumpDatabase, makeRegistryStore, removeTempFolders, withDatabase } from '../../../support/database';
import {
  killingTheWriter,
  promote,
  promotingWhileOthersWrite,
  REGISTRY,
} from '../../../support/tortures/writing';
import { buildWriter, testWriter } from '../../../support/writer';

const name = 'taxi regressor';
const helpers: ChildProcess[] = [];

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

describe('SQLite writer among others', () => {
  let distFolder: string;
  before(() => {
    distFolder = buildWriter();
  });
  afterEach(() => helpers.splice(0).forEach((child) => child.kill('SIGKILL')));
  after(removeTempFolders);

  // test/torture does more of both.
  promotingWhileOthersWrite(8);
  killingTheWriter(20);

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
    assert.match(lost[0]?.message ?? '', /Someone changed this meanwhile/);
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
