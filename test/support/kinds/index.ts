import { filesKind } from './files';
import { memoryKind } from './memory';
import { sqliteKind } from './sqlite';
import type { StoreKindUnderTest } from './storeKind';

/** Every kind of store that the contract suite runs on. */
export const STORE_KINDS: readonly StoreKindUnderTest[] = [sqliteKind, memoryKind(true), filesKind];

/** Kinds that differ from one of those in their writer only. */
export const OTHER_WRITERS: readonly StoreKindUnderTest[] = [memoryKind(false)];
