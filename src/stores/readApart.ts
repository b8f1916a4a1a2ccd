import type { RunInfo } from '../mlflow/entities';
import { isCancelled } from '../mlflow/errors';
import type { TrackingStore } from '../mlflow/store';
import { nameOfRun, tellApart } from '../mlflow/tellApart';
import { metricRank } from '../state/metricRank';

type Listed = Pick<RunInfo, 'runId' | 'runName' | 'startTime'>;

/** Namesakes whose params are read; of more only the start and the id are told, which a list knows anyway. */
const MOST_READ = 300;

/**
 * What tells runs of a list from others of the same name in it, by run id; runs whose name no other has are not in it.
 * Where all have names of their own nothing is read, else the params and metrics of the namesakes alone, in one request.
 * Where those cannot be read, the start and the id tell them apart.
 *
 * @throws StoreError CANCELLED
 */
export async function readApart(
  store: Pick<TrackingStore, 'getRuns'>,
  runs: readonly Listed[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const namesakes = withNamesakes(runs);
  const found = namesakes.length > MOST_READ ? [] : await valuesOf(store, namesakes, signal);
  const values = new Map(found.map((run) => [run.info.runId, run]));
  const texts = tellApart(
    namesakes.map((info) => {
      // What is read knows the start too.
      return values.get(info.runId) ?? { info, params: [], metrics: [] };
    }),
    metricRank,
  );
  return new Map(namesakes.flatMap(({ runId }, index) => (texts[index] ? [[runId, texts[index]]] : [])));
}

function withNamesakes(runs: readonly Listed[]): Listed[] {
  const known = new Map(runs.map((run) => [run.runId, run]));
  const amounts = new Map<string, number>();
  for (const run of known.values()) {
    amounts.set(nameOfRun(run), (amounts.get(nameOfRun(run)) ?? 0) + 1);
  }
  return [...known.values()].filter((run) => amounts.get(nameOfRun(run))! > 1);
}

async function valuesOf(
  store: Pick<TrackingStore, 'getRuns'>,
  runs: readonly Listed[],
  signal?: AbortSignal,
): ReturnType<TrackingStore['getRuns']> {
  try {
    return runs.length === 0
      ? []
      : await store.getRuns(
          { runIds: runs.map(({ runId }) => runId), params: 'all', metrics: 'all' },
          signal,
        );
  } catch (error) {
    if (isCancelled(error)) {
      throw error;
    }
    return [];
  }
}
