import * as assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { workerBundle } from '../../../../scripts/workerBundle';
import { tellInterrupted } from '../../../../src/commands/registry/perform';
import type { StoreError } from '../../../../src/mlflow/errors';
import { HistoryFiles, isRunning as isAlive } from '../../../../src/platform/historyFiles';
import { RegistryHistory } from '../../../../src/registry/history';
import { openSqliteStore } from '../../../../src/stores/sqlite/open';
import { openWithPython } from '../../../../src/stores/sqlite/writer/pythonEngine';
import { applyRequest } from '../../../../src/stores/sqlite/writer/transaction';
import { sqliteUri } from '../../../../src/stores/uri';
import {
  dumpDatabase,
  makeRegistryStore,
  removeTempFolders,
  tempFolder,
  withDatabase,
} from '../../../support/database';
import { LONG_CHANGE } from '../../../support/kills';
import { ScriptedUi } from '../../../support/scriptedUi';
import { buildWriter, NOW, testWriter } from '../../../support/writer';

const REGISTRY = ['registered_models', 'model_versions', 'model_version_tags'];
const NOBODY = { isCancelled: () => false, onWaiting: () => undefined };

/** An executable of these lines. */
function script(...lines: string[]): string {
  const file = path.join(tempFolder(), 'program');
  fs.writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o755 });
  return file;
}

/** A Node without node:sqlite that finds no program but those of `folder`. */
function nodeWithPath(folder: string): string {
  return script('#!/bin/sh', `PATH=${folder} exec "${process.execPath}" --no-experimental-sqlite "$@"`);
}

/** Whether a process, or with −id one of a group, still runs. */
function isRunning(id: number): boolean {
  if (process.platform === 'linux') {
    // One that ended and that nobody asks for is still listed.
    return fs.readdirSync('/proc').some((pid) => {
      try {
        const [, state, , group] = fs
          .readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, 'x ')
          .split(' ');
        return state !== 'Z' && (id < 0 ? Number(group) === -id : Number(pid) === id);
      } catch {
        return false;
      }
    });
  }
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

async function ended(id: number): Promise<void> {
  while (isRunning(id)) {
    await delay(20);
  }
}

/** The version in Production, as this extension reads it. */
async function inProduction(file: string): Promise<string[]> {
  const store = await openSqliteStore(file, { distFolder: workerBundle() });
  try {
    const model = await store.getRegisteredModel('taxi regressor');
    return model.versions
      .filter(({ currentStage }) => currentStage === 'Production')
      .map(({ version }) => version);
  } finally {
    store.dispose();
  }
}

describe('SQLite writer on a bad day', function () {
  this.timeout(60_000);
  let distFolder: string;
  before(function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    distFolder = buildWriter();
  });
  after(removeTempFolders);

  for (const journal of ['delete', 'wal'] as const) {
    for (const engine of ['node:sqlite', 'python3'] as const) {
      it(`a disk that is full at any point: one sentence, nothing changed (${engine}, ${journal})`, async () => {
        const options = engine === 'python3' ? '--no-experimental-sqlite' : '';
        let refused = 0;
        // In blocks of 512 bytes; a file's part beyond is as a disk that is full.
        for (const blocks of [0, 60, 400, 900]) {
          const file = makeRegistryStore('3.17.2', journal);
          const before = dumpDatabase(file, REGISTRY);
          const execPath = script(
            '#!/bin/sh',
            `ulimit -f ${blocks}; exec "${process.execPath}" ${options} "$@"`,
          );
          try {
            await testWriter(file, { distFolder, execPath }).change(...LONG_CHANGE);
            continue;
          } catch (error) {
            refused++;
            assert.match(
              (error as StoreError).message,
              /^(Writing to mlflow\.db failed \(disk I\/O error; is the disk full\?\): nothing was changed\.|The disk is full: nothing was changed in mlflow\.db\.)$/,
            );
          }
          // First as a reader without locks sees it, then as SQLite mends it.
          assert.deepEqual(await inProduction(file), ['3', '2']);
          assert.deepEqual(dumpDatabase(file, REGISTRY), before);
          const [check] = withDatabase(file, (database) => database.prepare('PRAGMA integrity_check').all());
          assert.equal(check?.['integrity_check'], 'ok');
        }
        assert.ok(refused >= 2, `${refused} disks were full`);
      });
    }
  }

  it('a Python that never says that it is one is passed over, and told of where it is the only one', async () => {
    const folder = tempFolder();
    const pid = path.join(folder, 'pid');
    fs.writeFileSync(
      path.join(folder, 'python3'),
      `#!/bin/sh\necho $$ >> ${pid}\nexec ${process.execPath} -e 'setInterval(() => {}, 1000)'\n`,
      { mode: 0o755 },
    );
    const limits = { start: 400, answer: 10_000 };
    const file = makeRegistryStore('3.17.2');
    const silent = path.join(folder, 'python3');
    await assert.rejects(openWithPython(file, [silent], undefined, limits), {
      code: 'UNSUPPORTED',
      message: `${silent} did not start within 0.4 s: nothing was changed. Set "mlflowLens.pythonPath" to a Python 3 that does.`,
    });
    const engine = await openWithPython(file, [silent, 'python3'], undefined, { ...limits, start: 10_000 });
    assert.match(engine?.name ?? '', /^python3 sqlite3 3\./);
    engine?.close();

    // Whoever does not want to wait for it need not, and it does not stay.
    const cancel = new AbortController();
    const writer = testWriter(file, { distFolder, execPath: nodeWithPath(folder) });
    const before = dumpDatabase(file, REGISTRY);
    const pids = (): string[] => fs.readFileSync(pid, 'utf8').trim().split('\n');
    const known = pids().length;
    const change = writer.apply({ changes: LONG_CHANGE, expected: [] }, cancel.signal);
    while (pids().length === known) {
      await delay(20);
    }
    cancel.abort();
    await assert.rejects(change, { code: 'CANCELLED', message: 'Canceled: nothing was changed.' });
    await Promise.all(pids().map((id) => ended(Number(id))));
    assert.deepEqual(dumpDatabase(file, REGISTRY), before);
  });

  it('leaves no Python behind where the file cannot be opened', async () => {
    const folder = tempFolder();
    const pid = path.join(folder, 'pid');
    const python = path.join(folder, 'python3');
    fs.writeFileSync(python, `#!/bin/sh\necho $$ > ${pid}\nexec python3 "$@"\n`, { mode: 0o755 });
    await assert.rejects(openWithPython(path.join(folder, 'no such folder', 'mlflow.db'), [python]), {
      name: 'SqlError',
    });
    await ended(Number(fs.readFileSync(pid, 'utf8')));
  });

  for (const [statement, executed, sentence, isChanged] of [
    ['UPDATE', false, /and was ended: nothing was changed in mlflow\.db\.$/, false],
    [
      'COMMIT',
      false,
      /: mlflow\.db is either unchanged or fully changed, so check before you try again\.$/,
      false,
    ],
    [
      'COMMIT',
      true,
      /: mlflow\.db is either unchanged or fully changed, so check before you try again\.$/,
      true,
    ],
  ] as const) {
    it(`a Python that hangs ${executed ? 'after' : 'at'} ${statement}: one sentence, and the store is whole`, async () => {
      const file = makeRegistryStore('3.17.2');
      const before = dumpDatabase(file, REGISTRY);
      // The real one, but for this statement.
      const python = script(
        '#!/usr/bin/env python3',
        'import subprocess, sys, time',
        'real = subprocess.Popen([sys.executable] + sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)',
        'def pass_on():',
        '    sys.stdout.buffer.write(real.stdout.readline())',
        '    sys.stdout.buffer.flush()',
        'pass_on()',
        'for line in sys.stdin.buffer:',
        `    hangs = b'"${statement}' in line`,
        `    if not hangs or ${executed ? 'True' : 'False'}:`,
        '        real.stdin.write(line)',
        '        real.stdin.flush()',
        '    if hangs:',
        '        time.sleep(1000)',
        '    pass_on()',
      );
      const limits = { start: 10_000, answer: 2000 };
      const engine = await openWithPython(file, [python], undefined, limits);
      assert.ok(engine);
      const request = { changes: LONG_CHANGE, expected: [], now: NOW };
      await assert.rejects(
        applyRequest(engine, { file, workspace: 'default', request }, NOBODY),
        (error: StoreError) => {
          assert.match(error.message, /^python3 sqlite3 [^\n]* did not answer for 2 s /);
          assert.match(error.message, sentence);
          return true;
        },
      );
      engine.close();
      // Another writer comes through: nothing holds the lock.
      await testWriter(file, { distFolder }).change({ type: 'createExperiment', name: 'next' });
      assert.equal(JSON.stringify(dumpDatabase(file, REGISTRY)) !== JSON.stringify(before), isChanged);
    });
  }

  /** A Python that prints `garbage`, Python text, before its answer to a statement, or in its place. */
  function garbled(statement: string, garbage: string, answers: boolean): string {
    return script(
      '#!/usr/bin/env python3',
      'import subprocess, sys',
      "real = subprocess.Popen(['python3'] + sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)",
      'def pass_on(show):',
      '    line = real.stdout.readline()',
      '    if show: sys.stdout.buffer.write(line); sys.stdout.buffer.flush()',
      'print("Loading python/3.12 ...", flush=True)',
      'pass_on(True)',
      'for line in sys.stdin.buffer:',
      `    odd = b'"${statement}' in line`,
      '    real.stdin.write(line); real.stdin.flush()',
      `    if odd: print(${garbage}, flush=True)`,
      `    pass_on(not odd or ${answers ? 'True' : 'False'})`,
    );
  }

  it('a Python that prints lines of its own between the answers: they are passed over', async () => {
    for (const garbage of ['"warning: deprecated"', `'{"rows": [], "changes": 0}'`, '"null\\n[]\\n1"']) {
      const file = makeRegistryStore('3.17.2');
      const engine = await openWithPython(file, [garbled('SELECT', garbage, true)]);
      assert.ok(engine);
      const request = { changes: LONG_CHANGE, expected: [], now: NOW };
      await applyRequest(engine, { file, workspace: 'default', request }, NOBODY);
      engine.close();
      const direct = makeRegistryStore('3.17.2');
      await testWriter(direct, { distFolder }).apply({ changes: LONG_CHANGE, expected: [], now: NOW });
      assert.deepEqual(dumpDatabase(file, REGISTRY), dumpDatabase(direct, REGISTRY));
    }
  });

  it('a Python that prints garbage in place of its answer to COMMIT: nobody says that nothing was changed', async () => {
    const file = makeRegistryStore('3.17.2');
    const python = garbled('COMMIT', '"not JSON\\n" * 200', false);
    const engine = await openWithPython(file, [python]);
    assert.ok(engine);
    const request = { changes: LONG_CHANGE, expected: [], now: NOW };
    await assert.rejects(
      applyRequest(engine, { file, workspace: 'default', request }, NOBODY),
      (error: StoreError) => {
        assert.match(
          error.message,
          /answered with something else and was ended: mlflow\.db is either unchanged or fully/,
        );
        return true;
      },
    );
    engine.close();
  });

  for (const what of ['file', 'folder'] as const) {
    it(`a ${what} that becomes read-only while the preview is shown: one sentence, nothing changed`, async () => {
      const file = makeRegistryStore('3.17.2');
      const before = dumpDatabase(file, REGISTRY);
      const helper = path.resolve(__dirname, '../../../support/readOnlyMeanwhile.ts');
      // Root may write anything, unless it gives that up.
      const asPlainUser =
        process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];
      const command = [...asPlainUser, process.execPath, '--import', 'tsx', helper, file, what];
      const { stdout } = await promisify(execFile)(command[0]!, command.slice(1));
      fs.chmodSync(path.dirname(file), 0o755);
      fs.chmodSync(file, 0o644);
      assert.match(
        stdout,
        what === 'file'
          ? /^READ_ONLY: You may not write to mlflow\.db: nothing was changed\.$/m
          : /^READ_ONLY: You may not write to the folder of mlflow\.db \(SQLite keeps its journal there\): nothing was changed\.$/m,
      );
      assert.deepEqual(dumpDatabase(file, REGISTRY), before);
    });
  }

  it('a host that is killed amid a change: all or nothing, no writer stays, and the next one is told', async () => {
    const before = dumpDatabase(makeRegistryStore('3.17.2'), REGISTRY);
    const host = path.resolve(__dirname, '../../../support/dyingHost.ts');
    const folder = tempFolder();
    const start = (file: string): ReturnType<typeof spawn> =>
      spawn(process.execPath, ['--import', 'tsx', host, file, folder], {
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    const kill = async (child: ReturnType<typeof spawn>): Promise<void> => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) {
        await once(child, 'exit');
      }
      // The writer is of its group.
      await ended(-child.pid!);
    };
    // While its writer waits for another's lock: it gives up, and nothing is written when the lock is free.
    const file = makeRegistryStore('3.17.2');
    const started = Date.now();
    const waiting = start(file);
    await withLock(file, async () => {
      for await (const text of waiting.stdout!) {
        if (String(text).includes('waiting for it')) {
          break;
        }
      }
      await kill(waiting);
    });
    const usual = Date.now() - started;
    assert.deepEqual(dumpDatabase(file, REGISTRY), before);
    const history = new RegistryHistory(new HistoryFiles(folder), { id: process.pid, isRunning: isAlive });
    for (const told of [1, 0]) {
      const ui = new ScriptedUi();
      tellInterrupted({ history, ui }, sqliteUri(file));
      assert.deepEqual(
        ui.shown,
        Array.from(
          { length: told },
          () =>
            'VS Code closed while "Promote and rename" was being written to mlflow.db: the change may or may not have been made. Check before you try again.',
        ),
      );
    }

    for (let time = 0; time < 4; time++) {
      const other = makeRegistryStore('3.17.2');
      const child = start(other);
      await once(child.stdout!, 'data');
      await delay((usual * time) / 8);
      await kill(child);
      const [check] = withDatabase(other, (database) => database.prepare('PRAGMA integrity_check').all());
      assert.equal(check?.['integrity_check'], 'ok');
      const now = dumpDatabase(other, REGISTRY);
      const names = now['registered_models']?.filter((row) => row.includes('"renamed"')).length;
      if (names === 0) {
        assert.deepEqual(now, before);
      } else {
        assert.ok(now['model_version_tags']?.some((row) => row.includes('v'.repeat(50_000))));
      }
    }
  });
});

/** Holds SQLite's lock on the file meanwhile, from a process of its own. */
async function withLock(file: string, use: () => Promise<void>): Promise<void> {
  const holder = spawn(
    'python3',
    [
      '-c',
      'import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None); db.execute("BEGIN EXCLUSIVE"); print("held", flush=True); sys.stdin.read()',
      file,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await once(holder.stdout, 'data');
  try {
    await use();
  } finally {
    holder.stdin.end();
    await once(holder, 'exit');
  }
}
