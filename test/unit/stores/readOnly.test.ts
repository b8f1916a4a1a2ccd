import * as assert from 'node:assert/strict';
import { unlessReadOnly } from '../../../src/stores/readOnly';
import { dumpDatabase, makeRegistryStore, removeTempFolders } from '../../support/database';
import { buildWriter, testWriter } from '../../support/writer';

describe('a writer that may not write', () => {
  after(removeTempFolders);

  it('says why, asks again at each change, and writes once it may', async () => {
    const file = makeRegistryStore('3.17.2');
    let reason: string | null = 'This window is in Restricted Mode.';
    const writer = unlessReadOnly(testWriter(file, { distFolder: buildWriter() }), () => reason);
    const request = { changes: [{ type: 'createExperiment' as const, name: 'new' }], expected: [] };
    const before = dumpDatabase(file);
    await assert.rejects(writer.apply(request), { code: 'READ_ONLY', message: reason });
    assert.deepEqual(dumpDatabase(file), before);
    reason = null;
    await writer.apply(request);
    assert.notDeepEqual(dumpDatabase(file), before);
  });
});
