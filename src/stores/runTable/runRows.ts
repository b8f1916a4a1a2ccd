import type { NumberColumn, TextColumn } from './columns';
import type { TableLoader } from './loader';
import type { RunIndex } from './runIndex';

/** Status and times of runs, by row. */
export interface AsTheyRan {
  readonly status: TextColumn;
  readonly start: NumberColumn;
  readonly end: NumberColumn;
}

/** What a column that is made of others is made of: a table's runs, and the texts that the store has of them. */
export interface RunRows extends AsTheyRan {
  readonly ids: readonly string[];
  readonly rows: number;
  readonly index: RunIndex;
  readonly experiment: TextColumn;
  readonly source: TableLoader;
  text(kind: 'param' | 'tag', key: string): TextColumn;
  /** Several tags whole, read in one walk. */
  tags(keys: readonly string[]): TextColumn[];
  /** A value that depends on the runs and columns, made once. */
  memo<T>(key: string, make: () => T): T;
}
