import { AsyncLocalStorage } from 'node:async_hooks';
import { cancelled, isCancelled, isStoreError, StoreError, toStoreError } from '../../mlflow/errors';
import type { RunQuery } from '../../mlflow/store';
import type { WorkspaceSummary } from '../../mlflow/workspace';
import { heldAnswers } from '../held/answers';
import { searchExperiments } from '../held/searchExperiments';
import { searchLoggedModels, searchRegisteredModels } from '../held/searchModels';
import { countRuns, searchRuns, withSelected } from '../held/searchRuns';
import { Histories } from '../histories';
import type { StoreAnswers } from '../requests';
import { untilHere } from '../runTable/loader';
import { describe, readWorkspaces } from './describe';
import type { ServerRun } from './entities';
import type { Exchange } from './exchange';
import { HistoryCache, type HistoryCacheOptions } from './historyCache';
import { serverHistories, wholeHistory, type ServerMark } from './histories';
import { LoadedRuns } from './loadedRuns';
import { RegistryReader } from './registry';
import { RecentRuns } from './recentRuns';
import { RunReader } from './runs';
import { filterOf, isPaged, searchPages, servedOf } from './searchRuns';
import { Server } from './server';
import { Views } from './views';
import { Watched } from './watched';

export interface RestOptions {
  /** The workspace that is named in each request; null for none. */
  workspace: string | null;
  /** Each request costs the server a password hash: it is looked at less often (reference servers.md, section 5). */
  slow: boolean;
  /** Where histories of ended runs are kept; missing: nowhere. */
  histories?: Pick<HistoryCacheOptions, 'folder' | 'owner'>;
}

/** Looks in a row that find a server busy, after which it is away: one slow answer takes nothing off the screen. */
const AWAY = 2;

const EVERYTHING = { params: 'all', metrics: 'all', tags: 'all' } as const;

/**
 * Answers all that is asked of a tracking server. Lists, runs and models are asked of the server each time; the run
 * table and what a server cannot sort are answered out of the newest runs, which are loaded for it.
 */
export function restAnswers(sending: Exchange, options: RestOptions): StoreAnswers {
  /** Set in all that a look asks for: what somebody waits for goes before it. */
  const looking = new AsyncLocalStorage<true>();
  const exchange: Exchange = (request, signal) =>
    sending(looking.getStore() ? { ...request, priority: 'background' } : request, signal);
  const server = new Server(exchange, options.workspace);
  const reader = new RunReader(server);
  const registry = new RegistryReader(server, reader);
  const now = (): number => Date.now();
  const loaded = new LoadedRuns(
    reader,
    registry,
    (wanted, signal) => servedOf(server, reader, wanted, signal),
    now,
  );
  const watched: Watched = new Watched({ slow: options.slow, now, looks: (runs) => views.looks(runs) });
  const views: Views = new Views(reader, registry, loaded, watched);
  const histories = new Histories<ServerMark>();
  const cache = options.histories && new HistoryCache(options.histories);
  const recent = new RecentRuns({
    recent: reader.recent,
    rows: (runIds, signal) => reader.byId(runIds, signal),
    note: (runIds, found) => views.noteRuns(runIds, found),
  });
  const held = heldAnswers({
    read: (scope, signal) => loaded.read(scope, signal),
    histories: ({ runs }) => serverHistories(server, runs),
    history: (runId, key, signal) => wholeHistory(server, { runId, key }, signal),
  });

  let upgrades = 0;
  /** Looks that failed, one after the other. */
  let failures = 0;
  /** Why it is not looked at any more by itself: accounts get locked. */
  let refused: StoreError | null = null;

  /** Where a page of the server is no answer, out of the newest runs that the server finds. */
  const searchLoaded = async (query: RunQuery, signal?: AbortSignal) => {
    await (await loaded.read(query, signal)).part?.whole(signal);
    const store = await loaded.read(query, signal);
    const page = await untilHere(() => searchRuns(store, query, now()), signal);
    views.table(
      query,
      page.items.map(({ info }) => info),
    );
    const part = store.part?.state();
    if (!part || !(part.isPart || part.isFound)) {
      return page;
    }
    const { remaining, ...known } = page;
    return {
      ...known,
      items: page.items.map((row) => ({ ...row, childCount: null })),
      ...(remaining === undefined || part.isPart ? {} : { remaining }),
    };
  };

  const workspaces = async (signal?: AbortSignal): Promise<WorkspaceSummary[]> =>
    readWorkspaces(server, signal);

  return {
    ...held,
    open: (_, { signal }) => server.api(signal).then(() => null),
    poll: async ({ asked }) => {
      if (refused && !asked) {
        throw refused;
      }
      refused = null;
      try {
        if (asked) {
          await server.check();
        }
        const changed = await looking.run(true, () => watched.poll(asked));
        const isOther = server.upgrades > upgrades;
        upgrades = server.upgrades;
        failures = 0;
        if (changed === 'more' || isOther) {
          reader.forget();
          loaded.forgetOthers();
        }
        if (changed !== 'nothing' || isOther) {
          reader.recent.clear();
          views.forget();
        }
        return changed !== 'nothing' || isOther;
      } catch (error) {
        // Who answers next may be a server that was upgraded meanwhile.
        server.forget();
        failures++;
        if (isStoreError(error) && error.code === 'BUSY' && !asked && failures < AWAY) {
          throw error;
        }
        const away = awayOf(error);
        refused = isStoreError(error) && error.code === 'UNAUTHENTICATED' ? away : null;
        throw away;
      }
    },
    workspaces: (_, { signal }) => workspaces(signal),
    describe: async (_, { signal }) => describe(server, await workspaces(signal), signal),
    searchExperiments: async (query, { signal }) => {
      const experiments =
        query.pageToken === undefined ? await views.experiments(signal) : await reader.experiments(signal);
      return searchExperiments(experiments, query);
    },
    getExperiment: ({ experimentId }, { signal }) => views.experiment(experimentId, signal),
    countRuns: async ({ experimentIds, view }, { signal }) => {
      if (signal?.aborted) {
        throw cancelled();
      }
      const known = experimentIds.filter((id) => loaded.isComplete({ experimentIds: [id], view }));
      return known.length === 0 ? new Map() : countRuns((await loaded.read(null, signal)).runs, known, view);
    },
    searchRuns: async (query, { signal }) => {
      const filter = await filterOf(reader, query, now(), signal);
      return isPaged(query, filter)
        ? views.page(query, (given) => searchPages(server, reader, query, filter, given), signal)
        : searchLoaded(query, signal);
    },
    getRun: async ({ runId }, { signal }) => {
      const { run } = await views.run(runId, signal);
      return withSelected(run, EVERYTHING);
    },
    getRuns: async (query, { signal }) => {
      const found = await views.rows(query.runIds, signal);
      return query.runIds.flatMap((runId) => {
        const row: ServerRun | undefined = found.get(runId);
        return row ? [withSelected(row.run, query)] : [];
      });
    },
    getRunInputs: async ({ runId }, { signal }) => (await views.run(runId, signal)).inputs,
    getMetricSummaries: async ({ runId, keys }, { signal }) =>
      histories.summaries(
        serverHistories(server, await recent.rows([runId], signal), signal, cache),
        runId,
        keys,
        signal,
      ),
    sampleMetrics: async (request, { signal }) => {
      const runIds = [...new Set(request.series.map(({ runId }) => runId))];
      const rows = await recent.rows(runIds, signal);
      return histories.sample(serverHistories(server, rows, signal, cache), request, signal);
    },
    searchRegisteredModels: async (query, { signal }) =>
      searchRegisteredModels(await views.models(query.pageToken === undefined, signal), query),
    getRegisteredModel: ({ name }, { signal }) => views.model(name, signal),
    searchLoggedModels: async (query, { signal }) =>
      searchLoggedModels(await registry.loggedModels(query.experimentIds ?? [], signal), query),
    tableRows: async (query, context) => {
      const answer = await held.tableRows(query, context);
      const shown = [...answer.pinned.rows, ...answer.rows];
      views.table(query, loaded.infos(shown.flatMap((row) => (row.type === 'run' ? [row.runId] : []))));
      return answer;
    },
  };
}

/** What is shown of a server that cannot be asked whether it changed is as of before, whatever the reason. */
function awayOf(error: unknown): StoreError {
  const { message } = toStoreError(error);
  return isCancelled(error)
    ? toStoreError(error)
    : new StoreError('NOT_FOUND', message, undefined, { cause: error });
}
