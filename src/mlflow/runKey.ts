import { fieldsOf, isText } from './shape';

/** A run, named across stores. */
export interface RunKey {
  store: string;
  runId: string;
}

export function isRunKey(value: unknown): value is RunKey {
  const { store, runId } = fieldsOf(value);
  return isText(store) && isText(runId);
}

export function keyOf(run: RunKey): string {
  return `${run.store}\n${run.runId}`;
}

export function sameRun(a: RunKey, b: RunKey): boolean {
  return a.store === b.store && a.runId === b.runId;
}
