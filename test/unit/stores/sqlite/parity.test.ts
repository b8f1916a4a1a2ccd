import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { answers } from '../../../../scripts/inspect/answers';
import { toJson } from '../../../../scripts/inspect/json';
import { withStore } from '../../../../scripts/inspect/store';
import { fixture, SQLITE_VERSIONS } from '../../../support/fixtures';
import { compareAnswers, parseAnswers, readAnswers, type Answers, type Json } from '../../../support/oracle';

const ROOT = path.resolve(__dirname, '../../../..');

async function inspect(file: string): Promise<Answers> {
  return parseAnswers(toJson(await withStore(`sqlite:///${file}`, (store) => answers(store))));
}

describe('answers of a SQLite store, beside those of MLflow’s own client', function () {
  this.timeout(60_000);

  for (const version of SQLITE_VERSIONS) {
    it(`MLflow ${version}`, async () => {
      const folder = await fixture(`sqlite-${version}`);
      const oracle = readAnswers(path.join(folder, 'answers.json'));
      compareAnswers(await inspect(path.join(folder, 'mlflow.db')), oracle);
    });
  }

  it('the console prints them, and the searches of a file that is named', async () => {
    const folder = await fixture('sqlite-3.17.2');
    const oracle = path.join(folder, 'answers.json');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '--import',
        'tsx',
        'scripts/inspect.ts',
        'answers',
        path.join(folder, 'mlflow.db'),
        '--searches',
        oracle,
      ],
      { cwd: ROOT, maxBuffer: 64 << 20 },
    );
    const printed = parseAnswers(stdout);
    const expected = readAnswers(oracle);
    compareAnswers(printed, expected);
    assert.equal(printed['searches']?.length, expected['searches']?.length);
  });

  it('the console says in one sentence what is not a store', async () => {
    const run = promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'scripts/inspect.ts', 'answers', 'sqlite:////nowhere/mlflow.db'],
      { cwd: ROOT },
    );
    await assert.rejects(run, (error: { code: number; stdout: string; stderr: string }) => {
      assert.equal(error.code, 1);
      assert.equal(error.stdout, '');
      assert.match(error.stderr, /^\/nowhere\/mlflow\.db is not there[^\n]*\n$/);
      return true;
    });
  });

  it('a folder store after "mlflow migrate-filestore" (WAL, 18-digit ids) answers what the folder did', async () => {
    const folder = await fixture('migrated-3.17.2');
    const oracle = parseAnswers(
      gunzipSync(
        fs.readFileSync(path.join(ROOT, 'test/fixtures/migrated-3.17.2-answers.json.gz')),
      ).toString(),
    );
    compareAnswers(plain(await inspect(path.join(folder, 'mlflow.db'))), plain(oracle));
  });
});

/**
 * Without what MLflow's client answers differently of a folder and of a database: URIs, the infinities, the order
 * of a history (as written; by time), aliases' version numbers as text, aliases in the versions of a search.
 * Artifacts were not archived with the store.
 */
function plain(answers: Answers): Answers {
  const walk = (value: Json, key: string): Json => {
    if (key === 'artifact_uri' || key === 'artifact_location' || key === 'source' || key === 'artifacts') {
      return null;
    }
    if (typeof value === 'number' && Math.abs(value) === Number.MAX_VALUE) {
      return value > 0 ? 'Infinity' : '-Infinity';
    }
    if (value === 0) {
      // A database keeps no sign of a zero.
      return 0;
    }
    if (key === 'history') {
      return Object.fromEntries(
        Object.entries(value as Record<string, Json[][]>).map(([name, points]) => [
          name,
          points.map((point) => walk(point, '') as Json[]).sort(byTime),
        ]),
      );
    }
    if (Array.isArray(value)) {
      return value.map((item) => walk(item, ''));
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item, name)]));
    }
    return value;
  };
  const models = answers['models']?.map((model) => ({
    ...model,
    aliases: Object.fromEntries(
      Object.entries(model['aliases'] as Record<string, Json>).map(([alias, number]) => [
        alias,
        String(number as string | number),
      ]),
    ),
    versions: (model['versions'] as Record<string, Json>[]).map((version) => ({ ...version, aliases: [] })),
  }));
  return walk({ ...answers, models: models ?? [] }, '') as Answers;
}

function byTime(a: Json[], b: Json[]): number {
  return [1, 0, 2].map((i) => Number(a[i]) - Number(b[i])).find((difference) => difference !== 0) ?? 0;
}
