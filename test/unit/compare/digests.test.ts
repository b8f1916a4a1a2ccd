import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { diffRuns } from '../../../src/compare/diff';
import { readDetails, readSide } from '../../../src/compare/gather';
import type { DiffRow, RunDiff } from '../../../src/compare/types';
import { digestCoverage, shortDigests } from '../../../src/mlflow/datasetDigest';
import type { TrackingStore } from '../../../src/mlflow/store';
import { sqliteUri } from '../../../src/stores/uri';
import { unpackFixture } from '../../support/fixtures';
import { openStores } from '../../support/pageHarness';

/** The store of test/fixtures/clients/make.py, whose experiment "data" has a run a dataset. */
describe('digests of datasets, as MLflow makes them', () => {
  let stores: ReturnType<typeof openStores>;
  let store: TrackingStore;
  before(async () => {
    const uri = sqliteUri(path.join(await unpackFixture('clients'), 'mlflow.db'));
    stores = openStores(uri);
    store = await stores.get(uri);
  });
  after(() => stores.dispose());

  const sideOf = async (runName: string) => {
    const filter = `run_name = '${runName}'`;
    const { items } = await store.searchRuns({ experimentIds: [], view: 'ALL', filter, maxResults: 2 });
    assert.equal(items.length, 1, runName);
    return readDetails(store, await readSide(store, items[0]!.info.runId, null), null);
  };
  const diffOf = async (...names: string[]): Promise<RunDiff> =>
    diffRuns(await Promise.all(names.map(sideOf)), 0, [], () => 'unknown');
  const digestRow = (diff: RunDiff): { row: DiffRow; isSame: boolean } => {
    const { rows, same } = diff.sections.find(({ name }) => name === 'data')!;
    const isDigest = ({ key }: DiffRow): boolean => key === 'training › digest';
    return { row: [...rows, ...same].find(isDigest)!, isSame: same.some(isDigest) };
  };

  it('of Polars data are equal where columns or rows are not, and the diff says so', async () => {
    for (const other of ['polars, columns renamed', 'polars, rows reversed', 'polars, other integers']) {
      const diff = await diffOf('polars', other);
      const { row, isSame } = digestRow(diff);
      assert.ok(isSame, other);
      assert.match(
        row.covers?.text ?? '',
        /the order of rows, the names of columns and the size of integers/,
      );
      assert.match(diff.summary, /no difference in what is known\. The data may differ though its digests/);
    }
  });

  it('of Polars data that differ are other data, and no numbers', async () => {
    const diff = await diffOf('polars', 'polars, a value changed');
    const { row, isSame } = digestRow(diff);
    assert.ok(!isSame);
    assert.deepEqual(row.values, ['5903841808316979319', '14744236685319260451']);
    assert.equal(row.delta, undefined);
    assert.equal(row.covers, undefined);
    assert.match(diff.summary, /other data/);
    assert.doesNotMatch(diff.summary, /digests/);
  });

  it('of pandas, Hugging Face and NumPy are of the first 10,000 rows, which an equal one says', async () => {
    for (const [one, other, kind] of [
      ['pandas, 20000 rows', 'pandas, row 15000 changed', /pandas data of the first 10,000 rows/],
      ['huggingface', 'huggingface, row 15000 changed', /Hugging Face data of the first 10,000 rows/],
      ['numpy', 'numpy, number 15000 changed', /NumPy arrays of the first 10,000 values/],
    ] as const) {
      const diff = await diffOf(one, other);
      const { row, isSame } = digestRow(diff);
      assert.ok(isSame, other);
      assert.match(row.covers?.text ?? '', kind);
      assert.doesNotMatch(diff.summary, /digests/);
    }
    assert.ok(!digestRow(await diffOf('pandas', 'pandas, columns renamed')).isSame);
  });

  it('say nothing where their kind is not known', () => {
    const profile = '{"num_rows": 3, "num_elements": 6}';
    assert.equal(digestCoverage({ digest: 'v2 of the rides', profile }), null);
    assert.equal(digestCoverage({ digest: '5903841808316979319', profile: null }), null);
    assert.equal(digestCoverage({ digest: 'ee994f4c', profile: '[' }), null);
    assert.match(
      digestCoverage({ digest: 'ee994f4c', profile: '{"approx_count": "unknown"}' })?.text ?? '',
      /the data itself does not count/,
    );
  });

  it('are shown as short as tells them apart', () => {
    assert.deepEqual(shortDigests(['ee994f4c', '5903841808316979319', '14744236685319260451']), [
      'ee994f4c',
      '59038418…',
      '14744236…',
    ]);
    assert.deepEqual(shortDigests(['5903841808316979319', '5903841899']), ['590384180…', '5903841899']);
    assert.deepEqual(shortDigests(['123456789']), ['123456789']);
    assert.deepEqual(shortDigests(['\u202e12345678901']), ['�1234567…']);
    assert.deepEqual(shortDigests([]), []);
  });
});
