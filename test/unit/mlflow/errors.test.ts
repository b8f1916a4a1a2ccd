import * as assert from 'node:assert/strict';
import {
  fromPlainError,
  isCancelled,
  isStoreError,
  toPlainError,
  toStoreError,
  toTracedError,
  traceOf,
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
    assert.ok(isCancelled(new StoreErrorOfAnotherBundle('CANCELLED', 'Canceled.')));
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

  it('keep their cause, also across a thread, and the log shows it', () => {
    const cause = new TypeError('cannot read');
    const [error, sent] = [toStoreError(cause), structuredClone(toTracedError(cause))];
    assert.equal(error.cause, cause);
    for (const trace of [traceOf(error), traceOf(fromPlainError(sent))]) {
      assert.match(
        trace,
        /^(Store)?Error: cannot read\n[^]*\nCaused by: [^]*TypeError: cannot read\n +at [^]*errors\.test/,
      );
    }
    assert.match(traceOf('just text'), /^just text$/);
    const circle = new Error('round');
    circle.cause = circle;
    assert.ok(traceOf(circle).length <= 10_000);
  });
});
