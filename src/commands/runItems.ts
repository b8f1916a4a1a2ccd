import type { RunInfo } from '../mlflow/entities';
import { formatAge } from '../mlflow/format';
import type { TrackingStore } from '../mlflow/store';
import { nameOfRun, shortRunId } from '../mlflow/tellApart';
import { readApart } from '../stores/readApart';

/** A run as a quick pick offers it. */
export interface RunItem {
  label: string;
  /** `lr 0.01 · 2d ago · 4b64c14e`: what tells it from the runs of its name that are offered with it comes first. */
  description: string;
  runId: string;
}

/** Runs of one store as a quick pick offers them, told apart from each other. @throws StoreError CANCELLED */
export async function runItems(
  store: Pick<TrackingStore, 'getRuns'>,
  infos: readonly RunInfo[],
  now: number,
  signal?: AbortSignal,
): Promise<RunItem[]> {
  const apart = await readApart(store, infos, signal);
  return infos.map((info) => {
    const age = info.startTime === null ? '' : formatAge(info.startTime, now);
    // Where nothing else differs the id is told already.
    const facts = new Set([apart.get(info.runId) ?? '', age, shortRunId(info.runId)]);
    return {
      label: nameOfRun(info),
      description: [...facts].filter(Boolean).join(' · '),
      runId: info.runId,
    };
  });
}
