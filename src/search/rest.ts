import { ATTRIBUTES, type Filter, type Leaf, type OrderClause } from './syntax';
import { fieldText, leafText } from './text';

/** A filter, split between a tracking server and this side. */
export interface SplitFilter {
  /** In MLflow's own grammar; empty for all. The server answers every run for which the whole filter holds. */
  server: string;
  /** What has yet to be asked of the server's answers; null where nothing has. */
  rest: Filter | null;
}

/**
 * Gives the server what MLflow's grammar can say: the conditions that are joined by AND at the top. `nullTests`:
 * the server knows IS NULL (MLflow >= 3.10). Numeric conditions on metrics are asked here again: servers before
 * 3.11 take NaN for 0.
 */
export function splitForServer(filter: Filter | null, options: { nullTests: boolean }): SplitFilter {
  if (filter === null) {
    return { server: '', rest: null };
  }
  const server: string[] = [];
  const rest: Filter[] = [];
  for (const node of filter.type === 'and' ? filter.nodes.flatMap(flatten) : [filter]) {
    const text = serverText(node, options.nullTests);
    if (text !== undefined) {
      server.push(text);
    }
    if (text === undefined || (node.type === 'number' && node.field.entity === 'metric')) {
      rest.push(node);
    }
  }
  return {
    server: server.join(' AND '),
    rest: rest.length === 0 ? null : rest.length === 1 ? rest[0]! : { type: 'and', nodes: rest },
  };
}

function flatten(node: Filter): Filter[] {
  return node.type === 'and' ? node.nodes.flatMap(flatten) : [node];
}

function serverText(node: Filter, nullTests: boolean): string | undefined {
  if (node.type === 'and' || node.type === 'or' || node.type === 'not' || node.type === 'term') {
    return undefined;
  }
  if (node.field.entity === 'attribute' && !ATTRIBUTES.get(node.field.key)?.mlflow) {
    return undefined;
  }
  return speaks(node, nullTests) ? leafText(node) : undefined;
}

function speaks(leaf: Exclude<Leaf, { type: 'term' }>, nullTests: boolean): boolean {
  switch (leaf.type) {
    case 'number':
      return leaf.field.entity === 'metric' || leaf.field.entity === 'attribute';
    case 'text':
      return true;
    case 'list':
      return (
        leaf.field.entity === 'dataset' ||
        // MLflow drops ids with capitals from the list without a word.
        (leaf.field.key === 'run_id' &&
          leaf.field.entity === 'attribute' &&
          leaf.values.every((value) => value === value.toLowerCase()))
      );
    case 'null':
      return nullTests && (leaf.field.entity === 'param' || leaf.field.entity === 'tag');
    case 'nan':
      return false;
  }
}

/** The order_by for a server, or undefined where MLflow cannot sort so. */
export function orderForServer(order: readonly OrderClause[]): string[] | undefined {
  const can = order.every(
    ({ field }) =>
      field.entity !== 'dataset' &&
      (field.entity !== 'attribute' || (ATTRIBUTES.get(field.key)?.mlflow ?? false)),
  );
  return can
    ? order.map(({ field, descending }) => `${fieldText(field)} ${descending ? 'DESC' : 'ASC'}`)
    : undefined;
}
