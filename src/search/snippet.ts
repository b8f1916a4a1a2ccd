import { trackingLines } from '../mlflow/workspace';
import { ATTRIBUTES, type Filter, type OrderClause } from './syntax';
import { splitForServer, type ServerKnows } from './rest';
import { fieldText, filterText } from './text';

/** What the reader's MLflow is taken to be; the snippet says the rest in a comment. */
const NEWEST: ServerKnows = { nullTests: true, nan: true, lists: true };

/**
 * Python that repeats a search through MLflow's own client. What MLflow's grammar cannot say is left in a comment,
 * and so are orders that it does not know.
 */
export function searchSnippet(search: {
  trackingUri: string;
  experimentIds: readonly string[];
  filter: Filter | null;
  order: readonly OrderClause[];
  view: 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';
}): string {
  const { trackingUri, experimentIds, filter, order, view } = search;
  const { server } = splitForServer(filter, NEWEST);
  const rest = filter === null ? null : unsaid(filter);
  const clauses = order
    .filter(({ field }) => field.entity !== 'attribute' || ATTRIBUTES.get(field.key)?.mlflow)
    .map(({ field, descending }) => `${fieldText(field)} ${descending ? 'DESC' : 'ASC'}`);
  return [
    ...trackingLines(trackingUri),
    'runs = mlflow.search_runs(',
    experimentIds.length > 0
      ? `    experiment_ids=[${experimentIds.map(python).join(', ')}],`
      : '    search_all_experiments=True,',
    ...(server === '' ? [] : [`    filter_string=${python(server)},`]),
    ...(clauses.length === 0 ? [] : [`    order_by=[${clauses.map(python).join(', ')}],`]),
    ...(view === 'ACTIVE_ONLY' ? [] : [`    run_view_type=mlflow.entities.ViewType.${view},`]),
    ')',
    ...(rest === null ? [] : [`# MLflow's grammar cannot say this part: ${rest.replace(/\s+/g, ' ')}`]),
    '',
  ].join('\n');
}

/** The conditions that a server cannot be asked, as text. */
function unsaid(filter: Filter): string | null {
  const parts = (filter.type === 'and' ? filter.nodes : [filter]).filter(
    (node) => splitForServer(node, NEWEST).server === '',
  );
  return parts.length === 0 ? null : parts.map((part) => filterText(part) ?? '…').join(' AND ');
}

/** A Python literal. JSON's escapes are Python's too. */
function python(text: string): string {
  return JSON.stringify(text);
}
