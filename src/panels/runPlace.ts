import type { Run } from '../mlflow/entities';
import { valueOf } from '../mlflow/entities';
import { plainText } from '../mlflow/format';
import type { TableRow } from '../mlflow/runTable';
import { optunaTrial, TRIAL_TAGS } from '../mlflow/optunaTrial';
import type { RunQuery, RunRow, TrackingStore } from '../mlflow/store';
import { labelOf, nameOfRun } from '../mlflow/tellApart';
import type { PlacedRun, RunPlace } from '../protocol/run';
import type { RunArguments, RunList } from '../protocol/runList';
import { sameRun, type RunKey } from '../mlflow/runKey';
import { listRuns, newestFirst, OLDEST_FIRST } from '../stores/listRuns';
import { readApart } from '../stores/readApart';
import type { PageServices } from './page';
import { tableView } from './tableView';

/** Runs that are looked through for the neighbours of one among several with the same start. */
const SAME_START = 20;
/** Of trials, which may have run side by side, so many were recorded between two that began one after the other. */
const SIDE_BY_SIDE = 200;
/** Rows of a table around a run, in which its nearest runs are looked for between groups. */
const AROUND = 50;
/** Among how many of the first runs of the sidebar's list one is looked for, one after the other. */
const LOOKED_THROUGH = [200, 2000, 20_000];

const NO_VALUES = { params: 'none', metrics: 'none', tags: 'none' } as const;

/**
 * The runs before and after one in the list that its page was opened from, told apart from it and each other. The list
 * is asked again each time: a window of it, or pages up to the run.
 */
export async function placeOf(
  args: RunArguments,
  services: PageServices,
  signal: AbortSignal,
): Promise<RunPlace> {
  const found = await foundPlace(args, services, signal);
  const { previous, next } = found;
  if (!previous && !next) {
    return found;
  }
  const store = await services.stores.get(args.store);
  const { info } = await store.getRun(args.runId, signal);
  const near = [previous, next].filter((run) => run?.store === args.store).filter((run) => run !== null);
  const infos = near.map(({ runId, name }) => ({ runId, runName: name, startTime: null }));
  const apart = await readApart(store, [info, ...infos], signal);
  const named = (run: PlacedRun | null): PlacedRun | null =>
    run && { ...run, name: labelOf(run.name, (run.store === args.store && apart.get(run.runId)) || null) };
  return { ...found, previous: named(previous), next: named(next) };
}

async function foundPlace(
  args: RunArguments,
  services: PageServices,
  signal: AbortSignal,
): Promise<RunPlace> {
  const { list } = args;
  switch (list?.kind) {
    case 'shown':
      return placeAmong(args, services.state.shownRuns(), 'the shown runs', services, signal);
    case 'runs':
      return placeAmong(args, list.runs, `the runs of the ${list.of}`, services, signal);
    case 'table':
      return placeInTable(args, list, services, signal);
    case 'sidebar':
      return placeInSidebar(args, list, await services.stores.get(list.store), signal);
    default: {
      const store = await services.stores.get(args.store);
      const run = await store.getRun(args.runId, signal);
      const parentRunId = valueOf(run.tags, 'mlflow.parentRunId');
      return byStart(
        args,
        store,
        run,
        {
          list: parentRunId ? 'the child runs, newest first' : await experimentLabel(store, run, signal),
          parentRunId,
          view: run.info.lifecycleStage === 'deleted' ? 'DELETED_ONLY' : 'ACTIVE_ONLY',
        },
        signal,
      );
    }
  }
}

async function experimentLabel(store: TrackingStore, run: Run, signal: AbortSignal): Promise<string> {
  const experiment = await store.getExperiment(run.info.experimentId, signal).catch(() => null);
  return `the runs of ${plainText(experiment?.name ?? run.info.experimentId, 60)}, newest first`;
}

async function placeInSidebar(
  args: RunArguments,
  list: RunList & { kind: 'sidebar' },
  store: TrackingStore,
  signal: AbortSignal,
): Promise<RunPlace> {
  const { experimentId, parentRunId, view, filter, orderBy } = list;
  const label = [
    parentRunId ? 'the child runs in the sidebar' : 'the runs in the sidebar',
    orderBy ? `by ${plainText(orderBy, 60)}` : '',
    filter && !parentRunId ? `where ${plainText(filter, 80)}` : '',
  ]
    .filter(Boolean)
    .join(', ');
  if ((orderBy === '' || orderBy === OLDEST_FIRST) && filter === '') {
    const run = await store.getRun(args.runId, signal);
    if (run.info.startTime !== null) {
      const place = await byStart(args, store, run, { list: label, parentRunId, view }, signal);
      return orderBy === '' ? place : { ...place, previous: place.next, next: place.previous };
    }
  }
  return amongFirst(
    args,
    store,
    {
      experimentIds: parentRunId ? [] : [experimentId],
      parent: parentRunId ? { runId: parentRunId } : filter === '' ? 'roots' : undefined,
      view,
      filter: parentRunId ? undefined : filter || undefined,
      orderBy: orderBy ? [orderBy] : undefined,
    },
    label,
    signal,
  );
}

/** Neighbours by start time, at a cost that does not grow with the experiment. */
async function byStart(
  { store: uri, runId }: RunKey,
  store: TrackingStore,
  { info }: Run,
  where: { list: string; parentRunId: string | undefined; view: RunQuery['view'] },
  signal: AbortSignal,
): Promise<RunPlace> {
  const nowhere: RunPlace = { list: where.list, previous: null, next: null, at: null, of: null };
  if (info.startTime === null) {
    return nowhere;
  }
  const side = async (comparison: string, order: string, maxResults: number): Promise<RunRow[]> => {
    const { items } = await store.searchRuns(
      {
        experimentIds: [info.experimentId],
        view: where.view,
        parent: where.parentRunId ? { runId: where.parentRunId } : 'roots',
        filter: `attributes.start_time ${comparison} ${info.startTime}`,
        orderBy: [`attributes.start_time ${order}`],
        maxResults,
        ...NO_VALUES,
        tags: TRIAL_TAGS,
      },
      signal,
    );
    return items;
  };
  const sides = async (amount: number): Promise<RunRow[]> =>
    (await Promise.all([side('>=', 'ASC', amount), side('<=', 'DESC', amount)])).flat();
  const near = await sides(SAME_START);
  const around = near.some((row) => optunaTrial(row.info, row.tags)) ? await sides(SIDE_BY_SIDE) : near;
  const ordered = newestFirst([...new Map(around.map((row) => [row.info.runId, row])).values()]).map(
    (row) => row.info,
  );
  const place = ordered.findIndex((other) => other.runId === runId);
  return place < 0
    ? nowhere
    : { ...nowhere, previous: placed(uri, ordered[place - 1]), next: placed(uri, ordered[place + 1]) };
}

/** Looked for among the first runs of the list, then among more. */
async function amongFirst(
  { store: uri, runId }: RunKey,
  store: TrackingStore,
  query: Omit<RunQuery, 'maxResults' | 'pageToken'>,
  list: string,
  signal: AbortSignal,
): Promise<RunPlace> {
  for (const maxResults of LOOKED_THROUGH) {
    const { items, more } = await listRuns(store, { ...query, ...NO_VALUES, maxResults }, signal);
    const at = items.findIndex(({ info }) => info.runId === runId);
    if (at >= 0 && (at < items.length - 1 || !more)) {
      return {
        list,
        previous: placed(uri, items[at - 1]?.info),
        next: placed(uri, items[at + 1]?.info),
        at: at + 1,
        of: more ? null : items.length,
      };
    }
    if (!more) {
      break;
    }
  }
  return { list, previous: null, next: null, at: null, of: null };
}

async function placeInTable(
  { runId }: RunKey,
  list: RunList & { kind: 'table' },
  services: PageServices,
  signal: AbortSignal,
): Promise<RunPlace> {
  const { runTable } = await services.stores.get(list.store);
  const label = `the rows of the run table${list.view.filter ? ` where ${plainText(list.view.filter, 80)}` : ''}`;
  const nowhere: RunPlace = { list: label, previous: null, next: null, at: null, of: null };
  if (!runTable) {
    return nowhere;
  }
  const view = tableView(list, list.view, services);
  const where = await runTable.rows(
    { ...view, from: 0, count: 0, columns: [], pinned: [], locate: [runId] },
    signal,
  );
  const place = where.located[0] ?? -1;
  if (place < 0) {
    return nowhere;
  }
  const from = Math.max(0, place - AROUND);
  const { rows, rowCount } = await runTable.rows(
    { ...view, from, count: place - from + AROUND + 1, columns: [], pinned: [], locate: [] },
    signal,
  );
  const isRun = (row: TableRow): row is TableRow & { type: 'run' } => row.type === 'run';
  const grouped = view.group.length > 0;
  return {
    list: label,
    previous: placedRow(list.store, rows.slice(0, place - from).findLast(isRun)),
    next: placedRow(list.store, rows.slice(place - from + 1).find(isRun)),
    at: grouped ? null : place + 1,
    of: grouped ? null : rowCount,
  };
}

async function placeAmong(
  run: RunKey,
  runs: readonly RunKey[],
  list: string,
  services: PageServices,
  signal: AbortSignal,
): Promise<RunPlace> {
  const place = runs.findIndex((other) => sameRun(other, run));
  const named = async (other: RunKey | undefined): Promise<PlacedRun | null> => {
    if (place < 0 || !other) {
      return null;
    }
    const { store, runId } = other;
    const read = services.stores.get(store).then((tracking) => tracking.getRun(runId, signal));
    return placed(store, (await read.catch(() => null))?.info ?? { runId, runName: '' });
  };
  return {
    list,
    previous: await named(runs[place - 1]),
    next: await named(runs[place + 1]),
    at: place < 0 ? null : place + 1,
    of: place < 0 ? null : runs.length,
  };
}

function placedRow(store: string, row: (TableRow & { type: 'run' }) | undefined): PlacedRun | null {
  return row ? placed(store, { runId: row.runId, runName: row.name }) : null;
}

function placed(store: string, info: { runId: string; runName: string } | undefined): PlacedRun | null {
  return info ? { store, runId: info.runId, name: nameOfRun(info) } : null;
}
