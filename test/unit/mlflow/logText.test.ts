import * as assert from 'node:assert/strict';
import { logText } from '../../../src/mlflow/logText';

describe('an entry of the log', () => {
  it('is one entry, whatever a name in it holds', () => {
    assert.equal(
      logText('store /a\n2026-01-01 00:00:00.000 [error] not ours\u202e\u001b[2J found'),
      'store /a\n  2026-01-01 00:00:00.000 [error] not ours��[2J found',
    );
  });

  it('keeps stacks as they are, without secrets', () => {
    const stack = 'Error: http://me:secret@host\n    at f (a.ts:1)\nCaused by: Error: x';
    assert.equal(logText(stack), 'Error: http://…@host\n    at f (a.ts:1)\n  Caused by: Error: x');
  });
});
