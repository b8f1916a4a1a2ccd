import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { diff } from '../../../scripts/inspect/diff';
import { consoleFinder } from '../../../scripts/inspect/sources';
import { workerBundle } from '../../../scripts/workerBundle';
import { createRemoteParsers } from '../../../src/panels/remoteParsers';
import { compareVersions } from '../../../src/panels/versionComparison';
import { signatureSummary } from '../../../src/compare/signature';
import type { SectionName } from '../../../src/compare/types';
import { SqliteStore } from '../../../src/stores/sqlite/sqliteStore';
import { unpackFixture } from '../../support/fixtures';

interface Expected {
  model: string;
  versions: Record<string, { inputs: Record<string, string>; requirements: string[] }>;
}

interface Answer {
  summary: string;
  sections: { name: SectionName; rows: { key: string; values: unknown[] }[] }[];
}

/**
 * Versions whose sources were given to MLflow 3.17.2's client in each of its ways (fixtures/model-sources/make.py): 1 to 3
 * `runs:/ID/net`, of which 2 differs from 1 in the signature only and 3 in a requirement only; 4 by its place, 5 and 6 of
 * runs that `mlflow gc` removed. All of them were trained alike.
 */
describe('versions by whatever source they have', function () {
  this.timeout(60_000);
  let store: SqliteStore;
  let expected: Expected;
  const parsers = createRemoteParsers(path.join(workerBundle(), 'parserWorker.js'));
  before(async () => {
    const folder = await unpackFixture('model-sources');
    store = new SqliteStore(path.join(folder, 'mlflow.db'), workerBundle());
    expected = JSON.parse(fs.readFileSync(path.join(folder, 'expected.json'), 'utf8')) as Expected;
  });
  after(() => {
    store.dispose();
    parsers.dispose();
  });

  const between = async (...wanted: string[]): Promise<Answer> => {
    const model = await store.getRegisteredModel(expected.model);
    const sides = wanted.map((number) => {
      const version = model.versions.find((each) => each.version === number)!;
      return { store, runId: version.runId, version };
    });
    return (await diff(sides, consoleFinder(store.uri, undefined))) as Answer;
  };
  const differing = ({ sections }: Answer): string[] =>
    sections
      .filter(({ name }) => name !== 'attributes' && name !== 'source')
      .flatMap(({ name, rows }) => rows.map(({ key }) => `${name}: ${key}`));
  const promotion = async (candidate: string, incumbent: string): Promise<string> => {
    const { warnings, lines } = await compareVersions(
      store,
      await store.getRegisteredModel(expected.model),
      { candidate, incumbent },
      { metricDirections: {}, headlineMetric: '' },
      parsers,
    );
    return [...warnings, ...lines].join('\n');
  };

  it('have the files that MLflow itself finds', async () => {
    for (const [version, { inputs, requirements }] of Object.entries(expected.versions)) {
      const owner = { name: expected.model, version };
      const read = async (file: string): Promise<string> =>
        new TextDecoder().decode(await store.readArtifact(owner, file, { offset: 0, length: 100_000 }));
      assert.deepEqual((await read('requirements.txt')).trim().split('\n'), requirements, version);
      const columns = Object.entries(inputs).map(([name, type]) => `${JSON.stringify(name)}: ${type}`);
      assert.equal(
        signatureSummary(await read('MLmodel'))?.text,
        `(${columns.join(', ')}) → #1: double`,
        version,
      );
      const { files } = await store.listArtifacts(owner, '');
      assert.ok(
        files.some((file) => file.path === 'MLmodel'),
        version,
      );
    }
  });

  it('that differ in the signature only are said to, where it breaks before a promotion too', async () => {
    const answer = await between('1', '2');
    assert.equal(answer.summary, 'Between v1 and v2: other signature (needs the new input "zone" (long)).');
    assert.deepEqual(differing(answer), ['model: signature › inputs › zone']);
    assert.equal(
      (await between('2', '1')).summary,
      'Between v2 and v1: other signature (ignores the input "zone").',
    );
    assert.match(
      await promotion('2', '1'),
      /^⚠ The signature is incompatible: v2 needs the new input "zone" \(long\)\./m,
    );
  });

  it('that differ in a requirement only are said to', async () => {
    const answer = await between('1', '3');
    assert.equal(answer.summary, 'Between v1 and v3: 1 dependency.');
    assert.deepEqual(differing(answer), ['environment: model › numpy']);
    assert.match(await promotion('3', '1'), /^Environment: 1 changed: numpy 1\.26\.4 → 2\.1\.0\.$/m);
  });

  for (const [version, how] of [
    ['4', 'known by its place only'],
    ['5', 'of a run that is gone'],
    ['6', 'of a run that is gone, and of its logged model'],
  ] as const) {
    it(`${how} differ in nothing that is not known`, async () => {
      for (const [from, to] of [
        ['1', version],
        [version, '1'],
      ] as const) {
        const answer = await between(from, to);
        assert.equal(
          answer.summary,
          `Between v${from} and v${to}: no difference in what is known. v${version} has no run here: its code, params, metrics and data are unknown.`,
        );
        assert.deepEqual(differing(answer), []);
        const told = await promotion(to, from);
        assert.match(
          told,
          new RegExp(`^Metrics, params and data are not compared: v${version} has no run here\\.$`, 'm'),
        );
        assert.match(told, /^The same: environment, signature, size, tags\.$/m);
      }
      assert.deepEqual(differing(await between('2', version)), ['model: signature › inputs › zone']);
    });
  }

  it('without their files have no other dependencies and no other signature', async () => {
    const folder = await unpackFixture('model-sources');
    fs.rmSync(path.join(folder, 'mlruns'), { recursive: true });
    const bare = new SqliteStore(path.join(folder, 'mlflow.db'), workerBundle());
    try {
      const [kept, model] = await Promise.all(
        [store, bare].map((each) => each.getRegisteredModel(expected.model)),
      );
      const sides = [
        { store, runId: null, version: kept!.versions.find(({ version }) => version === '1')! },
        { store: bare, runId: null, version: model!.versions.find(({ version }) => version === '2')! },
      ];
      const answer = (await diff(sides, consoleFinder(store.uri, undefined))) as Answer;
      assert.equal(
        answer.summary,
        'Between v1 and v2: no difference in what is known. The files of v2 are not here: its signature and dependencies are unknown.',
      );
      assert.deepEqual(differing(answer), []);
    } finally {
      bare.dispose();
    }
  });
});
