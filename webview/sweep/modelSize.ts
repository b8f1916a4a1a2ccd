import type { SweepColumn, SweepPageData } from '../../src/protocol/sweep';
import { readColumn } from '../../src/series/columns';

const ID = 'attribute:modelSize';

/** The page's data with the size of each run's model as a column, once it is known. */
export function withModelSizes(data: SweepPageData, bytes: Float64Array | undefined): SweepPageData {
  if (!bytes || bytes.length !== data.runs.length) {
    return data;
  }
  const column: SweepColumn = {
    ...readColumn(Array.from(bytes, (size) => (Number.isNaN(size) ? null : size))),
    id: ID,
    kindOf: 'attribute',
    name: 'model size',
    direction: 'lower',
  };
  return { ...data, columns: [...data.columns.filter(({ id }) => id !== ID), column] };
}
