import * as assert from 'node:assert/strict';
import { onFailure } from '../../../src/mlflow/failures';
import { Listeners } from '../../../src/mlflow/listeners';

describe('listeners', () => {
  afterEach(() => onFailure(undefined));

  it('are all told, also where one fails, and who tells them goes on', () => {
    const failures: unknown[] = [];
    onFailure((error) => failures.push(error));
    const listeners = new Listeners<[number]>();
    const told: number[] = [];
    const failure = new Error('cannot draw');
    listeners.add((value) => told.push(value));
    listeners.add(() => {
      throw failure;
    });
    const last = listeners.add((value) => told.push(-value));
    listeners.tell(1);
    last.dispose();
    listeners.tell(2);
    assert.deepEqual(told, [1, -1, 2]);
    assert.deepEqual(failures, [failure, failure]);
  });
});
