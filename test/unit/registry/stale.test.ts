import * as assert from 'node:assert/strict';
import type { StoreError } from '../../../src/mlflow/errors';
import type { Fact } from '../../../src/mlflow/writer';
import { mustBeAsSeen } from '../../../src/registry/stale';

const fact = (runId: string, seen: string | null): Fact => ({
  label: `the tag of ${runId}`,
  subject: { kind: 'tag', runId, key: 'k' },
  seen,
});

/** What a store holds now, by run. */
const store =
  (now: Record<string, string>) =>
  async (subject: Fact['subject']): Promise<string | null> =>
    subject.kind === 'tag' ? (now[subject.runId] ?? null) : null;

describe('what was seen', () => {
  it('is let through while it is so', async () => {
    await mustBeAsSeen([fact('a', 'x'), fact('b', null), fact('c', '')], store({ a: 'x', c: '' }));
  });

  it('is told with what is so now, and how much else is different', async () => {
    const now = store({ a: 'y', b: '' });
    await assert.rejects(
      mustBeAsSeen([fact('a', 'x'), fact('b', null), fact('c', null), fact('d', 'x')], now),
      (error: StoreError) => {
        assert.equal(error.code, 'STALE');
        assert.equal(
          error.message,
          'Someone changed this meanwhile: the tag of a is now "y"; it was "x" (and 2 more). Nothing was changed.',
        );
        assert.deepEqual(error.details, [
          { label: 'the tag of a', seen: 'x', now: 'y' },
          { label: 'the tag of b', seen: null, now: '' },
          { label: 'the tag of d', seen: 'x', now: null },
        ]);
        return true;
      },
    );
    await assert.rejects(
      mustBeAsSeen([fact('d', '')], now),
      /^StoreError: Someone changed this meanwhile: the tag of d is now missing; it was empty\. Nothing was changed\.$/,
    );
  });
});
