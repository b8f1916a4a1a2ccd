import { StoreError } from './errors';
import type { StoreDescription, StoreFeatures } from './store';

/**
 * Refuses where a store has no place for something, in the store's own words.
 *
 * @param instead a sentence that follows: what can be done without it
 * @throws StoreError NOT_SUPPORTED_BY_SCHEMA
 */
export function mustHave(
  { features, advice }: StoreDescription,
  feature: keyof StoreFeatures,
  instead?: string,
): void {
  if (!features[feature]) {
    const reason = advice[feature] ?? 'This store has no place for that.';
    throw new StoreError('NOT_SUPPORTED_BY_SCHEMA', instead === undefined ? reason : `${reason} ${instead}`);
  }
}
