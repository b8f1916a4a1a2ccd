import * as assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { serverPython } from '../../scripts/mlflowEnvironment';
import type { DiffValue } from '../../src/compare/types';
import { sqliteUri } from '../../src/stores/uri';
import { removeTempFolders, tempFolder } from '../support/database';

interface LoggedVersion {
  version: string;
  runId: string;
  digest: string;
  rows: number;
  elements: number;
  sizeBytes: number;
  /** The text of the input example, as MLflow wrote it. */
  example: string;
  inputs: Record<string, string>;
}

interface Printed {
  runs: { runId: string; version: string | null }[];
  sections: { name: string; equal: number; rows: { key: string; values: DiffValue[] }[] }[];
  summary: string;
}

const ROOT = path.resolve(__dirname, '../..');

describe('versions that MLflow 3.17.2 logs', function () {
  this.timeout(900_000);
  let older: LoggedVersion;
  let newer: LoggedVersion;
  let printed: Printed;

  before(async () => {
    const folder = tempFolder();
    const script = path.join(__dirname, 'log_versions.py');
    const done = spawnSync(serverPython('3.17.2'), [script, folder], { encoding: 'utf8', cwd: folder });
    assert.equal(done.status, 0, done.stderr);
    const logged = JSON.parse(done.stdout.trim().split('\n').at(-1)!) as {
      model: string;
      versions: [LoggedVersion, LoggedVersion];
    };
    [older, newer] = logged.versions;
    const uri = sqliteUri(path.join(folder, 'mlflow.db'));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        ...['--import', 'tsx', 'scripts/inspect.ts', 'diff-versions', uri, logged.model],
        ...[older.version, newer.version, '--repo', folder],
      ],
      { cwd: ROOT },
    );
    printed = JSON.parse(stdout) as Printed;
  });

  after(() => removeTempFolders());

  /** What the diff says of a section, by key. */
  function differences(name: string): Record<string, DiffValue[]> {
    const rows = printed.sections.find((section) => section.name === name)?.rows ?? [];
    return Object.fromEntries(rows.map(({ key, values }) => [key, values]));
  }

  it('are the versions that were asked for, the first one the baseline', () => {
    assert.deepEqual(
      printed.runs.map(({ version, runId }) => ({ version, runId })),
      [older, newer].map(({ version, runId }) => ({ version, runId })),
    );
  });

  it('differ in the packages that were upgraded, removed and added, and no other', () => {
    assert.deepEqual(differences('environment'), {
      'model › scikit-learn': ['1.5.0', '1.6.1'],
      'model › requests': ['2.32.0', null],
      // MLflow itself sorts the parts of a range when it writes requirements.txt.
      'model › lightgbm': [null, '<5,>=4'],
    });
  });

  it('differ in the columns of the signature, in size and in the input example, and in nothing else of the model', () => {
    assert.deepEqual(differences('model'), {
      size: [String(older.sizeBytes), String(newer.sizeBytes)],
      'input example': [older.example, newer.example],
      'signature › inputs › zone': [older.inputs['zone'], newer.inputs['zone']],
      'signature › inputs › tolls': [null, newer.inputs['tolls']],
    });
    assert.notEqual(older.inputs['zone'], newer.inputs['zone']);
  });

  it('differ in the digest and the columns of the data, not in its name and rows', () => {
    assert.deepEqual(differences('data'), {
      'training › digest': [older.digest, newer.digest],
      'training › elements': [String(older.elements), String(newer.elements)],
      'training › column zone': ['long', 'double'],
      'training › column tolls': [null, 'double'],
    });
    assert.equal(older.rows, newer.rows);
  });

  it('differ in no param, metric, tag or source', () => {
    for (const name of ['params', 'metrics', 'tags', 'source']) {
      assert.deepEqual(differences(name), {}, name);
    }
    assert.equal(printed.sections.find(({ name }) => name === 'params')?.equal, 2);
  });

  it('are summed up in words', () => {
    assert.equal(
      printed.summary,
      'Between v1 and v2: other signature (takes "zone" as double, not long; needs the new input "tolls" (double)), 3 dependencies, other data and columns.',
    );
  });
});
