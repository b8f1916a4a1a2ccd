import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { HistoryCache } from '../../../../src/stores/rest/historyCache';
import { removeTempFolders, tempFolder } from '../../../support/database';

const POINTS = 1000;
const rows = {
  steps: Float64Array.from({ length: POINTS }, (_, i) => i),
  timestamps: Float64Array.from({ length: POINTS }, (_, i) => 1e12 + i),
  values: Float64Array.from({ length: POINTS }, (_, i) => (i === 5 ? NaN : i === 6 ? -Infinity : i / 3)),
  stepRests: Float64Array.from({ length: POINTS }, (_, i) => (i === POINTS - 1 ? 1 : 0)),
};
const keyOf = (run: number): { runId: string; key: string } => ({ runId: String(run), key: 'a/β' });

describe('histories of a tracking server in the extension’s storage', () => {
  after(removeTempFolders);

  const sizeOf = (folder: string): number =>
    fs.readdirSync(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);

  it('come back as they were: NaN, infinities and steps beyond 2^53', () => {
    const options = { folder: tempFolder(), owner: 'somebody' };
    new HistoryCache(options).keep(keyOf(1), 'ended', rows);
    assert.deepEqual(new HistoryCache(options).read(keyOf(1), 'ended'), rows);
    assert.equal(new HistoryCache(options).read(keyOf(1), 'ended otherwise'), null);
    assert.equal(new HistoryCache(options).read(keyOf(2), 'ended'), null);
  });

  it('take no more room than they may; the longest unused go', () => {
    let now = Date.now();
    const options = { folder: tempFolder(), owner: 'somebody', most: 350_000, now: () => now };
    const cache = new HistoryCache(options);
    for (let run = 0; run < 40; run++) {
      now += 1000;
      cache.keep(keyOf(run), 'ended', rows);
      cache.read(keyOf(0), 'ended');
      assert.ok(sizeOf(options.folder) <= 350_000);
    }
    assert.ok(cache.read(keyOf(0), 'ended'), 'it was used all the time');
    assert.ok(cache.read(keyOf(39), 'ended'));
    assert.equal(cache.read(keyOf(20), 'ended'), null);
  });

  it('are forgotten after a day, as points may have come late', () => {
    let now = Date.now();
    const cache = new HistoryCache({ folder: tempFolder(), owner: 'somebody', now: () => now });
    cache.keep(keyOf(1), 'ended', rows);
    now += 23 * 3_600_000;
    assert.ok(cache.read(keyOf(1), 'ended'));
    now += 2 * 3_600_000;
    assert.equal(cache.read(keyOf(1), 'ended'), null);
  });

  it('leave nothing half written behind, and keep no short ones', () => {
    const folder = tempFolder();
    const cache = new HistoryCache({ folder, owner: 'somebody' });
    cache.keep(keyOf(1), 'ended', rows);
    cache.keep(keyOf(2), 'ended', { steps: [1], timestamps: [1], values: [1] });
    assert.deepEqual(
      fs.readdirSync(folder).map((name) => path.extname(name)),
      ['.history'],
    );
  });
});
