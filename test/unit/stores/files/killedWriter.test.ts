import * as assert from 'node:assert/strict';
import { workerBundle } from '../../../../scripts/workerBundle';
import { filesMedium } from '../../../../src/stores/files/writer/medium';
import { removeTempFolders } from '../../../support/database';
import { copyOf, killFilesWriter } from '../../../support/filesWriting';
import { NOW } from '../../../support/writer';

describe('a writer of an mlruns folder that is killed', function () {
  this.timeout(60_000);
  after(removeTempFolders);

  it('at 20 points leaves a store as it was before or after one of its files, and no half one', async () => {
    const root = copyOf();
    const seen = new Set<string>();
    await killFilesWriter(
      root,
      { kills: 20, distFolder: workerBundle() },
      async ({ kill, text, isState }) => {
        assert.ok(isState, `kill ${kill}: a state that no step leads to`);
        seen.add(text);
        // What was left under construction is no hindrance.
        const later = filesMedium(root);
        await later.carryOut({ type: 'createRegisteredModel', name: 'afterwards' }, NOW);
        assert.equal(
          await later.read({ kind: 'registeredModel', name: 'afterwards', field: 'exists' }),
          'true',
        );
      },
    );
    assert.ok(seen.size > 5, `${seen.size} different states`);
  });
});
