import { fieldOf } from './field';
import { SearchError, type OrderClause } from './syntax';
import { tokenize } from './tokens';

/** Ours beside MLflow's: what a list is sorted by. */
const SORTABLE = new Set([
  'run_id',
  'run_name',
  'status',
  'user_id',
  'artifact_uri',
  'start_time',
  'end_time',
  'duration',
  'commit',
]);

/**
 * MLflow's order_by, and `duration` and `commit` beside it: `metrics.rmse DESC`, ASC where nothing is said.
 * Throws SearchError where MLflow refuses: a strange clause, a field twice.
 */
export function parseOrder(clauses: readonly string[]): OrderClause[] {
  const seen = new Set<string>();
  return clauses.map((clause) => {
    const [key, direction, ...rest] = tokenize(clause);
    if (key?.type !== 'word' && (key?.type !== 'string' || key.quote === "'")) {
      throw new SearchError(`"${clause}" is not an order: write metrics.rmse DESC.`, 0, clause.length);
    }
    const field = fieldOf(key);
    const word = direction?.text.toUpperCase() ?? 'ASC';
    const extra = rest[0] ?? (word === 'ASC' || word === 'DESC' ? undefined : direction);
    if (extra) {
      throw new SearchError('A key is followed by ASC or DESC and nothing else.', extra.from, clause.length);
    }
    if (field.entity === 'dataset' || (field.entity === 'attribute' && !SORTABLE.has(field.key))) {
      throw new SearchError(`Runs cannot be sorted by ${field.key}.`, key.from, key.to);
    }
    const name = `${field.entity}.${field.key}`;
    if (seen.has(name)) {
      throw new SearchError(`${field.key} is sorted by twice.`, key.from, key.to);
    }
    seen.add(name);
    return { field, descending: word === 'DESC' };
  });
}
