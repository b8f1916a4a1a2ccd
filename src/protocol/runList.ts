import type { ViewType } from '../mlflow/entities';
import { isText } from '../mlflow/shape';
import { isRunKey, sameRun, type RunKey } from '../mlflow/runKey';
import type { ViewChoice } from './table';
import { isViewChoice } from './tableChoices';

/**
 * The list that a run page was opened from, by which its previous and next run are found: how to ask for it again.
 * Only a list that somebody made by hand, such as the runs of a diff, names its runs.
 */
export type RunList =
  | {
      kind: 'sidebar';
      store: string;
      experimentId: string;
      /** Missing for the experiment's own runs. */
      parentRunId?: string;
      view: ViewType;
      filter: string;
      /** As MLflow's order_by, one entry; empty for newest first. */
      orderBy: string;
    }
  | { kind: 'table'; store: string; experimentIds: string[]; view: ViewChoice }
  /** The Comparison view, as it is when asked. */
  | { kind: 'shown' }
  | { kind: 'runs'; of: 'diff' | 'charts'; runs: RunKey[] };

/** Where a tab has been: the runs that it showed, each with the list that it was in. */
export interface RunTrail {
  visits: (RunKey & { /** Index into `lists`; null for none. */ list: number | null })[];
  lists: RunList[];
  /** Index of the run that is shown. */
  at: number;
}

/** What a run page is opened with. */
export interface RunArguments extends RunKey {
  /** Where it was opened from; missing: the runs of its experiment, newest first. */
  list?: RunList;
  /** Where the tab has been, once it has gone on to another run. */
  trail?: RunTrail;
}

const VISITS = 50;
/** Runs of a list that names them; of a longer one only these are walked. */
const NAMED_RUNS = 500;

/** The tab's arguments after it went on to another run: what lay ahead is forgotten. */
export function follow(args: RunArguments, run: RunKey, list: RunList | undefined): RunArguments {
  if (sameRun(args, run)) {
    return { ...args, list };
  }
  const { visits, lists, at } = trailOf(args);
  const known = list === undefined ? -1 : lists.findIndex((other) => sameList(other, list));
  const all = list !== undefined && known < 0 ? [...lists, list] : lists;
  const index = list === undefined ? null : known < 0 ? all.length - 1 : known;
  const next = [...visits.slice(0, at + 1), { store: run.store, runId: run.runId, list: index }].slice(
    -VISITS,
  );
  return argumentsAt({ visits: next, lists: all, at: next.length - 1 });
}

/** Along the trail: −1 back, 1 forward; null where it ends. */
export function retrace(args: RunArguments, steps: -1 | 1): RunArguments | null {
  const trail = trailOf(args);
  const at = trail.at + steps;
  return trail.visits[at] ? argumentsAt({ ...trail, at }) : null;
}

export function canRetrace({ trail }: RunArguments): { back: boolean; forward: boolean } {
  return trail
    ? { back: trail.at > 0, forward: trail.at < trail.visits.length - 1 }
    : { back: false, forward: false };
}

/** A list as somebody gave it; undefined for what is none. */
export function toRunList(value: unknown): RunList | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const list = value as Partial<RunList>;
  switch (list.kind) {
    case 'shown':
      return { kind: 'shown' };
    case 'sidebar':
      return [list.store, list.experimentId, list.view, list.filter, list.orderBy].every(
        (field) => typeof field === 'string',
      )
        ? (list as RunList)
        : undefined;
    case 'table':
      return typeof list.store === 'string' &&
        Array.isArray(list.experimentIds) &&
        list.experimentIds.every(isText) &&
        isViewChoice(list.view)
        ? (list as RunList)
        : undefined;
    case 'runs':
      return Array.isArray(list.runs)
        ? {
            kind: 'runs',
            of: list.of === 'charts' ? 'charts' : 'diff',
            runs: list.runs
              .filter(isRunKey)
              .slice(0, NAMED_RUNS)
              .map(({ store, runId }) => ({ store, runId })),
          }
        : undefined;
    default:
      return undefined;
  }
}

export function sameList(a: RunList | undefined, b: RunList | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function trailOf(args: RunArguments): RunTrail {
  const { store, runId, list, trail } = args;
  const known = trail ?? { visits: [{ store, runId, list: null }], lists: [], at: 0 };
  // The list may have changed since the visit: the run was opened anew from another one.
  const place = list === undefined ? -1 : known.lists.findIndex((other) => sameList(other, list));
  const lists = list !== undefined && place < 0 ? [...known.lists, list] : known.lists;
  const index = list === undefined ? null : place < 0 ? lists.length - 1 : place;
  return {
    visits: known.visits.map((visit, at) => (at === known.at ? { ...visit, list: index } : visit)),
    lists,
    at: known.at,
  };
}

function argumentsAt({ visits, lists, at }: RunTrail): RunArguments {
  const used = lists.filter((_, index) => visits.some(({ list }) => list === index));
  const { store, runId, list } = visits[at]!;
  return {
    store,
    runId,
    list: list === null ? undefined : lists[list],
    trail: {
      visits: visits.map((visit) => ({
        ...visit,
        list: visit.list === null ? null : used.indexOf(lists[visit.list]!),
      })),
      lists: used,
      at,
    },
  };
}
