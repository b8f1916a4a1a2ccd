import { repeatedStep } from '../mlflow/earlyStopping';
import { valueOf, type Experiment, type Run } from '../mlflow/entities';
import { isCancelled, StoreError, toStoreError } from '../mlflow/errors';
import { asItRan, TRIAL_TAGS } from '../mlflow/optunaTrial';
import { lastLogged, runCondition } from '../mlflow/runCondition';
import { listOf } from '../mlflow/shape';
import type { TrackingStore } from '../mlflow/store';
import { runLabels } from '../mlflow/tellApart';
import {
  stampOf,
  type ChartMetric,
  type ChartRun,
  type ChartSampleRequest,
  type ChartSeries,
  type ChartsPageData,
  type ChartsProtocol,
} from '../protocol/charts';
import type { RequestHandlers } from '../protocol/messages';
import type { ChartsArguments } from '../protocol/pages';
import { historiesCsv } from '../series/csv';
import { HistoryColumns } from '../series/history';
import { sharedMetrics } from '../state/metrics';
import { metricRank } from '../state/metricRank';
import { isRunKey, keyOf, sameRun, type RunKey } from '../mlflow/runKey';
import { storeName } from '../stores/uri';
import { pageHeadline } from './headline';
import type { PageDefinition, PageServices, PageSession } from './page';

/** Runs drawn at most: more lines are a carpet. What is left out is said. */
const MOST_RUNS = 100;
const PARALLEL = 8;
/** Params that are carried for grouping are at most this long. */
const LONGEST_VALUE = 500;

/** Histories of a set of runs, a chart a metric (reference ui.md, part 1, section 4). */
export const chartsPage: PageDefinition<'charts', ChartsProtocol> = {
  name: 'charts',
  icon: 'charts',
  initialTitle: ({ metrics }) => (metrics?.length === 1 ? metrics[0]! : 'Charts'),
  key: (args) => JSON.stringify(args),
  stores: (args) => [
    ...new Set([...(args.runs ?? []).map(({ store }) => store), ...(args.store ? [args.store] : [])]),
  ],
  handlers,
};

function handlers(
  args: ChartsArguments,
  services: PageServices,
  session: PageSession,
): RequestHandlers<ChartsProtocol> {
  const hover = services.state.onDidHover((run) => session.emit('hovered', run));
  session.onDispose(() => hover.dispose());
  return {
    load: async (_, signal) => {
      const data = await load(args, services, signal);
      session.setTitle(title(args, data));
      // A run that was selected elsewhere while the page was hidden.
      queueMicrotask(() => session.emit('hovered', services.state.hovered));
      return data;
    },
    sample: (request, signal) => sample(request, services, signal),
    sampleAll: ({ requests }, signal) =>
      Promise.all(
        requests.map(async (request) => {
          const sampled = await sample(request, services, signal);
          return sampled.map((series, i) => (stampOf(series) === request.series[i]!.known ? null : series));
        }),
      ),
    hover: async ({ run }) => {
      session.hover(run);
      return null;
    },
    pin: async ({ run, pinned }) => {
      const others = pinnedRuns(services).filter((other) => !sameRun(other, run));
      services.state.setSetting(
        PINNED,
        pinned ? [...others, { store: run.store, runId: run.runId }] : others,
      );
      return null;
    },
    saveSettings: async ({ settings }) => {
      services.state.setSetting(SETTINGS, settings);
      return null;
    },
    savePicture: async ({ name, png }) => {
      await saveFile(services, name, png);
      return null;
    },
    saveCsv: async ({ name, series }, signal) => {
      const histories = [];
      for (const { run, key } of series) {
        const store = await services.stores.get(run.store);
        const [{ info }, history] = await Promise.all([
          store.getRun(run.runId, signal),
          store.getMetricHistory(run.runId, key, signal),
        ]);
        histories.push({ runName: info.runName, history });
      }
      await saveFile(services, name, new TextEncoder().encode(historiesCsv(histories)));
      return null;
    },
  };
}

const SETTINGS = 'charts';
const PINNED = 'charts.pinned';

function pinnedRuns({ state }: PageServices): RunKey[] {
  return listOf(state.setting(PINNED), isRunKey);
}

async function saveFile(services: PageServices, name: string, data: Uint8Array): Promise<void> {
  if (!services.saveFile) {
    throw new StoreError('NOT_SUPPORTED_BY_SCHEMA', 'Files cannot be saved from here.');
  }
  await services.saveFile(name, data);
}

function title(args: ChartsArguments, data: ChartsPageData): string {
  const about =
    data.runs.length === 1
      ? data.runs[0]!.name
      : data.experiments.map(({ name }) => name).join(', ') || data.storeName;
  return args.metrics?.length === 1 ? `${args.metrics[0]} · ${about}` : `Charts · ${about}`;
}

interface Found {
  runs: { key: RunKey; run: Run }[];
  gone: RunKey[];
  omitted: number | null;
}

async function load(
  args: ChartsArguments,
  services: PageServices,
  signal: AbortSignal,
): Promise<ChartsPageData> {
  const found = args.experimentIds
    ? await searchRuns(args, args.experimentIds, services, signal)
    : await getRuns(args.runs?.length ? args.runs : services.state.shownRuns(), services, signal);
  const pinned = new Set(pinnedRuns(services).map(keyOf));
  const isPinned = ({ key }: Found['runs'][number]): number => (pinned.has(keyOf(key)) ? 1 : 0);
  found.runs = found.runs.toSorted((a, b) => isPinned(b) - isPinned(a));
  const experiments = new Map<string, Experiment>();
  for (const { key, run } of found.runs) {
    const id = `${key.store}\n${run.info.experimentId}`;
    if (!experiments.has(id)) {
      const store = await services.stores.get(key.store);
      experiments.set(id, await store.getExperiment(run.info.experimentId, signal));
    }
  }
  const differing = differingParams(found.runs.map(({ run }) => run));
  found.runs.forEach(({ key, run }) => services.state.learnColor(key, run.tags));
  const colors = services.state.colorsOf(found.runs.map(({ key }) => key));
  const shortened = shortener();
  const labels = runLabels(
    found.runs.map(({ run }) => run),
    metricRank,
  );
  const runs = found.runs.map(({ key, run }, index): ChartRun => {
    const experiment = experiments.get(`${key.store}\n${run.info.experimentId}`);
    return {
      ...key,
      name: labels[index]!,
      experimentId: run.info.experimentId,
      experimentName: experiment?.name ?? '',
      state: runCondition(asItRan(run), lastLogged(run), services.now()),
      deleted: run.info.lifecycleStage === 'deleted',
      startTime: run.info.startTime,
      repeated: repeatedStep(run.metrics),
      parentRunId: valueOf(run.tags, 'mlflow.parentRunId') ?? null,
      color: colors[index]!,
      pinned: pinned.has(keyOf(key)),
      params: run.params
        .filter((param) => differing.has(param.key))
        .map(({ key: name, value }) => ({ key: name, value: shortened(value) })),
    };
  });
  const store = args.store ?? found.runs[0]?.key.store ?? found.gone[0]?.store ?? '';
  const state = store === '' ? undefined : services.stores.entry(store)?.store?.state;
  return {
    storeName: storeName(store),
    store,
    experiments: [...experiments.values()].map(({ experimentId, name }) => ({ experimentId, name })),
    runs,
    metrics: metricsOf(found.runs.map(({ run }) => run)),
    headline:
      pageHeadline(
        sharedMetrics(found.runs.map(({ run }) => run)),
        store,
        [...experiments.values()][0],
        services,
      ) ?? null,
    gone: found.gone,
    omitted: found.omitted,
    baseline: services.state.baseline,
    settings: services.state.setting(SETTINGS) ?? null,
    stale: state?.status === 'gone' ? { since: state.since, message: state.message } : null,
  };
}

async function searchRuns(
  args: ChartsArguments,
  experimentIds: string[],
  services: PageServices,
  signal: AbortSignal,
): Promise<Found> {
  const uri = args.store ?? '';
  const store = await services.stores.get(uri);
  const page = await store.searchRuns(
    {
      experimentIds,
      view: 'ACTIVE_ONLY',
      ...(args.filter ? { filter: args.filter } : {}),
      maxResults: MOST_RUNS,
      params: 'all',
      metrics: 'all',
      tags: ['mlflow.parentRunId', 'mlflow.runColor', ...TRIAL_TAGS],
    },
    signal,
  );
  const runs = page.items.map((run) => ({ key: { store: uri, runId: run.info.runId }, run }));
  const countOmitted = async (): Promise<number | null> => {
    const counts = args.filter ? null : await store.countRuns(experimentIds, 'ACTIVE_ONLY', signal);
    const isKnown = counts !== null && counts.size > 0 && experimentIds.every((id) => counts.has(id));
    return isKnown ? Math.max(1, [...counts.values()].reduce((a, b) => a + b, 0) - page.items.length) : null;
  };
  return {
    runs: [...runs, ...(await missingPinned(experimentIds, runs, store, uri, services, signal))],
    gone: [],
    omitted: page.nextPageToken ? await countOmitted() : 0,
  };
}

/** Pinned runs of these experiments that the search left out: too old, or not what the filter asks for. */
async function missingPinned(
  experimentIds: readonly string[],
  found: Found['runs'],
  store: TrackingStore,
  uri: string,
  services: PageServices,
  signal: AbortSignal,
): Promise<Found['runs']> {
  const known = new Set(found.map(({ key }) => keyOf(key)));
  const wanted = pinnedRuns(services).filter((key) => key.store === uri && !known.has(keyOf(key)));
  const runs = await Promise.all(
    wanted.map(async (key) => {
      try {
        return [{ key, run: await store.getRun(key.runId, signal) }];
      } catch (error) {
        if (isCancelled(error)) {
          throw error;
        }
        // Deleted for good: a pin holds nothing.
        return [];
      }
    }),
  );
  return runs
    .flat()
    .filter(({ run }) => experimentIds.length === 0 || experimentIds.includes(run.info.experimentId));
}

async function getRuns(keys: readonly RunKey[], services: PageServices, signal: AbortSignal): Promise<Found> {
  const found: Found = { runs: [], gone: [], omitted: Math.max(0, keys.length - MOST_RUNS) };
  const wanted = keys.slice(0, MOST_RUNS);
  for (let at = 0; at < wanted.length; at += PARALLEL) {
    await Promise.all(
      wanted.slice(at, at + PARALLEL).map(async (key) => {
        try {
          const store = await services.stores.get(key.store);
          found.runs.push({ key, run: await store.getRun(key.runId, signal) });
        } catch (error) {
          if (toStoreError(error).code !== 'RESOURCE_DOES_NOT_EXIST') {
            throw error;
          }
          found.gone.push(key);
        }
      }),
    );
  }
  const place = new Map(wanted.map((key, index) => [keyOf(key), index]));
  found.runs.sort((a, b) => place.get(keyOf(a.key))! - place.get(keyOf(b.key))!);
  return found;
}

function metricsOf(runs: readonly Run[]): ChartMetric[] {
  const byKey = new Map<string, number[]>();
  runs.forEach((run, index) => {
    for (const { key } of run.metrics) {
      const known = byKey.get(key) ?? [];
      known.push(index);
      byKey.set(key, known);
    }
  });
  return [...byKey]
    .map(([key, indices]) => ({ key, runs: indices }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function differingParams(runs: readonly Run[]): Set<string> {
  const values = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  for (const { params } of runs) {
    for (const { key, value } of params) {
      values.set(key, (values.get(key) ?? new Set()).add(value));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return new Set(
    [...values].flatMap(([key, seen]) => (seen.size > 1 || counts.get(key)! < runs.length ? [key] : [])),
  );
}

/** Cuts long values; those that were different stay so, for runs are grouped by them. */
function shortener(): (value: string) => string {
  const known = new Map<string, string>();
  return (value) => {
    if (value.length <= LONGEST_VALUE) {
      return value;
    }
    const short = known.get(value) ?? `${value.slice(0, LONGEST_VALUE)}… (${known.size + 1})`;
    known.set(value, short);
    return short;
  };
}

async function sample(
  request: ChartSampleRequest,
  services: PageServices,
  signal: AbortSignal,
): Promise<ChartSeries[]> {
  const results = new Array<ChartSeries>(request.series.length);
  const byStore = new Map<string, number[]>();
  request.series.forEach(({ run }, index) => {
    byStore.set(run.store, [...(byStore.get(run.store) ?? []), index]);
  });
  await Promise.all(
    [...byStore].map(async ([uri, indices]) => {
      const { series: _series, ...sampling } = request;
      const series = indices.map((index) => {
        const { run, key, origin } = request.series[index]!;
        return { runId: run.runId, key, origin };
      });
      try {
        const store = await services.stores.get(uri);
        const sampled = await store.sampleMetrics({ ...sampling, series }, signal);
        indices.forEach((index, i) => (results[index] = { ...sampled[i]!, problem: null }));
      } catch (error) {
        if (isCancelled(error)) {
          throw error;
        }
        const problem = toStoreError(error).message;
        indices.forEach((index, i) => {
          const empty = new HistoryColumns().sample(series[i]!, sampling, true);
          results[index] = { ...empty, problem };
        });
      }
    }),
  );
  return results;
}
