import type { SortTerm } from '../mlflow/runTable';
import type { OrderClause } from '../search/syntax';

/** A column's sort as MLflow's order_by says it; undefined where it cannot. */
export function orderClause({ column, descending }: SortTerm): OrderClause | undefined {
  if (column.kind !== 'attribute') {
    return { field: { entity: column.kind, key: column.key }, descending };
  }
  const key = {
    name: 'run_name',
    status: 'status',
    start: 'start_time',
    duration: 'duration',
    commit: 'commit',
    runId: 'run_id',
  }[column.key];
  return key === undefined ? undefined : { field: { entity: 'attribute', key }, descending };
}
