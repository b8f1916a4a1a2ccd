import type { Change, Writer } from '../../src/mlflow/writer';
import { applyStepwise } from '../../src/registry/stepwise';

/**
 * A writer without transactions over one with: each change of a request is one for itself.
 *
 * @param between called before each step, for what others do meanwhile; steps count from 0
 */
export function stepwiseWriter(writer: Writer, between: (step: number, change: Change) => void): Writer {
  return {
    transactional: false,
    apply: (request, signal, onWaiting) => {
      let steps = 0;
      return applyStepwise(
        request,
        'one step after the other',
        async (change, expected, now) => {
          between(steps++, change);
          const step = { changes: [change], expected: [...expected], now };
          return (await writer.apply(step, signal, onWaiting)).created[0] ?? null;
        },
        signal,
      );
    },
  };
}
