import * as assert from 'node:assert/strict';
import { damageReport } from '../damageReport';
import { fixture, SQLITE_VERSIONS } from '../fixtures';

/** Compares what we and python read of damaged copies of the store of each MLflow, `each` copies of one. */
export function damagedStores(each: number): void {
  SQLITE_VERSIONS.forEach((version, index) => {
    it(`${each} damaged copies of a store of MLflow ${version}`, async () => {
      const folder = await fixture(`sqlite-${version}`);
      const report = await damageReport(folder, { first: index * each, count: each });
      assert.equal(report.files, each);
      assert.deepEqual(report.died, []);
      assert.deepEqual(report.different, []);
      assert.deepEqual(report.onlyPython, []);
      assert.deepEqual(report.unclear, []);
      assert.ok(report.peak < 512, `${report.peak} MB`);
      assert.ok(report.slowest < 10_000, `${report.slowest} ms`);
      // Else nothing was compared.
      assert.ok(report.equal > each * 4, `only ${report.equal} equal answers`);
    });
  });
}
