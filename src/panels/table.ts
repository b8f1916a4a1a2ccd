import { isStoreError } from '../mlflow/errors';
import type { Experiment, KeyValue } from '../mlflow/entities';
import type { RunTable, TableRow, TableRows, TableView } from '../mlflow/runTable';
import type { TrackingStore } from '../mlflow/store';
import type { RequestHandlers } from '../protocol/messages';
import type { TableArguments } from '../protocol/pages';
import { readTableSettings } from '../protocol/tableChoices';
import type {
  RowsAnswer,
  RunMark,
  Selection,
  TableProtocol,
  TableSettings,
  ViewChoice,
} from '../protocol/table';
import { searchSnippet } from '../search/snippet';
import { directionAndOrigin, type Direction, type DirectionOrigin } from '../state/metrics';
import { sameRun, type RunKey } from '../mlflow/runKey';
import { exportTable } from '../stores/runTable/export';
import { newestRuns } from '../stores/newestRuns';
import { readApart } from '../stores/readApart';
import { learnRunColors } from '../stores/runColors';
import { storeName } from '../stores/uri';
import { BrushFollower } from './brush';
import { pageHeadline, putFirst } from './headline';
import { ModelFacts } from './modelFacts';
import type { PageDefinition, PageServices, PageSession } from './page';
import { completions } from './tableCompletion';
import { exampleFilter, filterOf } from './tableFilter';
import { orderClause } from './tableOrder';
import { settingsKey, tableView } from './tableView';

/** The runs of one experiment, several or all, as a table (reference ui.md, part 1, section 3). */
export const tablePage: PageDefinition<'table', TableProtocol> = {
  name: 'table',
  icon: 'table',
  initialTitle: () => 'Runs',
  // With a filter of its own it is another table: the one that is open keeps what the user typed there.
  key: (args) => `${settingsKey(args)}\n${args.filter ?? ''}`,
  stores: ({ store }) => [store],
  handlers,
};

/** More experiments than this are not asked for one by one. */
const NAMED_EXPERIMENTS = 200;

function handlers(
  args: TableArguments,
  services: PageServices,
  session: PageSession,
): RequestHandlers<TableProtocol> {
  const key = settingsKey(args);
  const own = (runId: string): RunKey => ({ store: args.store, runId });
  const settings = (): TableSettings | null => readTableSettings(services.state.setting(key));
  let experiments: Experiment[] = [];
  let runTags: readonly KeyValue[] = [];

  const store = (): Promise<TrackingStore> => services.stores.get(args.store);
  const table = async (): Promise<RunTable> => (await store()).runTable;
  const brush = new BrushFollower(services.state, args.store, args.experimentIds);
  const viewOf = async (choice: ViewChoice, signal: AbortSignal): Promise<TableView> =>
    tableView(args, choice, services, await brush.runIds(await store(), signal));
  const selectedIds = async (
    choice: ViewChoice,
    selection: Selection,
    signal: AbortSignal,
  ): Promise<string[]> => {
    if ('runIds' in selection) {
      return selection.runIds;
    }
    const but = new Set(selection.allBut);
    return (await (await table()).matching(await viewOf(choice, signal), signal)).filter(
      (runId) => !but.has(runId),
    );
  };
  /** The first experiment that says so decides. */
  const direction = (metric: string): { direction: Direction; origin: DirectionOrigin } => {
    const configured = services.settings().metricDirections;
    const said = experiments
      .map(({ tags }) => directionAndOrigin(metric, tags, configured, runTags))
      .find(({ origin }) => origin === 'experiment');
    return said ?? directionAndOrigin(metric, [], configured, runTags);
  };
  /** Of the rows that were told apart last: they are asked for again at each change of what is marked. */
  let told: { of: string; apart: ReadonlyMap<string, string> } | undefined;
  const apartOf = async (
    { version, rows, pinned }: TableRows,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> => {
    const runs = [...pinned.rows, ...rows].filter((row) => row.type === 'run');
    const of = `${version} ${runs.map(({ runId }) => runId).join(' ')}`;
    if (told?.of !== of) {
      const infos = runs.map((row) => ({ ...row, runName: row.name }));
      told = { of, apart: await readApart(await store(), infos, signal) };
    }
    return told.apart;
  };
  const closed = new AbortController();
  session.onDispose(() => closed.abort());
  const models = new ModelFacts(
    store,
    args.experimentIds,
    () => session.emit('storeChanged', null),
    closed.signal,
    services.parsers,
  );
  const followStore = services.stores.onDidChange((uri) => uri === args.store && models.forget());
  session.onDispose(() => followStore.dispose());
  const hover = services.state.onDidHover((run) => session.emit('hovered', run));
  session.onDispose(() => hover.dispose());

  return {
    open: async (_, signal) => {
      const tracking = await store();
      experiments = await experimentsOf(tracking, args.experimentIds, signal);
      const name = storeName(args.store);
      const only = args.experimentIds.length === 1 ? experiments[0] : undefined;
      session.setTitle(
        only
          ? `${only.name} · runs`
          : args.experimentIds.length === 0
            ? `${name} · runs`
            : `${args.experimentIds.length} experiments · runs`,
      );
      const [suggested, newest] = await Promise.all([
        tracking.runTable.suggestColumns({ experimentIds: args.experimentIds, view: 'ACTIVE_ONLY' }, signal),
        args.experimentIds.length > 0 ? newestRuns(tracking, args.experimentIds, signal) : null,
      ]);
      runTags = newest?.tags ?? [];
      const headline = newest && pageHeadline(newest.metrics, args.store, experiments[0], services);
      const ordered = putFirst(suggested, ({ kind, key: name }) => kind === 'metric' && name === headline);
      return {
        storeName: name,
        experiments: experiments.map(({ experimentId, name: title }) => ({ experimentId, name: title })),
        whole: args.experimentIds.length === 0,
        settings: settings(),
        suggested: ordered,
        example: exampleFilter(ordered, (metric) => direction(metric).direction),
        now: services.now(),
      };
    },
    rows: async (request, signal) => {
      const tracking = await store();
      const { from, count, columns, pinned, locate, glance } = request;
      const answer = await tracking.runTable.rows(
        { ...(await viewOf(request, signal)), from, count, columns, pinned, locate, glance },
        signal,
      );
      await learnRunColors(
        services.stores,
        services.state,
        [...answer.rows, ...answer.pinned.rows].flatMap((row) =>
          row.type !== 'group' && services.state.isShown(own(row.runId)) ? [own(row.runId)] : [],
        ),
        signal,
      );
      if (columns.some(({ kind, key: name }) => kind === 'attribute' && /^model(Size)?$/.test(name))) {
        void models.learn(answer.rows.flatMap((row) => (row.type === 'run' ? [row.runId] : [])));
      }
      const directions = columns.map(({ kind, key: metric }) =>
        kind === 'metric' ? direction(metric) : { direction: 'unknown' as const, origin: 'name' as const },
      );
      const hidden = new Set(settings()?.hidden ?? []);
      const apart = await apartOf(answer, signal);
      const markOf = (row: TableRow): RunMark | null =>
        row.type === 'group'
          ? null
          : {
              apart: apart.get(row.runId) ?? null,
              color: services.state.isShown(own(row.runId)) ? services.state.colorOf(own(row.runId)) : null,
              starred: services.state.isStarred(own(row.runId)),
              hidden: hidden.has(row.runId),
            };
      const { baseline } = services.state;
      const full: RowsAnswer = {
        ...answer,
        marks: answer.rows.map(markOf),
        pinnedMarks: answer.pinned.rows.map(markOf),
        directions: directions.map(({ direction: better }) => better),
        directionsFrom: directions.map(({ origin }) => origin),
        brushed: (await brush.runIds(tracking, signal))?.length ?? null,
        baseline: baseline?.store === args.store ? baseline.runId : null,
        hiddenCount: hidden.size,
        stale:
          tracking.state.status === 'gone'
            ? { since: tracking.state.since, message: tracking.state.message }
            : null,
        now: services.now(),
      };
      return full;
    },
    load: async ({ view, column }, signal) =>
      (await table()).load({ experimentIds: args.experimentIds, view: view.deleted }, column, signal),
    loadRest: async ({ view, on }, signal) =>
      (await table()).loadRest(
        {
          ...{ experimentIds: args.experimentIds, view: view.deleted, filter: view.filter },
          ...{ now: services.now(), on, wait: false },
        },
        signal,
      ),
    findColumns: async ({ text, complete }, signal) =>
      (await table()).findColumns(
        { experimentIds: args.experimentIds, view: 'ACTIVE_ONLY', text, limit: 100, complete },
        signal,
      ),
    complete: async ({ text, offset }, signal) =>
      completions(await table(), { experimentIds: args.experimentIds, view: 'ALL' }, text, offset, signal),
    cellText: async ({ runId, column }, signal) => (await table()).cellText(runId, column, signal),
    saveSettings: async (saved) => {
      services.state.setSetting(key, saved);
      return null;
    },
    selected: async ({ view, selection }, signal) => selectedIds(view, selection, signal),
    runsOfRows: async ({ view, from, count }, signal) =>
      (await table()).runsOfRows({ ...(await viewOf(view, signal)), from, count }, signal),
    mark: async ({ view, selection, as }, signal) => {
      const runs = (await selectedIds(view, selection, signal)).map(own);
      switch (as) {
        case 'shown':
        case 'notShown':
          services.state.setShown(runs, as === 'shown');
          break;
        case 'starred':
        case 'notStarred':
          services.state.setStarred(runs, as === 'starred');
          break;
        case 'hidden':
        case 'notHidden': {
          const before = settings();
          if (before) {
            const ids = new Set(runs.map(({ runId }) => runId));
            const others = before.hidden.filter((runId) => !ids.has(runId));
            services.state.setSetting(key, {
              ...before,
              hidden: as === 'hidden' ? [...others, ...ids] : others,
            });
          }
        }
      }
      return { runs: runs.length };
    },
    setBaseline: async ({ runId }) => {
      const { baseline } = services.state;
      const run = runId === null ? null : own(runId);
      services.state.setBaseline(run && baseline && sameRun(run, baseline) ? null : run);
      return null;
    },
    hover: async ({ runId }) => {
      session.hover(runId === null ? null : own(runId));
      return null;
    },
    clearBrush: async () => {
      services.state.setBrushed(null);
      return null;
    },
    setDirection: async ({ metric, direction: better }) => {
      await services.setMetricDirection?.(metric, better);
      return null;
    },
    exportRows: async ({ view, columns, format, to, selection }, signal) => {
      const only = selection === null ? null : new Set(await selectedIds(view, selection, signal));
      const made = await exportTable(
        await table(),
        { view: await viewOf(view, signal), columns, format, only },
        signal,
      );
      if (to === 'clipboard') {
        await services.copyText(made.text, `${made.rows} runs`);
      } else {
        await services.runCommand('mlflowLens.exportTable', {
          store: args.store,
          experimentIds: args.experimentIds,
          filter: view.filter,
          format,
          text: made.text,
        });
      }
      return { rows: made.rows };
    },
    copySnippet: async ({ view }, signal) => {
      const scope = { experimentIds: args.experimentIds, view: view.deleted };
      const text = searchSnippet({
        trackingUri: args.store,
        experimentIds: args.experimentIds,
        filter: await filterOf(table, scope, view.filter, services.now(), signal),
        order: view.sort.flatMap((term) => orderClause(term) ?? []),
        view: view.deleted,
      });
      await services.copyText(text, 'a Python snippet');
      return null;
    },
  };
}

/** The experiments of a scope; one that is gone is named by its id. */
async function experimentsOf(
  store: TrackingStore,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Experiment[]> {
  if (ids.length === 0) {
    const { items } = await store.searchExperiments({ view: 'ALL', maxResults: NAMED_EXPERIMENTS }, signal);
    return items;
  }
  return Promise.all(
    ids.slice(0, NAMED_EXPERIMENTS).map(async (experimentId) => {
      try {
        return await store.getExperiment(experimentId, signal);
      } catch (error) {
        if (isStoreError(error) && error.code === 'RESOURCE_DOES_NOT_EXIST') {
          return {
            experimentId,
            name: `experiment ${experimentId}`,
            artifactLocation: '',
            lifecycleStage: 'deleted',
            creationTime: null,
            lastUpdateTime: null,
            tags: [],
          };
        }
        throw error;
      }
    }),
  );
}
