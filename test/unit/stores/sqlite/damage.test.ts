import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { damageReport } from '../../../support/damageReport';
import { fixture, SQLITE_VERSIONS, unpackFixture } from '../../../support/fixtures';
import { damaged, ourReader, statements, writeDamaged } from '../../../support/damage';

/** 1,000 files in all. */
const EACH = 125;

describe('damaged stores: never a crash, a hang or endless memory; the rows of python’s sqlite3, or one error', function () {
  this.timeout(170_000);

  SQLITE_VERSIONS.forEach((version, index) => {
    it(`${EACH} damaged copies of a store of MLflow ${version}`, async () => {
      const folder = await fixture(`sqlite-${version}`);
      const report = await damageReport(folder, { first: index * EACH, count: EACH });
      assert.equal(report.files, EACH);
      assert.deepEqual(report.died, []);
      assert.deepEqual(report.different, []);
      assert.deepEqual(report.onlyPython, []);
      assert.deepEqual(report.unclear, []);
      assert.ok(report.peak < 512, `${report.peak} MB`);
      assert.ok(report.slowest < 10_000, `${report.slowest} ms`);
      // Else nothing was compared.
      assert.ok(report.equal > EACH * 4, `only ${report.equal} equal answers`);
    });
  });

  it('a sound copy is answered', async () => {
    const file = path.join(await unpackFixture('sqlite-3.17.2'), 'mlflow.db');
    const reader = ourReader();
    const verdict = await reader.ask(file, statements('', ''), 10_000);
    reader.close();
    assert.deepEqual(verdict?.errors, []);
    writeDamaged(file, damaged(fs.readFileSync(file), 0));
  });
});
