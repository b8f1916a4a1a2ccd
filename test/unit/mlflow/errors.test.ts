import * as assert from 'node:assert/strict';
import {
  fromPlainError,
  isCancelled,
  isStoreError,
  toPlainError,
  toStoreError,
} from '../../../src/mlflow/errors';

/** As another bundle of the extension has it: the same name, another class. */
class StoreErrorOfAnotherBundle extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'StoreError';
  }
}

describe('store errors', () => {
  it('are known across bundles, with their code', () => {
    const other = new StoreErrorOfAnotherBundle('RESOURCE_DOES_NOT_EXIST', 'There is no such run.');
    assert.ok(isStoreError(other));
    assert.equal(toStoreError(other).code, 'RESOURCE_DOES_NOT_EXIST');
    assert.ok(isCancelled(new StoreErrorOfAnotherBundle('CANCELLED', 'Cancelled.')));
    assert.ok(!isStoreError(new Error('plain')));
  });

  it('survive the way over a message', () => {
    const sent = JSON.parse(
      JSON.stringify(toPlainError(new StoreErrorOfAnotherBundle('STALE', 'Changed.'))),
    ) as {
      code: 'STALE';
      message: string;
    };
    const arrived = fromPlainError(sent);
    assert.equal(arrived.code, 'STALE');
    assert.equal(arrived.message, 'Changed.');
  });
});
