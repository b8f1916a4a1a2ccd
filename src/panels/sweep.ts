import { valueOf, type Experiment, type Run } from '../mlflow/entities';
import { isCancelled, toStoreError } from '../mlflow/errors';
import { asItRan, durationAsItRan, TRIAL_TAGS } from '../mlflow/optunaTrial';
import { lastLogged, runCondition } from '../mlflow/runCondition';
import type { TrackingStore } from '../mlflow/store';
import { nameOfRun, runLabels } from '../mlflow/tellApart';
import type { RequestHandlers } from '../protocol/messages';
import type { SweepArguments } from '../protocol/pages';
import type { SweepColumn, SweepPageData, SweepProtocol } from '../protocol/sweep';
import { readColumn, type Cell } from '../series/columns';
import { metricRank } from '../state/metricRank';
import { metricDirection, sharedMetrics } from '../state/metrics';
import { agreedTags } from '../stores/newestRuns';
import { storeName } from '../stores/uri';
import { pageHeadline } from './headline';
import { modelSizes } from './modelSizes';
import type { PageDefinition, PageServices, PageSession } from './page';

/** Runs drawn at most; what is left out is said. */
const MOST_RUNS = 5000;
const PAGE = 1000;
/** Params that are axes, and metrics; what is left out is said. */
const MOST_COLUMNS = 500;
/** A category's text travels at most this long, and its place in the list tells it from others. */
const LONGEST_TEXT = 300;
const SETTINGS = 'sweep';

/** Pictures that choose a model among the runs of a sweep. */
export const sweepPage: PageDefinition<'sweep', SweepProtocol> = {
  name: 'sweep',
  icon: 'sweep',
  initialTitle: () => 'Sweep',
  key: (args) => JSON.stringify(args),
  stores: ({ store }) => [store],
  handlers,
};

function handlers(
  args: SweepArguments,
  services: PageServices,
  session: PageSession,
): RequestHandlers<SweepProtocol> {
  const hover = services.state.onDidHover((run) => session.emit('hovered', run));
  session.onDispose(() => hover.dispose());
  session.onDispose(() => services.state.setBrushed(null));
  let brushing = false;
  let brushCleared = false;
  const followBrush = services.state.onDidChange(() => {
    if (brushing && services.state.brushed === null) {
      brushing = false;
      brushCleared = true;
      session.emit('brushCleared', null);
    }
  });
  session.onDispose(() => followBrush.dispose());
  let shown: Run[] = [];
  return {
    load: async (_, signal) => {
      const { data, runs } = await load(args, services, signal);
      shown = runs;
      const about = data.parent?.name ?? data.experiments.map(({ name }) => name).join(', ');
      session.setTitle(`Sweep · ${about || data.storeName}`);
      // A run that was selected elsewhere while the page was hidden.
      queueMicrotask(() => session.emit('hovered', services.state.hovered));
      return { ...data, brushCleared };
    },
    modelSizes: async (_, signal) => {
      try {
        const store = await services.stores.get(args.store);
        const experimentIds = [...new Set(shown.map(({ info }) => info.experimentId))];
        return { bytes: await modelSizes(store, shown, experimentIds, signal), problem: null };
      } catch (error) {
        if (isCancelled(error)) {
          throw error;
        }
        return { bytes: new Float64Array(shown.length).fill(NaN), problem: toStoreError(error).message };
      }
    },
    hover: async ({ runId }) => {
      session.hover(runId === null ? null : { store: args.store, runId });
      return null;
    },
    brush: async ({ runIds }) => {
      brushing = false;
      brushCleared = false;
      services.state.setBrushed(runIds && runIds.map((runId) => ({ store: args.store, runId })));
      brushing = runIds !== null;
      return null;
    },
    saveSettings: async ({ settings }) => {
      services.state.setSetting(SETTINGS, settings);
      return null;
    },
  };
}

async function load(
  args: SweepArguments,
  services: PageServices,
  signal: AbortSignal,
): Promise<{ data: Omit<SweepPageData, 'brushCleared'>; runs: Run[] }> {
  const store = await services.stores.get(args.store);
  const parent = args.parentRunId === undefined ? null : await store.getRun(args.parentRunId, signal);
  const { runs, omitted, gone } = await findRuns(args, store, parent, signal);
  const ids = new Set([...(args.experimentIds ?? []), ...runs.map(({ info }) => info.experimentId)]);
  const experiments = await Promise.all([...ids].slice(0, 20).map((id) => store.getExperiment(id, signal)));
  const { columns, omitted: omittedColumns } = columnsOf(runs, experiments, services);
  const drawn = new Set(columns.filter(({ kindOf }) => kindOf === 'metric').map(({ name }) => name));
  const shared = sharedMetrics(runs).filter((key) => drawn.has(key));
  const headline = pageHeadline(shared, args.store, experiments[0], services);
  const labels = runLabels(runs, metricRank);
  return {
    runs,
    data: {
      store: args.store,
      storeName: storeName(args.store),
      experiments: experiments.map(({ experimentId, name }) => ({ experimentId, name })),
      parent: parent && {
        runId: parent.info.runId,
        name: nameOfRun(parent.info),
      },
      runs: runs.map((run, index) => ({
        runId: run.info.runId,
        name: labels[index]!,
        state: runCondition(asItRan(run), lastLogged(run), services.now()),
        startTime: asItRan(run).startTime,
      })),
      columns,
      objective: headline === undefined ? null : `metric:${headline}`,
      omitted,
      omittedColumns,
      gone,
      settings: services.state.setting(SETTINGS) ?? null,
      stale:
        store.state.status === 'gone' ? { since: store.state.since, message: store.state.message } : null,
    },
  };
}

async function findRuns(
  args: SweepArguments,
  store: TrackingStore,
  parent: Run | null,
  signal: AbortSignal,
): Promise<{ runs: Run[]; omitted: number; gone: number }> {
  if (args.runIds) {
    const wanted = args.runIds.slice(0, MOST_RUNS);
    const found = await Promise.all(wanted.map((runId) => runOrNull(store, runId, signal)));
    const runs = found.filter((run) => run !== null);
    return {
      runs: oldestFirst(runs),
      omitted: args.runIds.length - wanted.length,
      gone: wanted.length - runs.length,
    };
  }
  const runs: Run[] = [];
  let pageToken: string | undefined;
  do {
    const page = await store.searchRuns(
      {
        experimentIds: parent ? [parent.info.experimentId] : (args.experimentIds ?? []),
        view: 'ACTIVE_ONLY',
        ...(parent ? { parent: { runId: parent.info.runId } } : {}),
        maxResults: PAGE,
        ...(pageToken ? { pageToken } : {}),
        params: 'all',
        metrics: 'all',
        tags: ['mlflow.log-model.history', 'mlflow.parentRunId', ...TRIAL_TAGS],
      },
      signal,
    );
    runs.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && runs.length < MOST_RUNS);
  return { runs: oldestFirst(withoutParents(runs)), omitted: pageToken === undefined ? 0 : 1, gone: 0 };
}

/** null for a run that was deleted for good. */
async function runOrNull(store: TrackingStore, runId: string, signal: AbortSignal): Promise<Run | null> {
  try {
    return await store.getRun(runId, signal);
  } catch (error) {
    if (toStoreError(error).code === 'RESOURCE_DOES_NOT_EXIST') {
      return null;
    }
    throw error;
  }
}

/** The run that only holds a sweep together has none of the sweep's params. */
function withoutParents(runs: readonly Run[]): Run[] {
  const parents = new Set(runs.flatMap(({ tags }) => valueOf(tags, 'mlflow.parentRunId') ?? []));
  return runs.filter((run) => !parents.has(run.info.runId) || run.metrics.length > 0);
}

function oldestFirst(runs: readonly Run[]): Run[] {
  const started = new Map(runs.map((run) => [run, asItRan(run).startTime ?? 0]));
  return runs.toSorted((a, b) => started.get(a)! - started.get(b)!);
}

function columnsOf(
  runs: readonly Run[],
  experiments: readonly Experiment[],
  services: PageServices,
): { columns: SweepColumn[]; omitted: number } {
  const { kept: params, omitted: omittedParams } = mostShared(runs.map((run) => run.params));
  const { kept: metrics, omitted: omittedMetrics } = mostShared(runs.map((run) => run.metrics));
  const put = (columns: Map<string, Cell[]>, key: string, run: number, cell: Cell): void => {
    const cells = columns.get(key);
    if (cells) {
      cells[run] = cell;
    }
  };
  runs.forEach((run, index) => {
    run.params.forEach(({ key, value }) => put(params, key, index, value));
    run.metrics.forEach(({ key, value }) => put(metrics, key, index, value));
  });
  const duration = runs.map((run): Cell => {
    const ms = durationAsItRan(run);
    return ms === undefined ? null : Math.max(0, ms) / 1000;
  });
  const tags = experiments[0]?.tags ?? [];
  const { metricDirections } = services.settings();
  const runTags = agreedTags(runs);
  const direction = (key: string): SweepColumn['direction'] =>
    metricDirection(key, tags, metricDirections, runTags);
  const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
  const columns = [
    ...[...params].sort(byName).map(([name, cells]) => column('param', name, cells, 'unknown')),
    ...[...metrics].sort(byName).map(([name, cells]) => column('metric', name, cells, direction(name))),
    { ...column('attribute', 'training time (s)', duration, 'lower'), id: 'attribute:duration' },
  ];
  return { columns, omitted: omittedParams + omittedMetrics };
}

/** An empty column for each of the keys that most runs have: a cell a run each, so keys of single runs would fill memory. */
function mostShared(runs: readonly (readonly { key: string }[])[]): {
  kept: Map<string, Cell[]>;
  omitted: number;
} {
  const shared = new Map<string, number>();
  for (const pairs of runs) {
    pairs.forEach(({ key }) => shared.set(key, (shared.get(key) ?? 0) + 1));
  }
  const keys = [...shared].sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1)).slice(0, MOST_COLUMNS);
  const kept = new Map(keys.map(([key]) => [key, new Array<Cell>(runs.length).fill(null)]));
  return { kept, omitted: shared.size - kept.size };
}

function column(
  kindOf: SweepColumn['kindOf'],
  name: string,
  cells: readonly Cell[],
  direction: SweepColumn['direction'],
): SweepColumn {
  const read = readColumn(cells);
  return {
    ...read,
    categories: read.categories.map((text) =>
      text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text,
    ),
    id: `${kindOf}:${name}`,
    kindOf,
    name,
    direction,
  };
}
