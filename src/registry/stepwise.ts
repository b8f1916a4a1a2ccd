import { StoreError, toPlainError } from '../mlflow/errors';
import type { Change, Fact, PartlyApplied, ReadFact, WriteRequest, WriteResult } from '../mlflow/writer';
import { canonicalChange, mustBeAllowed, type TagLimits } from './rules';
import { mustBeAsSeen } from './stale';

/** Makes one change, if the facts are as they were seen; answers the id of what was created, or null. */
export type Step = (change: Change, expected: readonly Fact[], now: number) => Promise<string | null>;

/** What a kind of store brings to be written to. */
export interface Medium {
  read: ReadFact;
  /** Carries out what the rules allow. @param now the timestamp to write, ms */
  carryOut(change: Change, now: number): Promise<string | null>;
  /** MLflow's own where missing. */
  limits?: TagLimits;
}

/** A step by the rules that all kinds of stores share. */
export function stepOf(medium: Medium): Step {
  const { read, limits } = medium;
  return async (wanted, expected, now) => {
    await mustBeAsSeen(expected, read);
    const change = canonicalChange(wanted);
    await mustBeAllowed(change, read, limits);
    return medium.carryOut(change, now);
  };
}

/**
 * Applies a request where there are no transactions: all facts are looked at before the first change, and before
 * each further one those about it again. Throws StoreError: PARTLY_APPLIED where it ends after the first change.
 *
 * @param engine what did the writing, for WriteResult
 */
export async function applyStepwise(
  { changes, expected, now = Date.now() }: WriteRequest,
  engine: string,
  step: Step,
  signal?: AbortSignal,
): Promise<WriteResult> {
  const created: (string | null)[] = [];
  for (const [place, change] of changes.entries()) {
    try {
      if (signal?.aborted) {
        throw new StoreError('CANCELLED', 'Canceled: nothing was changed.');
      }
      const facts = place === 0 ? expected : expected.filter((fact) => isAbout(fact, change));
      created.push(await step(change, facts, now));
    } catch (error) {
      if (place === 0) {
        throw error;
      }
      const details: PartlyApplied = {
        applied: place,
        of: changes.length,
        reason: toPlainError(error),
        result: { now, created, engine },
      };
      throw new StoreError(
        'PARTLY_APPLIED',
        `${place} of ${changes.length} changes were made, then: ${details.reason.message}`,
        details,
      );
    }
  }
  return { now, created, engine };
}

/** Whether a fact is about what the change changes: a version, a tag, a run… */
export function isAbout({ subject }: Fact, change: Change): boolean {
  const { kind, ...names } = subject;
  const changed = new Map<string, unknown>(Object.entries(change));
  return (
    !(kind === 'registeredModel' && changed.has('version')) &&
    Object.entries(names).every(([name, value]) => name === 'field' || changed.get(name) === value)
  );
}
