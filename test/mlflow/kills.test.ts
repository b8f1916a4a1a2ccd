import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import { workerBundle } from '../../scripts/workerBundle';
import {
  makeRegistryStore,
  memoryFolder,
  removeTempFolders,
  tempFolder,
  withDatabase,
} from '../support/database';
import { copyOf, killFilesWriter, MODEL } from '../support/filesWriting';
import { killWriter, LONG_CHANGE } from '../support/kills';
import { buildWriter, testWriter } from '../support/writer';
import { openedByMlflow } from './openedFolders';

interface Opened {
  error?: string;
  names?: string[];
  stages?: Record<string, string>;
  tagged?: string[];
}

describe('a writer that is killed', () => {
  after(removeTempFolders);

  it('at 200 random points leaves a store that MLflow opens, as before or as after', async function () {
    this.timeout(600_000);
    const distFolder = buildWriter();
    const open = (files: string[]): Opened[] => {
      const done = spawnSync(mlflowPython('3.17.2'), [path.join(__dirname, 'open_stores.py')], {
        input: JSON.stringify(files),
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        env: { ...process.env, PYTHONWARNINGS: 'ignore', GIT_PYTHON_REFRESH: 'quiet' },
      });
      const line = /^ANSWERS (.*)$/m.exec(done.stdout)?.[1];
      assert.ok(line, done.stderr.slice(-3000));
      return JSON.parse(line) as Opened[];
    };
    const whole = makeRegistryStore('3.17.2');
    await testWriter(whole, { distFolder }).change(...LONG_CHANGE);
    const [before, after] = open([makeRegistryStore('3.17.2'), whole]);
    assert.notDeepEqual(before, after);

    const killed: string[] = [];
    let journals = 0;
    await killWriter(distFolder, 200, (file) => {
      // A copy with what the writer left beside it: MLflow is the first to open it.
      const copy = path.join(tempFolder(), 'mlflow.db');
      fs.copyFileSync(file, copy);
      if (fs.existsSync(`${file}-journal`)) {
        fs.copyFileSync(`${file}-journal`, `${copy}-journal`);
        journals++;
      }
      killed.push(copy);
      return withDatabase(
        file,
        (database) =>
          database.prepare("SELECT 1 FROM registered_models WHERE name = 'renamed'").get() === undefined,
      );
    });
    const ends = { before: 0, after: 0 };
    open(killed).forEach((opened, kill) => {
      const end = JSON.stringify(opened) === JSON.stringify(before) ? 'before' : 'after';
      assert.deepEqual(opened, end === 'before' ? before : after, `kill ${kill}`);
      ends[end]++;
    });
    assert.ok(ends.before > 0 && ends.after > 0, JSON.stringify({ ...ends, journals }));
  });

  it('at 200 points leaves an mlruns folder that MLflow opens, each run and version in it, as far as the change came', async function () {
    this.timeout(1_200_000);
    const root = copyOf();
    const kept = memoryFolder();
    const folders: string[] = [path.join(kept, 'before', 'mlruns')];
    fs.cpSync(root, folders[0]!, { recursive: true });
    await killFilesWriter(root, { kills: 200, distFolder: workerBundle() }, ({ kill, isState }) => {
      assert.ok(isState, `kill ${kill}: a state that no step leads to`);
      const copy = path.join(kept, String(kill), 'mlruns');
      fs.cpSync(root, copy, { recursive: true });
      folders.push(copy);
    });
    const [before, ...killed] = openedByMlflow('3.12.0', folders);
    assert.equal(before?.error, undefined);
    const model = before!.models[MODEL]!;
    const ends = new Set<string>();
    killed.forEach((opened, kill) => {
      assert.equal(opened.error, undefined, `kill ${kill}`);
      assert.deepEqual(Object.keys(opened.runs), Object.keys(before!.runs), `kill ${kill}`);
      assert.deepEqual(Object.keys(opened.experiments).sort(), Object.keys(before!.experiments).sort());
      for (const name of [MODEL, 'renamed']) {
        // A model is there whole or not at all, by either name.
        const { versions, aliases, tags } = opened.models[name] ?? model;
        assert.deepEqual(Object.keys(versions), Object.keys(model.versions), `kill ${kill}`);
        assert.deepEqual({ aliases, tags }, { aliases: model.aliases, tags: model.tags }, `kill ${kill}`);
      }
      ends.add(JSON.stringify(opened));
    });
    assert.ok(ends.size > 10, `${ends.size} different ends`);
  });
});
