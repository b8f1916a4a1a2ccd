import { TAG_PARENT } from '../../mlflow/family';
import type { RowSource } from '../../search/predicate';
import { TAG_COMMIT, TAG_RUN_NAME } from '../../search/syntax';
import { foldAscii } from '../../search/like';
import type { NumberColumn, TextColumn } from './columns';
import type { RunColumns } from './runColumns';

/**
 * The columns of a table as the rows of a predicate.
 * @param glance looks for words in names and ids only
 */
export function columnSource(table: RunColumns, glance = false): RowSource<number> {
  const number = (column: NumberColumn) => (row: number) => column.get(row);
  const text = (column: TextColumn) => (row: number) => column.get(row);
  const list = (column: TextColumn) => (row: number) => {
    const value = column.get(row);
    return value === undefined ? [] : [value];
  };
  const lists = (all: string[][]) => (row: number) => all[row] ?? [];
  return {
    metric: (key) => number(table.metric({ kind: 'metric', key })),
    param: (key) => text(table.text('param', key)),
    tag: (key) => text(table.text('tag', key)),
    textAttribute: (key) => {
      switch (key) {
        case 'run_id':
          return (row) => [table.ids[row]!];
        case 'run_name':
          return list(table.text('tag', TAG_RUN_NAME));
        case 'status':
          return list(table.status);
        case 'user_id':
          return list(table.user);
        case 'artifact_uri':
          return list(table.artifactUris());
        case 'parent':
          return list(table.text('tag', TAG_PARENT));
        case 'commit':
          return list(table.text('tag', TAG_COMMIT));
        case 'registered':
          return lists(table.lists('registered name'));
        default:
          return () => [];
      }
    },
    numberAttribute: (key) => {
      switch (key) {
        case 'start_time':
          return number(table.start);
        case 'end_time':
          return number(table.end);
        case 'duration':
          return number(table.attribute('duration') as NumberColumn);
        case 'depth': {
          const depths = table.depths();
          return (row) => depths[row];
        }
        default:
          return () => undefined;
      }
    },
    dataset: (key) =>
      key === 'name' || key === 'digest' || key === 'context'
        ? lists(table.lists(`dataset ${key}`))
        : () => [],
    term: (folded) => {
      const found = glance ? table.nameTerm(folded) : table.term(folded);
      return (row) => found[row] === 1 || foldAscii(table.ids[row]!).includes(folded);
    },
  };
}
