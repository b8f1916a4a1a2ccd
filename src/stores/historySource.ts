import type { SeriesKey } from '../mlflow/samples';
import type { HistoryRows } from '../series/history';
import type { MaybePromise } from './steps';

/** What a part of a history is asked for by. */
export type HistoryKey = Pick<SeriesKey, 'runId' | 'key'>;

/** A part of a history, and where it ends. */
export interface HistoryChunk<Mark> {
  rows: HistoryRows;
  /** Where to go on: a new one, the old stays as it was. */
  mark: Mark;
  /** Nothing comes after it for now. */
  complete: boolean;
  /** Rows between them are left out for good: the source has no way to read them all. */
  hasGaps?: boolean;
}

/** Steps from the one to the other, both included; null for all. */
export type StepRange = readonly [number, number] | null;

/**
 * Where a kind of store reads histories from. A mark says how far one is read and means something to the source
 * alone: a row, a byte, a page token. All may answer at once or later, and may throw StoreError; none has effects.
 */
export interface HistorySource<Mark> {
  /**
   * Which state of the store it reads, told apart by identity: a history that was read to its end in a state has
   * nothing new in it.
   */
  readonly state: unknown;
  /**
   * Where to go on reading: `known` itself where all that was read up to it is still there, else a mark at the
   * beginning. A metric that is not there has an empty history.
   */
  start(key: HistoryKey, known: Mark | undefined): MaybePromise<Mark>;
  /** Whether nothing comes after the mark of what was read to its end; missing: only reading tells. */
  isAtEnd?(key: HistoryKey, mark: Mark): boolean;
  /** What comes after the mark, each row once, in any order; about `rows` rows, so that there is a pause to look up. */
  read(key: HistoryKey, mark: Mark, rows: number): MaybePromise<HistoryChunk<Mark>>;
  /**
   * The steps, or the timestamps, of the first and the last row in the order of reading, of those above `above`; null
   * where there are none. Missing where that is as dear as reading all: very long histories are then not smoothed by
   * time.
   */
  ends?(
    key: HistoryKey,
    column: 'steps' | 'timestamps',
    above: number,
  ): MaybePromise<[number, number] | null>;
  /**
   * A first picture of histories of which nothing is read yet, or of a part of them: about `columns` rows of each, spread
   * over the steps of the range, its first and its last among them, in the order of `asked`. `complete` where these are
   * all rows of the range; without a range the mark is then at the end of the history, else where reading begins. Null
   * where there is no picture. Missing: a first part of the rows is as quickly there.
   */
  overview?(
    asked: readonly { key: HistoryKey; mark: Mark }[],
    columns: number,
    range: StepRange,
  ): MaybePromise<(HistoryChunk<Mark> | null)[]>;
  /** A whole history was read, up to this mark. */
  keep?(key: HistoryKey, mark: Mark, rows: HistoryRows): void;
  /** How many parts may be asked for at once; missing: one after the other. */
  readonly parallel?: number;
}

/** A source that answers at once. */
export interface ImmediateSource<Mark> extends HistorySource<Mark> {
  start(key: HistoryKey, known: Mark | undefined): Mark;
  read(key: HistoryKey, mark: Mark, rows: number): HistoryChunk<Mark>;
  ends?(key: HistoryKey, column: 'steps' | 'timestamps', above: number): [number, number] | null;
}
