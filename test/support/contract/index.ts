import type { StoreKindUnderTest } from '../kinds/storeKind';
import { artifactsContract } from './artifacts';
import { changesContract } from './changes';
import { familiesContract } from './families';
import { pagingContract } from './paging';
import { readingContract } from './reading';
import { samplingContract } from './sampling';
import { searchingContract } from './searching';
import { staleRefusalContract } from './staleRefusal';
import { tableGrowthContract } from './tableGrowth';
import { tableWindowsContract } from './tableWindows';
import { writingContract } from './writing';
import { writingRefusalsContract } from './writingRefusals';

/** What every kind of store must do, artifacts apart. */
export function storeContract(kind: StoreKindUnderTest): void {
  readingContract(kind);
  searchingContract(kind);
  pagingContract(kind);
  familiesContract(kind);
  tableWindowsContract(kind);
  tableGrowthContract(kind);
  samplingContract(kind);
  changesContract(kind);
}

export { artifactsContract };

/** What the writer of every kind of store must do. */
export function writerContract(kind: StoreKindUnderTest): void {
  writingContract(kind);
  writingRefusalsContract(kind);
  staleRefusalContract(kind);
}
