import { ATTRIBUTES, type Filter, type Leaf, type OrderClause } from './syntax';
import { fieldText, leafText } from './text';

/** What MLflow's grammar has by the server's version. */
export interface ServerKnows {
  /** IS NULL on params and tags (MLflow >= 3.17). */
  nullTests: boolean;
  /** NaN from 0 (MLflow >= 3.11). Of other servers, numeric conditions on metrics are asked on this side again. */
  nan: boolean;
  /** IN for run ids, and datasets (MLflow >= 2.4). */
  lists: boolean;
  /** How many conditions one search may have; missing: any number (reference servers.md, section 3). */
  conditions?: number;
}

/** A filter, split between a tracking server and this side. */
export interface SplitFilter {
  /** In MLflow's own grammar; empty for all. The server answers every run for which the whole filter holds. */
  server: string;
  /** What has yet to be asked of the server's answers; null where nothing has. */
  rest: Filter | null;
}

/**
 * Gives the server what MLflow's grammar can say: the conditions that are joined by AND at the top.
 */
export function splitForServer(filter: Filter | null, knows: ServerKnows): SplitFilter {
  if (filter === null) {
    return { server: '', rest: null };
  }
  const server: string[] = [];
  const rest: Filter[] = [];
  for (const node of filter.type === 'and' ? filter.nodes.flatMap(flatten) : [filter]) {
    const text = server.length < (knows.conditions ?? Infinity) ? serverText(node, knows) : undefined;
    if (text !== undefined) {
      server.push(text);
    }
    if (text === undefined || (!knows.nan && node.type === 'number' && node.field.entity === 'metric')) {
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

function serverText(node: Filter, knows: ServerKnows): string | undefined {
  if (node.type === 'and' || node.type === 'or' || node.type === 'not' || node.type === 'term') {
    return undefined;
  }
  if (!knows.lists && (node.type === 'list' || node.field.entity === 'dataset')) {
    return undefined;
  }
  if (node.field.entity === 'attribute' && !ATTRIBUTES.get(node.field.key)?.mlflow) {
    return undefined;
  }
  return speaks(node, knows) ? leafText(node) : undefined;
}

function speaks(leaf: Exclude<Leaf, { type: 'term' }>, knows: ServerKnows): boolean {
  switch (leaf.type) {
    case 'number':
      // A server that takes NaN for 0 leaves out the runs with NaN here, and they differ from 0.
      return leaf.field.entity === 'metric'
        ? knows.nan || leaf.comparator !== '!=' || leaf.value !== 0
        : leaf.field.entity === 'attribute';
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
      return knows.nullTests && (leaf.field.entity === 'param' || leaf.field.entity === 'tag');
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
