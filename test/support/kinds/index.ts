import { sqliteKind } from './sqlite';
import type { StoreKindUnderTest } from './storeKind';

/** Every kind of store that the contract suite runs on. */
export const STORE_KINDS: readonly StoreKindUnderTest[] = [sqliteKind];
