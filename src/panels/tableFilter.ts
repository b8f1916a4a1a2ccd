import { plainText } from '../mlflow/format';
import type { RunTable, TableColumn, TableScope } from '../mlflow/runTable';
import { parseFilter } from '../search/parse';
import type { Filter, KeyEntity } from '../search/syntax';
import { fieldText } from '../search/text';
import type { Direction } from '../state/metrics';

/** Characters of a key. */
const LONGEST_EXAMPLE = 40;
/** Enough for one key of each entity. */
const LIMIT = 8;

/**
 * The tree of a table's filter. Keys without a prefix are asked of the store, which holds them.
 *
 * @param now settles relative times, ms
 * @throws SearchError
 */
export async function filterOf(
  table: () => Promise<Pick<RunTable, 'findColumns'>>,
  scope: TableScope,
  text: string,
  now: number,
  signal: AbortSignal,
): Promise<Filter | null> {
  const known = new Map<string, KeyEntity[]>();
  for (;;) {
    let missing: string | undefined;
    try {
      const tree = parseFilter(text, now, (key) => {
        const entities = known.get(key);
        missing ??= entities ? undefined : key;
        return entities ?? ['metric'];
      });
      if (missing === undefined) {
        return tree;
      }
    } catch (error) {
      // What is refused may be the guess above.
      if (missing === undefined) {
        throw error;
      }
    }
    const key = missing;
    const query = { ...scope, text: key, limit: LIMIT, complete: false };
    const { columns } = await (await table()).findColumns(query, signal);
    known.set(
      key,
      columns.flatMap(({ column }) =>
        column.kind !== 'attribute' && column.key === key ? [column.kind] : [],
      ),
    );
  }
}

/**
 * A filter that shows what can be typed, of keys that the table has.
 * @param columns the first metric of them is taken whose name can be shown as it is
 */
export function exampleFilter(
  columns: readonly TableColumn[],
  directionOf: (metric: string) => Direction,
): string {
  const metric = columns.find(
    ({ kind, key }) => kind === 'metric' && plainText(key, LONGEST_EXAMPLE) === key,
  )?.key;
  const finished = "status = 'FINISHED'";
  return metric === undefined
    ? finished
    : `${fieldText({ entity: 'metric', key: metric })} ${directionOf(metric) === 'higher' ? '>' : '<'} 0.5 and ${finished}`;
}
