import { StoreError } from '../mlflow/errors';
import type { Fact, ReadFact } from '../mlflow/writer';

/** A fact that is no longer as it was seen. */
export interface StaleFact {
  label: string;
  seen: string | null;
  now: string | null;
}

/**
 * Reads again what the user saw before the change. Throws STALE, with the StaleFacts as details, where something
 * is different now.
 */
export async function mustBeAsSeen(facts: readonly Fact[], read: ReadFact): Promise<void> {
  const stale: StaleFact[] = [];
  for (const { label, subject, seen } of facts) {
    const now = await read(subject);
    if (now !== seen) {
      stale.push({ label, seen, now });
    }
  }
  const first = stale[0];
  if (first) {
    throw new StoreError(
      'STALE',
      `Someone changed this meanwhile: ${first.label} is now ${inWords(first.now)}; it was ${inWords(first.seen)}` +
        `${stale.length > 1 ? ` (and ${stale.length - 1} more)` : ''}. Nothing was changed.`,
      stale,
    );
  }
}

function inWords(value: string | null): string {
  return value === null ? 'missing' : value === '' ? 'empty' : `"${value}"`;
}
