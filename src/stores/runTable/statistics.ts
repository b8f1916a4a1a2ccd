import type { TableColumn } from '../../mlflow/runTable';
import type { NumberColumn, TextColumn } from './columns';

export interface Statistics {
  n: number;
  mean: number;
  min: number;
  max: number;
  /** Of a sample (n − 1); NaN for fewer than two. */
  deviation: number;
}

/** Of the values that are numbers. Welford's method: a large mean does not drown the spread. */
export function statistics(column: NumberColumn, rows: Iterable<number>): Statistics {
  let n = 0;
  let mean = 0;
  let squares = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const row of rows) {
    const value = column.values[row]!;
    if (column.present[row] === 1 && !Number.isNaN(value)) {
      n++;
      const distance = value - mean;
      mean += distance / n;
      squares += distance * (value - mean);
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  return { n, mean: n > 0 ? mean : NaN, min, max, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : NaN };
}

/** What a group's row shows of its runs' numbers: the newest start (a mean of dates says nothing), else the mean. */
export function shownNumber({ kind, key }: TableColumn, { mean, max }: Statistics): number {
  return kind === 'attribute' && key === 'start' ? max : mean;
}

/** The text that all of the runs have; undefined where they differ or none has one. */
export function commonText(column: TextColumn, rows: readonly number[]): string | undefined {
  const text = column.get(rows[0]!);
  return rows.every((row) => column.get(row) === text) ? text : undefined;
}
