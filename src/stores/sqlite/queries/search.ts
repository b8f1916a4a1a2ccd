import { StoreError } from '../../../mlflow/errors';
import { parseOrder } from '../../../search/order';
import { parseFilter } from '../../../search/parse';
import { filterToSql, orderToSql, type SqlSchema } from '../../../search/sql';
import { SearchError } from '../../../search/syntax';
import type { Reader } from '../reader';

/** What the search language has to know of a store's schema. */
export function searchSchema({ schema }: Reader): SqlSchema {
  return {
    latestMetrics: schema.has('latest_metrics'),
    isNan: schema.has('metrics', 'is_nan'),
    step: schema.has('metrics', 'step'),
    datasets: schema.has('datasets') && schema.has('inputs') && schema.has('input_tags'),
    modelVersions: schema.has('model_versions'),
  };
}

/**
 * Ids of the runs for which a filter holds, in the order asked for, then start time, newest first, then id.
 * `where` is a condition on `runs`, with its values.
 *
 * @throws StoreError INVALID_PARAMETER_VALUE with details {from, to} where the filter or order is refused
 */
export function searchRunIds(
  reader: Reader,
  query: { filter?: string; orderBy?: readonly string[]; where: string; params: readonly (string | number)[] },
): string[] {
  const { filter = '', orderBy = [], where, params } = query;
  const { tree, terms } = refusedAsStoreError(() => ({
    tree: parseFilter(filter, Date.now()),
    terms: parseOrder(orderBy),
  }));
  // By the trees, not the texts: "7d ago" is another moment each time.
  return reader.memo(`search ${JSON.stringify([tree, terms, where, params])}`, () => {
    const schema = searchSchema(reader);
    const condition = tree ? filterToSql(tree, schema) : { sql: '1', params: [] };
    const order = orderToSql(terms, schema);
    const found: string[] = [];
    reader.each(
      `SELECT r.run_uuid FROM runs r${order.joins.sql}
        WHERE r.run_uuid IN (SELECT runs.run_uuid FROM runs WHERE ${where}) AND ${condition.sql}
        ORDER BY ${order.orderBy}`,
      [...order.joins.params, ...params, ...condition.params],
      (row) => found.push(row.text(0)),
    );
    return found;
  });
}

/** A refusal of the search language as the error that crosses threads and pages, with its place. */
export function refusedAsStoreError<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SearchError) {
      throw new StoreError('INVALID_PARAMETER_VALUE', error.message, { from: error.from, to: error.to });
    }
    throw error;
  }
}
