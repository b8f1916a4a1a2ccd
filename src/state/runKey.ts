import { fieldsOf, isText } from '../mlflow/shape';

/** A run, named across stores. */
export interface RunKey {
  store: string;
  runId: string;
}

export interface RunColor {
  /** Index into the palettes of state/colors, of the same name in every theme kind. */
  color: number;
  /** Index into the dash patterns. */
  dash: number;
  /** `#rrggbb` from the run's tag `mlflow.runColor`, in the place of the palette's. */
  tagged?: string;
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
