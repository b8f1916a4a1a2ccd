import { NumberColumn } from './columns';
import type { HeldColumn } from './heldColumns';
import type { KeyKind, TableLoader } from './loader';
import { RunColumns } from './runColumns';
import type { TableScope } from '../../mlflow/runTable';
import { keepShapes } from './shapes';

/** More runs than this, looked up one by one, cost more than a column. */
const MAX_PATCHED = 500;

/** Beyond this many runs a commit of somebody else does not make every column be read again. */
const SMALL = 4000;

/**
 * The runs of a scope now, with the columns of an earlier state where that is cheaper.
 * @param now the clock, ms
 */
export function tableAfter(
  previous: RunColumns | null,
  loader: TableLoader,
  scope: TableScope,
  now: () => number,
): RunColumns {
  const kept = previous && previous.ids.length > SMALL ? previous : null;
  const made = new RunColumns(loader, scope, kept, now);
  if (kept) {
    takeOver(made, kept);
  }
  return made;
}

/**
 * Gives a table the columns of an earlier state, with the runs read again that a commit can have changed. New metrics
 * and params are never missed. Where a tag that is written over leaves no trace (TableLoader.tracesTags), its column is
 * `unsure` and soon read anew (HeldColumns).
 */
function takeOver(table: RunColumns, kept: RunColumns): void {
  keepShapes(kept, table);
  const known = kept.ids.length;
  const logged = table.source.changedSince(kept.marks, MAX_PATCHED);
  if (logged === null) {
    return;
  }
  const changed = new Set([...table.ids.slice(known), ...logged.filter((runId) => table.index.has(runId))]);
  for (const runId of table.source.tracesTags ? [] : alteredRuns(table, kept, known)) {
    if (changed.size >= MAX_PATCHED) {
      break;
    }
    changed.add(runId);
  }
  if (changed.size > MAX_PATCHED) {
    return;
  }
  for (const [id, before] of kept.trustedColumns()) {
    const [, kind, key] = /^(metric|param|tag):([^]*)$/.exec(id) ?? [];
    if (kind !== undefined && key !== undefined) {
      table.adopt(id, patched(table, kind as KeyKind, key, before, [...changed]));
    }
  }
}

/** Runs whose rows differ, then those that still run and may write their tags anew. */
function alteredRuns(table: RunColumns, kept: RunColumns, known: number): string[] {
  const altered: string[] = [];
  const running: string[] = [];
  for (let row = 0; row < known; row++) {
    if (!table.alive[row]) {
      continue;
    }
    const status = table.status.get(row);
    if (
      status !== kept.status.get(row) ||
      table.name.get(row) !== kept.name.get(row) ||
      table.end.get(row) !== kept.end.get(row)
    ) {
      altered.push(table.ids[row]!);
    } else if (status === 'RUNNING' || status === 'SCHEDULED') {
      running.push(table.ids[row]!);
    }
  }
  return [...altered, ...running];
}

function patched(
  table: RunColumns,
  kind: KeyKind,
  key: string,
  before: HeldColumn,
  changed: readonly string[],
): HeldColumn {
  const { index, source } = table;
  // A copy: this state may yet turn out to be none, and then the earlier column is taken again.
  const copy = before.column.copy(table.rows);
  changed.forEach((runId) => copy.set(index.get(runId)!, null));
  if (copy instanceof NumberColumn) {
    source.metricsOf([key], changed, (runId, _, value) => copy.set(index.get(runId)!, value));
  } else if (kind !== 'metric') {
    source.textsOf(kind, [key], changed, (runId, _, value) => copy.set(index.get(runId)!, value));
  }
  return { ...before, column: copy, unsure: kind === 'tag' && !source.tracesTags };
}
