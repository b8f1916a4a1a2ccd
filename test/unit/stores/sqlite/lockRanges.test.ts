import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  lockBytePage,
  readableDatabaseRanges,
  readableShmRanges,
} from '../../../../src/stores/sqlite/lockRanges';

describe('byte ranges that SQLite locks on Windows', () => {
  it('the page at 1 GiB is never read, whatever the page size', () => {
    const sizes = fc.constantFrom(512, 1024, 4096, 65536);
    fc.assert(
      fc.property(sizes, fc.nat(200_000), fc.nat(300_000), (pageSize, back, length) => {
        const locked = (lockBytePage(pageSize) - 1) * pageSize;
        const offset = Math.max(0, 0x40000000 - back);
        const ranges = readableDatabaseRanges(offset, length, pageSize);
        const covered = ranges.reduce((sum, range) => sum + range.length, 0);
        const overlap = Math.max(0, Math.min(offset + length, locked + pageSize) - Math.max(offset, locked));
        assert.equal(covered, length - overlap, 'everything else is read');
        for (const range of ranges) {
          assert.ok(range.offset + range.length <= locked || range.offset >= locked + pageSize);
        }
      }),
    );
  });

  it('bytes 120 to 127 of a -shm file are never read', () => {
    assert.deepEqual(readableShmRanges(0, 136), [
      { offset: 0, length: 120 },
      { offset: 128, length: 8 },
    ]);
    assert.deepEqual(readableShmRanges(120, 8), []);
  });

  it('SQLite’s own lock page: 262,145 with pages of 4 KiB', () => {
    assert.equal(lockBytePage(4096), 262_145);
  });
});
