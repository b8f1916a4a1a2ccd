import { fieldsOf, isPlace, isText, listOf } from '../mlflow/shape';
import { isRunKey, sameRun } from '../mlflow/runKey';
import type { PageArguments, PageName } from './pages';
import { toRunList, type RunArguments, type RunTrail } from './runList';

/**
 * A page's arguments as a tab kept them over a reload of the window, read by their shape: another version or a hand may
 * have written them. null where they do not say what to show; what only adds to it is left out where it does not fit.
 */
export function readArguments<Name extends PageName>(name: Name, value: unknown): PageArguments[Name] | null {
  return READERS[name](value);
}

const READERS: { [Name in PageName]: (value: unknown) => PageArguments[Name] | null } = {
  run: (value) => {
    const { list, trail } = fieldsOf(value);
    return isRunKey(value)
      ? {
          store: value.store,
          runId: value.runId,
          ...optional('list', toRunList(list)),
          ...optional('trail', trailOf(value, trail)),
        }
      : null;
  },
  charts: (value) => {
    const { runs, store, experimentIds, filter, metrics } = fieldsOf(value);
    return Array.isArray(runs) || isText(store)
      ? {
          ...optional('runs', Array.isArray(runs) ? listOf(runs, isRunKey) : undefined),
          ...optional('store', textOf(store)),
          ...optional('experimentIds', textsOf(experimentIds)),
          ...optional('filter', textOf(filter)),
          ...optional('metrics', textsOf(metrics)),
        }
      : null;
  },
  diff: (value) => {
    const { runs, baseline } = fieldsOf(value);
    if (!Array.isArray(runs) || runs.length === 0 || !runs.every(isRunKey)) {
      return null;
    }
    const known = baseline === 'workingTree' || (isPlace(baseline) && baseline < runs.length);
    return { runs, ...optional('baseline', known ? baseline : undefined) };
  },
  table: (value) => {
    const { store, experimentIds, filter } = fieldsOf(value);
    const ids = textsOf(experimentIds);
    return isText(store) && ids ? { store, experimentIds: ids, ...optional('filter', textOf(filter)) } : null;
  },
  sweep: (value) => {
    const { store, experimentIds, parentRunId, runIds } = fieldsOf(value);
    return isText(store)
      ? {
          store,
          ...optional('experimentIds', textsOf(experimentIds)),
          ...optional('parentRunId', textOf(parentRunId)),
          ...optional('runIds', textsOf(runIds)),
        }
      : null;
  },
  model: (value) => {
    const { store, name } = fieldsOf(value);
    return isText(store) && isText(name) ? { store, name } : null;
  },
  loggedModel: (value) => {
    const { store, modelId } = fieldsOf(value);
    return isText(store) && isText(modelId) ? { store, modelId } : null;
  },
  modelDiff: (value) => {
    const { store, name, versions } = fieldsOf(value);
    const all = textsOf(versions);
    return isText(store) && isText(name) && all && all.length > 0 ? { store, name, versions: all } : null;
  },
};

/** undefined where a visit is none, or where the run of `args` is not the one that the trail is at. */
function trailOf(args: Pick<RunArguments, 'store' | 'runId'>, value: unknown): RunTrail | undefined {
  const { visits, lists, at } = fieldsOf(value);
  const known = (Array.isArray(lists) ? (lists as unknown[]) : []).map(toRunList);
  const isVisit = (visit: unknown): visit is RunTrail['visits'][number] => {
    const { list } = fieldsOf(visit);
    return isRunKey(visit) && (list === null || (isPlace(list) && known[list] !== undefined));
  };
  if (!Array.isArray(visits) || !visits.every(isVisit) || !isPlace(at)) {
    return undefined;
  }
  const here = visits[at];
  return here && sameRun(here, args) && known.every((list) => list !== undefined)
    ? { visits, lists: known, at }
    : undefined;
}

function textOf(value: unknown): string | undefined {
  return isText(value) ? value : undefined;
}

/** undefined for what is no list, or of something else. */
function textsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.every(isText) ? value : undefined;
}

function optional<Name extends string, T>(name: Name, value: T | undefined): { [Key in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: T });
}
