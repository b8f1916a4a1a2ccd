import type { TrialState } from '../mlflow/optunaTrial';
import type { RunTable, TableColumn, TableScope } from '../mlflow/runTable';
import type { Completion } from '../protocol/table';
import { completionItems, completionPlace, meansTrials, type Vocabulary } from '../search/complete';
import type { Field } from '../search/syntax';

const LIMIT = 50;

/** What can be typed at a place of a filter, from the keys and values of the store. */
export async function completions(
  table: RunTable,
  scope: TableScope,
  text: string,
  offset: number,
  signal: AbortSignal,
): Promise<Completion> {
  const place = completionPlace(text, offset);
  if (!place) {
    return { from: offset, to: offset, items: [] };
  }
  const words: Vocabulary = { keys: [], values: [] };
  if (place.kind === 'key' && place.entity !== 'attribute' && place.entity !== 'dataset') {
    const found = await table.findColumns(
      { ...scope, text: place.prefix, limit: 4 * LIMIT, complete: false },
      signal,
    );
    for (const { column } of found.columns) {
      if (column.kind !== 'attribute' && (place.entity === undefined || place.entity === column.kind)) {
        words.keys.push({ entity: column.kind, key: column.key });
      }
    }
  } else if (place.kind === 'value') {
    const column = columnOf(place.field);
    if (column) {
      words.values = await table.findValues({ ...scope, column, text: place.prefix, limit: LIMIT }, signal);
    }
  }
  if (meansTrials(place)) {
    words.trials = await trialStates(table, scope, signal);
  }
  return { from: place.from, to: place.to, items: completionItems(place, words, LIMIT) };
}

/** How trials of Optuna's ended here; nothing where the store has none, though a tag may be called `state`. */
async function trialStates(table: RunTable, scope: TableScope, signal: AbortSignal): Promise<TrialState[]> {
  const { columns } = await table.findColumns(
    { ...scope, text: 'datetime_complete', limit: 1, complete: false },
    signal,
  );
  if (columns.length === 0) {
    return [];
  }
  const column: TableColumn = { kind: 'tag', key: 'state' };
  const values = await table.findValues({ ...scope, column, text: '', limit: LIMIT }, signal);
  return (['PRUNED', 'FAIL', 'COMPLETE'] as const).filter((state) => values.includes(state));
}

/** The column whose values a field has; undefined where there are none to offer. */
function columnOf({ entity, key }: Field): TableColumn | undefined {
  switch (entity) {
    case 'param':
    case 'tag':
      return { kind: entity, key };
    case 'dataset':
      return key === 'name' ? { kind: 'attribute', key: 'dataset' } : undefined;
    case 'attribute': {
      const attribute = { run_name: 'name', user_id: 'user', commit: 'commit', registered: 'registered' }[
        key
      ];
      return attribute === undefined ? undefined : { kind: 'attribute', key: attribute };
    }
    case 'metric':
      return undefined;
  }
}
