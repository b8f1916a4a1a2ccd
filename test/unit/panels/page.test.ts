import * as assert from 'node:assert/strict';
import { StoreError } from '../../../src/mlflow/errors';
import { failureLog } from '../../../src/panels/page';
import { encode } from '../../../src/protocol/codec';
import { PageServer } from '../../../src/protocol/messages';

describe('what pages ask and are refused', () => {
  it('is in the log where something failed, and not where the user typed something wrong', async () => {
    const logged: unknown[] = [];
    const answered: unknown[] = [];
    const failures: Record<string, Error> = {
      typed: new StoreError('INVALID_PARAMETER_VALUE', 'The filter ends too early.'),
      closed: new StoreError('CANCELLED', 'Canceled.'),
      gone: new StoreError('NOT_FOUND', 'The store is not there.'),
      broken: new TypeError('cannot read'),
    };
    const server = new PageServer(
      (message) => answered.push(message),
      Object.fromEntries(
        Object.entries(failures).map(([name, error]) => [name, () => Promise.reject(error)]),
      ),
      failureLog({ logError: (error) => logged.push(error) }),
    );
    let id = 0;
    for (const name of Object.keys(failures)) {
      await server.receive(encode({ kind: 'request', id: id++, name, params: null }));
    }
    assert.equal(answered.length, 4, 'each is answered');
    assert.deepEqual(logged, [failures.gone, failures.broken]);
  });
});
