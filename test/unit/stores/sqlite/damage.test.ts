import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { unpackFixture } from '../../../support/fixtures';
import { damagedStores } from '../../../support/tortures/damage';
import { damaged, ourReader, statements, writeDamaged } from '../../../support/damage';

describe('damaged stores: never a crash, a hang or endless memory; the rows of python’s sqlite3, or one error', function () {
  this.timeout(170_000);

  // test/torture has more of them.
  damagedStores(15);

  it('a sound copy is answered', async () => {
    const file = path.join(await unpackFixture('sqlite-3.17.2'), 'mlflow.db');
    const reader = ourReader();
    const verdict = await reader.ask(file, statements('', ''), 10_000);
    reader.close();
    assert.deepEqual(verdict?.errors, []);
    writeDamaged(file, damaged(fs.readFileSync(file), 0));
  });
});
