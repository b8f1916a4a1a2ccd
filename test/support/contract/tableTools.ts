import * as assert from 'node:assert/strict';
import type { Cells, RunTableRow, TableColumn, TableQuery, TableRows } from '../../../src/mlflow/runTable';

/** What the contract suite asks of run tables, and how it reads the answers. */

export const metric = (key: string, rule: Partial<TableColumn> = {}): TableColumn => ({
  kind: 'metric',
  key,
  ...rule,
});
export const param = (key: string): TableColumn => ({ kind: 'param', key });
export const tag = (key: string): TableColumn => ({ kind: 'tag', key });

export const QUERY: Omit<TableQuery, 'experimentIds'> = {
  view: 'ACTIVE_ONLY',
  filter: '',
  now: 0,
  sort: [],
  tree: false,
  group: [],
  expanded: false,
  toggled: [],
  hidden: [],
  only: null,
  from: 0,
  count: 1000,
  columns: [],
  pinned: [],
  locate: [],
};

export function runsOf({ rows }: TableRows): RunTableRow[] {
  return rows.filter((row) => row.type === 'run');
}

export function idsOf(answer: TableRows): string[] {
  return runsOf(answer).map(({ runId }) => runId);
}

/** The numbers of a column; undefined where one is missing. */
export function numbers(cells: Cells | undefined): (number | undefined)[] {
  assert.ok(cells?.type === 'number');
  return Array.from(cells.values, (value, row) => (cells.present[row] === 1 ? value : undefined));
}

export function texts(cells: Cells | undefined): (string | null)[] {
  assert.ok(cells?.type === 'text');
  return cells.values;
}
