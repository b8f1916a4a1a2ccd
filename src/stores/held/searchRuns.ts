import {
  metricOf,
  paramOf,
  tagOf,
  type KeyValue,
  type ModelVersion,
  type Run,
  type ViewType,
} from '../../mlflow/entities';
import type { Family } from '../../mlflow/family';
import type { KeySelection, Page, RunQuery, RunRow, RunsById } from '../../mlflow/store';
import { compareBytes } from '../../search/bytes';
import { parseOrder } from '../../search/order';
import { inOrder } from '../../search/orderRuns';
import { parseFilter } from '../../search/parse';
import { filterToPredicate } from '../../search/predicate';
import { parsed } from '../../search/refusal';
import { runSource } from '../../search/runSource';
import { KEY_ENTITIES, type KeyEntity, type KeyLookup } from '../../search/syntax';
import { pageOf } from '../pageToken';
import type { HeldRuns } from '../runTable/heldRuns';
import { depthsAmong, familyAmong } from './families';

/** What a search of runs looks at. */
export type SearchedRuns = Pick<HeldRuns, 'runs' | 'hasKey' | 'datasetInputs' | 'versions'>;

/**
 * TrackingStore.searchRuns of a store that holds its runs as entities.
 *
 * @param now what "7d ago" counts from, ms
 * @throws StoreError INVALID_PARAMETER_VALUE, with the place in the text, for a filter or an order that is refused;
 *   NotHere where a part of what is held has to be fetched first: to be asked by `untilHere`
 */
export function searchRuns(held: SearchedRuns, query: RunQuery, now: number): Page<RunRow> {
  const { runs, family } = scopeOf(held.runs, query);
  let found = familyPart(runs, family, query.parent);
  const filter = parsed(() => parseFilter(query.filter ?? '', now, keysOf(held)));
  if (filter) {
    const holds = filterToPredicate(filter, sourceOf(held));
    found = found.filter((run) => holds(run));
  }
  if (query.orderBy?.length) {
    const order = parsed(() => parseOrder(query.orderBy ?? []));
    found = inOrder(found, order);
  }
  const { ids, ...next } = pageOf(
    found.map(({ info }) => info.runId),
    query,
  );
  return {
    ...next,
    items: ids.map((runId) => {
      const run = held.runs.get(runId)!;
      return {
        ...withSelected(run, query),
        childCount: family.childrenOf.get(runId)?.length ?? 0,
        ...(query.metricKeys ? { metricKeys: metricKeysOf(run) } : {}),
      };
    }),
    ...(next.nextPageToken !== undefined && query.pageToken === undefined
      ? { remaining: found.length - ids.length }
      : {}),
  };
}

/** By all runs of the store, as completion offers the keys of all. */
function keysOf(held: SearchedRuns): KeyLookup {
  const ofRun = { metric: metricOf, param: paramOf, tag: tagOf };
  const has = (entity: KeyEntity, key: string): boolean =>
    held.hasKey
      ? held.hasKey(entity, key)
      : [...held.runs.values()].some((run) => ofRun[entity](run, key) !== undefined);
  return (key) => KEY_ENTITIES.filter((entity) => has(entity, key));
}

/** TrackingStore.countRuns. */
export function countRuns(
  runs: ReadonlyMap<string, Run>,
  experimentIds: readonly string[],
  view: ViewType,
): Map<string, number> {
  const counts = new Map(experimentIds.map((id) => [id, 0]));
  const isWanted = inScope(new Set(experimentIds), view);
  for (const run of runs.values()) {
    if (isWanted(run)) {
      counts.set(run.info.experimentId, (counts.get(run.info.experimentId) ?? 0) + 1);
    }
  }
  return counts;
}

interface Scope {
  /** Newest first. */
  runs: readonly Run[];
  family: Family;
}

/** Who is whose child may have to be fetched: then their order is kept. */
type HalfScope = Pick<Scope, 'runs'> & { family: Family | null };

/** Pages are asked for one after the other: each scope is put in order once a state of the store. */
const scopes = new WeakMap<ReadonlyMap<string, Run>, Map<string, HalfScope>>();

function scopeOf(
  all: ReadonlyMap<string, Run>,
  { experimentIds, view }: Pick<RunQuery, 'experimentIds' | 'view'>,
): Scope {
  const known = scopes.get(all) ?? new Map<string, HalfScope>();
  scopes.set(all, known);
  const id = JSON.stringify([view, ...experimentIds]);
  const scope = known.get(id) ?? {
    runs: inOrder([...all.values()].filter(inScope(new Set(experimentIds), view)), []),
    family: null,
  };
  known.set(id, scope);
  const family = (scope.family ??= familyAmong(scope.runs));
  return { runs: scope.runs, family };
}

/** @param wanted experiment ids; none for all */
function inScope(wanted: ReadonlySet<string>, view: ViewType): (run: Run) => boolean {
  return ({ info }) =>
    (wanted.size === 0 || wanted.has(info.experimentId)) &&
    (view === 'ALL' || (info.lifecycleStage === 'deleted') === (view === 'DELETED_ONLY'));
}

function familyPart(
  runs: readonly Run[],
  { childrenOf }: Family,
  parent: RunQuery['parent'],
): readonly Run[] {
  if (parent === undefined) {
    return runs;
  }
  const isRoots = parent === 'roots';
  const nested = new Set<string>(isRoots ? [] : childrenOf.get(parent.runId));
  if (isRoots) {
    childrenOf.forEach((children) => children.forEach((runId) => nested.add(runId)));
  }
  return runs.filter(({ info }) => nested.has(info.runId) !== isRoots);
}

function sourceOf(held: SearchedRuns): ReturnType<typeof runSource> {
  let registered: ReadonlyMap<string, string[]> | undefined;
  return runSource({
    datasetInputs: (runId) => held.datasetInputs(runId),
    registered: (runId) => (registered ??= namesByRun(held.versions())).get(runId) ?? [],
    depth: (runId) => depthsAmong(held.runs).get(runId) ?? 0,
  });
}

function namesByRun(versions: readonly Pick<ModelVersion, 'name' | 'runId'>[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { name, runId } of versions) {
    if (runId !== null) {
      names.set(runId, [...(names.get(runId) ?? []), name]);
    }
  }
  return names;
}

export function metricKeysOf(run: Run): readonly string[] {
  return run.lookup?.keys('metric') ?? run.metrics.map(({ key }) => key).sort(compareBytes);
}

/** A run with the keys that are asked for. */
export function withSelected(run: Run, { params, metrics, tags }: Omit<RunsById, 'runIds'>): Run {
  return {
    info: run.info,
    params: selected(params, () => run.params, run.lookup && pairBy((key) => paramOf(run, key))),
    metrics: selected(metrics, () => run.metrics, run.lookup && ((key) => metricOf(run, key))),
    tags: selected(tags, () => run.tags, run.lookup && pairBy((key) => tagOf(run, key))),
  };
}

/** @param lookup of one key, where that costs less than the list */
function selected<T extends { key: string }>(
  keys: KeySelection = 'none',
  list: () => readonly T[],
  lookup: ((key: string) => T | undefined) | undefined,
): T[] {
  if (keys === 'none') {
    return [];
  }
  return keys === 'all'
    ? [...list()]
    : lookup
      ? [...new Set(keys)].sort(compareBytes).flatMap((key) => lookup(key) ?? [])
      : list().filter(({ key }) => keys.includes(key));
}

function pairBy(value: (key: string) => string | undefined): (key: string) => KeyValue | undefined {
  return (key) => {
    const found = value(key);
    return found === undefined ? undefined : { key, value: found };
  };
}
