/** Attribute columns that are made of several rows of the store. */
import { tookOf } from '../../mlflow/origin';
import { NumberColumn, TextColumn, type Column } from './columns';
import { modelFlavor, modelSize } from './models';
import type { AsTheyRan, RunRows } from './runRows';

/** JSON about the models that a run logged (MLflow < 3). */
export const HISTORY_TAG = 'mlflow.log-model.history';

/** A tag's value, or the run's own where it has no such tag. */
export function withFallback(table: RunRows, tag: string, fallback: TextColumn): TextColumn {
  const tags = table.text('tag', tag);
  const made = new TextColumn(table.rows);
  for (let row = 0; row < table.rows; row++) {
    made.set(row, tags.get(row) ?? (fallback.get(row) || null));
  }
  return made;
}

/** The name of each run's experiment. */
export function experimentNames(table: RunRows): TextColumn {
  const names = new Map<string, string>();
  table.source.experimentNames((id, name) => names.set(id, name));
  const made = new TextColumn(table.rows);
  for (let row = 0; row < table.rows; row++) {
    const id = table.experiment.get(row);
    made.set(row, id === undefined ? null : (names.get(id) ?? id));
  }
  return made;
}

/** End less start, ms; none where they are in another unit. */
export function durations(rows: number, { start, end }: AsTheyRan): NumberColumn {
  const made = new NumberColumn(rows);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [start.get(row), end.get(row)];
    made.set(row, tookOf({ startTime: from ?? null }, to ?? null));
  }
  return made;
}

/** The different texts of each list, with commas. */
export function joined(rows: number, lists: readonly string[][]): TextColumn {
  const made = new TextColumn(rows);
  lists.forEach((list, row) => made.set(row, [...new Set(list)].join(', ')));
  return made;
}

/** Flavor, or size in bytes, of the newest model that each run logged. */
export function models(table: RunRows, what: 'model' | 'modelSize'): Column {
  const size = new NumberColumn(table.rows);
  const flavor = new TextColumn(table.rows);
  if (what === 'model') {
    table.source.modelTypes((runId, type) => {
      const row = table.index.get(runId);
      if (row !== undefined && type !== '') {
        flavor.set(row, type);
      }
    });
  }
  table.ids.forEach((runId, row) => {
    const fact = table.source.learnedModel(runId);
    flavor.set(row, fact?.flavor ?? flavor.get(row) ?? null);
    size.set(row, fact?.bytes ?? null);
  });
  // Not kept as a column: a kilobyte of JSON a run.
  table.source.text('tag', HISTORY_TAG, (runId, value) => {
    const row = table.index.get(runId);
    if (row !== undefined && value !== null) {
      if (what === 'model') {
        flavor.set(row, modelFlavor(value) ?? flavor.get(row) ?? null);
      } else {
        size.set(row, modelSize(value));
      }
    }
  });
  return what === 'model' ? flavor : size;
}
