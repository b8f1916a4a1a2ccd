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
  let away: Away | null = null;

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
      if (away && !asked && Date.now() < away.until) {
        throw away.error;
      }
      try {
        if (asked || away) {
          // Whether it is there takes one request; what is shown may take dozens.
          await server.check();
        }
        const changed = await looking.run(true, () => watched.poll(asked || away !== null));
        const isOther = server.upgrades > upgrades;
        upgrades = server.upgrades;
        failures = 0;
        away = null;
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
        if (isCancelled(error)) {
          throw error;
        }
        failures++;
        if (isStoreError(error) && error.code === 'BUSY' && !asked && failures < AWAY) {
          throw error;
        }
        away = awayAfter(error, away);
        throw away.error;
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

/** A server that could not be asked whether it changed: what is shown of it is as of before. */
interface Away {
  error: StoreError;
  /** It is not asked by itself before, ms since 1970. */
  until: number;
  /** From this failure to the next try, ms. */
  pause: number;
}

/** After the first failure, ms; doubled with each further one, up to the second. */
const FIRST_PAUSE = 3000;
const LONGEST_PAUSE = 30_000;

function awayAfter(error: unknown, before: Away | null): Away {
  const { code, message } = toStoreError(error);
  // A password that it refused is not sent to it again by itself: accounts get locked.
  const pause =
    code === 'UNAUTHENTICATED' ? Infinity : before ? Math.min(LONGEST_PAUSE, before.pause * 2) : FIRST_PAUSE;
  return {
    error: new StoreError('NOT_FOUND', message, undefined, { cause: error }),
    until: Date.now() + pause,
    pause,
  };
}
