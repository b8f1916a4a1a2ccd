import type { Run } from '../../mlflow/entities';
import { tagOf } from '../../mlflow/entities';
import { isStoreError, StoreError } from '../../mlflow/errors';
import { familyOf, TAG_PARENT } from '../../mlflow/family';
import type { Page, RunQuery, RunRow } from '../../mlflow/store';
import { parseOrder } from '../../search/order';
import { parseFilter } from '../../search/parse';
import { filterToPredicate } from '../../search/predicate';
import { parsed } from '../../search/refusal';
import { splitForServer, type SplitFilter } from '../../search/rest';
import { runSource } from '../../search/runSource';
import { KEY_ENTITIES, type Filter } from '../../search/syntax';
import { valueText } from '../../search/text';
import { metricKeysOf, withSelected } from '../held/searchRuns';
import { decodePageToken, encodePageToken } from '../pageToken';
import type { WantedRuns } from '../runTable/heldRuns';
import type { ServerRun } from './entities';
import type { RunReader } from './runs';
import type { Server } from './server';

/** Of a page of the server where a part of the search is done here: more are looked at than asked for. */
const LOOKED_AT = 200;
/** At most so many runs are looked at for one page; the next goes on from there, if any was found. */
const MOST_LOOKED_AT = 5000;
/** Parents above parents that are looked up. */
const DEEPEST = 100;
/** Runs by which a key without a prefix is known. */
const SAMPLE = 50;
/** A SQLite backend joins 64 tables at most: a table each, and those of the runs and of the family beside them. */
const MOST_CONDITIONS = 50;
/** Attributes of which a run itself does not say enough. */
const OF_THE_WHOLE = ['depth', 'registered'];

/**
 * Whether a page can be made of the server's own pages, newest first. Else all runs of the scope are needed: a sort by
 * metric or param is never sent to a server, as a SQLite backend takes quadratic time for it (reference servers.md, 7).
 *
 * @throws StoreError INVALID_PARAMETER_VALUE for an order that is refused
 */
export function isPaged(query: RunQuery, filter: Filter | null): boolean {
  const order = parsed(() => parseOrder(query.orderBy ?? []));
  const isNewestFirst =
    order.length === 0 ||
    (order.length === 1 &&
      order[0]!.descending &&
      order[0]!.field.entity === 'attribute' &&
      order[0]!.field.key === 'start_time');
  return isNewestFirst && !(filter && mentions(filter, OF_THE_WHOLE));
}

function mentions(filter: Filter, keys: readonly string[]): boolean {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.nodes.some((node) => mentions(node, keys));
    case 'not':
      return mentions(filter.node, keys);
    case 'term':
      return false;
    default:
      return filter.field.entity === 'attribute' && keys.includes(filter.field.key);
  }
}

/**
 * The filter of a search. What a key without a prefix is, is known by the runs that were seen, some of the scope among
 * them.
 *
 * @throws StoreError INVALID_PARAMETER_VALUE, with the place in the text
 */
export async function filterOf(
  reader: RunReader,
  query: Pick<RunQuery, 'filter' | 'experimentIds' | 'view'>,
  now: number,
  signal?: AbortSignal,
): Promise<Filter | null> {
  let isAsked = false;
  const parse = (): Filter | null =>
    parsed(() =>
      parseFilter(query.filter ?? '', now, (key) => {
        isAsked = true;
        return KEY_ENTITIES.filter((entity) => reader.keys[entity].has(key));
      }),
    );
  try {
    const filter = parse();
    if (!isAsked) {
      return filter;
    }
  } catch (error) {
    if (!isAsked) {
      throw error;
    }
  }
  const { experimentIds, view } = query;
  for await (const _ of reader.pages({ experimentIds, view, filter: '', size: SAMPLE }, signal)) {
    break;
  }
  return parse();
}

/**
 * What a server can be asked of a table's filter, in MLflow's grammar: every run for which the filter holds is among
 * those that it finds. Empty where it can be asked nothing, and for a filter that is refused, as the table will say.
 */
export async function servedOf(
  server: Server,
  reader: RunReader,
  wanted: WantedRuns,
  signal?: AbortSignal,
): Promise<string> {
  try {
    const filter = await filterOf(reader, wanted, wanted.now ?? Date.now(), signal);
    return (await splitFor(server, filter, signal)).server;
  } catch (error) {
    if (isStoreError(error) && error.code === 'INVALID_PARAMETER_VALUE') {
      return '';
    }
    throw error;
  }
}

async function splitFor(server: Server, filter: Filter | null, signal?: AbortSignal): Promise<SplitFilter> {
  const [nullTests, nan, lists] = await Promise.all([
    server.isAtLeast(3, 17, signal),
    server.isAtLeast(3, 11, signal),
    server.isAtLeast(2, 4, signal),
  ]);
  return splitForServer(filter, { nullTests, nan, lists, conditions: MOST_CONDITIONS });
}

/** TrackingStore.searchRuns where `isPaged`: how many children a run has, and how many runs follow, is not known. */
export async function searchPages(
  server: Server,
  reader: RunReader,
  query: RunQuery,
  filter: Filter | null,
  signal?: AbortSignal,
): Promise<Page<RunRow>> {
  const after = query.pageToken === undefined ? undefined : lastOf(query.pageToken);
  const { server: served, rest } = await splitFor(server, filter, signal);
  const isWanted = await familyTest(reader, query, signal);
  if (isWanted === null) {
    return { items: [] };
  }
  const conditions = [served, ...isWanted.conditions].filter((part) => part !== '');
  const isFinishedHere = rest !== null || query.parent === 'roots';
  const size = isFinishedHere ? Math.max(LOOKED_AT, query.maxResults) : query.maxResults + 1;
  const found: Run[] = [];
  let lookedAt = 0;
  const pages = reader.pages(
    {
      experimentIds: query.experimentIds,
      view: query.view,
      filter: conditions.join(' AND '),
      size,
      ...(after ? { after } : {}),
    },
    signal,
  );
  for await (const { runs: page } of pages) {
    lookedAt += page.length;
    const holds = rest && filterToPredicate(rest, sourceOf(page));
    const matching = page.filter(({ run }) => !holds || holds(run));
    found.push(...(await isWanted.among(matching)));
    const isEnough = found.length > query.maxResults;
    if (isEnough || (lookedAt >= MOST_LOOKED_AT && found.length > 0 && page.length > 0)) {
      return pageOf(found, query, isEnough ? found[query.maxResults - 1]! : page.at(-1)!.run);
    }
  }
  return pageOf(found, query, null);
}

/** @param last where the next page begins; null for none */
function pageOf(found: readonly Run[], query: RunQuery, last: Run | null): Page<RunRow> {
  return {
    items: found.slice(0, query.maxResults).map((run) => ({
      ...withSelected(run, query),
      childCount: null,
      ...(query.metricKeys ? { metricKeys: metricKeysOf(run) } : {}),
    })),
    ...(last ? { nextPageToken: encodePageToken({ id: last.info.runId, at: last.info.startTime }) } : {}),
  };
}

function lastOf(token: string): Pick<Run['info'], 'runId' | 'startTime'> {
  const { id, at } = decodePageToken(token);
  if (at === null || !Number.isSafeInteger(at)) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      'This store did not give this page token: ask for the first page again.',
    );
  }
  return { runId: id, startTime: at };
}

/** Which runs are in the part of the family that is asked for; null where nobody can be. */
interface FamilyTest {
  /** For the server. */
  conditions: string[];
  among(runs: readonly ServerRun[]): Promise<Run[]>;
}

async function familyTest(
  reader: RunReader,
  query: RunQuery,
  signal: AbortSignal | undefined,
): Promise<FamilyTest | null> {
  const { parent } = query;
  if (parent === undefined) {
    return { conditions: [], among: async (runs) => runs.map(({ run }) => run) };
  }
  const family = new Ancestors(reader, query, signal);
  if (parent === 'roots') {
    return {
      conditions: [],
      among: async (runs) => {
        const nested = await family.nestedAmong(runs);
        return runs.filter(({ run }) => !nested.has(run.info.runId)).map(({ run }) => run);
      },
    };
  }
  const named = valueText(parent.runId);
  return named === undefined
    ? null
    : {
        conditions: [`tags.\`${TAG_PARENT}\` = ${named}`],
        among: async (runs) => {
          const nested = await family.nestedAmong(runs);
          return runs.filter(({ run }) => nested.has(run.info.runId)).map(({ run }) => run);
        },
      };
}

/** The runs above those that are looked at, which are asked for when they are needed, each once. */
class Ancestors {
  private readonly known = new Map<string, Run | null>();

  constructor(
    private readonly reader: RunReader,
    private readonly scope: Pick<RunQuery, 'experimentIds' | 'view'>,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Those that hang under another run of the scope (mlflow/family). */
  async nestedAmong(runs: readonly ServerRun[]): Promise<Set<string>> {
    runs.forEach(({ run }) => this.known.set(run.info.runId, run));
    for (let level = 0; level < DEEPEST; level++) {
      const missing = [...this.known.values()].flatMap((run) => {
        const parent = run && this.isIn(run) ? tagOf(run, TAG_PARENT) : undefined;
        return parent === undefined || this.known.has(parent) ? [] : [parent];
      });
      if (missing.length === 0) {
        break;
      }
      const found = await this.reader.byId(missing, this.signal);
      missing.forEach((runId) => this.known.set(runId, found.get(runId)?.run ?? null));
    }
    const there = [...this.known.values()].filter((run) => run !== null && this.isIn(run)) as Run[];
    const ids = new Set(there.map(({ info }) => info.runId));
    const links = there.flatMap((run) => {
      const parent = tagOf(run, TAG_PARENT);
      return parent === undefined ? [] : [{ child: run.info.runId, parent }];
    });
    return new Set([...familyOf(links, (runId) => ids.has(runId)).childrenOf.values()].flat());
  }

  private isIn({ info }: Run): boolean {
    const { experimentIds, view } = this.scope;
    return (
      (experimentIds.length === 0 || experimentIds.includes(info.experimentId)) &&
      (view === 'ALL' || (info.lifecycleStage === 'deleted') === (view === 'DELETED_ONLY'))
    );
  }
}

function sourceOf(runs: readonly ServerRun[]): ReturnType<typeof runSource> {
  const inputs = new Map(runs.map(({ run, inputs: each }) => [run.info.runId, each]));
  return runSource({
    datasetInputs: (runId) => inputs.get(runId)?.datasetInputs ?? [],
    registered: () => [],
    depth: () => 0,
  });
}
