import type { RunInfo } from '../../mlflow/entities';
import type { TableScope } from '../../mlflow/runTable';
import { compareBytes } from '../../search/bytes';
import type { HeldStore } from '../held/heldStore';
import { later, type HeldScope, type WantedRuns } from '../runTable/heldRuns';
import { NO_INPUTS, weightOf, type ServerRun } from './entities';
import type { RegistryReader } from './registry';
import type { RunReader } from './runs';
import { FIRST_PAGE, PAGE, RunWalk, type WalkHost } from './runWalk';

/** Of all runs that are held, characters and 64 for each value: a third of what a worker may take. */
const MOST_WEIGHT = 250_000_000;
/** Scopes and filters whose runs are kept. */
const WALKS = 8;
/** Runs that were asked for by their ids, and are in no scope. */
const LOOSE = 2000;
/** Beyond so many runs all of a scope is not read again more often than that, ms. */
const MANY = 1000;
const OFTENEST = 60_000;

interface Held {
  store: HeldStore;
  walks: readonly RunWalk[];
}

/**
 * Runs that were read for the run table and for what a server cannot sort or filter: the newest of each scope, and the
 * newest that the server finds for a filter where a scope has more.
 */
export class LoadedRuns {
  /** How often something of what was loaded turned out to be different. */
  changes = 0;
  private rows = new Map<string, ServerRun>();
  private weight = 0;
  private readonly loose = new Set<string>();
  /** By name; the one that was asked for last is the last. */
  private readonly walks = new Map<string, RunWalk>();
  private held = new Map<string, Held>();
  /** Walks of which all that is loaded is being read again. */
  private readonly readings = new Map<RunWalk, Promise<void>>();
  private others: ReturnType<LoadedRuns['readOthers']>;
  private readonly host: WalkHost;

  /** @param served what the server can be asked of a filter; empty for nothing */
  constructor(
    private readonly reader: RunReader,
    private readonly registry: RegistryReader,
    private readonly served: (wanted: WantedRuns, signal?: AbortSignal) => Promise<string>,
    now: () => number,
  ) {
    this.others = this.readOthers();
    this.host = {
      reader,
      now,
      take: (runs, walk) => void this.take(runs, [walk]),
      hasRoom: () => this.weight < MOST_WEIGHT,
    };
  }

  /** What is there, with what is wanted in it: the same object as long as nothing of it changed. @throws StoreError */
  async read(scope: HeldScope, signal?: AbortSignal): Promise<HeldStore> {
    if (scope === null) {
      return this.hold('', null);
    }
    if ('runIds' in scope) {
      const missing = scope.runIds.filter((runId) => !this.rows.has(runId));
      if (missing.length > 0) {
        const found = await this.reader.byId(missing, signal);
        [...found.keys()].forEach((runId) => this.loose.add(runId));
        this.take([...found.values()], []);
        this.sweep();
      }
      return this.hold('', null);
    }
    const all = await this.walk(scope, '', '', signal);
    const filter = scope.filter?.trim() ?? '';
    const served = filter === '' || all.isComplete ? '' : await this.served(scope, signal);
    if (served === '') {
      all.want();
      return this.hold(nameOf(scope, ''), [all]);
    }
    // Relative times move with the clock: the same text is the same search.
    const found = await this.walk(scope, filter, served, signal);
    found.want();
    // Parents of what was found may be among the newest.
    return this.hold(nameOf(scope, filter), [found, all]);
  }

  /** Whether all runs of a scope are loaded; false where it was not asked for. */
  isComplete(scope: TableScope): boolean {
    return this.walks.get(nameOf(scope, ''))?.isComplete ?? false;
  }

  /** Of those that are loaded. */
  infos(runIds: readonly string[]): RunInfo[] {
    return runIds.flatMap((runId) => this.rows.get(runId)?.run.info ?? []);
  }

  /** The newest start of what is loaded, ms; 0 where nothing is. */
  newestOf(wanted: WantedRuns): number {
    let newest = 0;
    for (const runId of this.walksOf(wanted).flatMap(({ ids }) => [...ids])) {
      newest = Math.max(newest, this.rows.get(runId)?.run.info.startTime ?? 0);
    }
    return newest;
  }

  /** Reads the newest runs of a scope again. Answers the ids of those that it found. */
  async againNewest(wanted: WantedRuns, signal?: AbortSignal): Promise<ReadonlySet<string>> {
    const all = new Set<string>();
    for (const walk of this.walksOf(wanted)) {
      (await this.readAgain(walk, FIRST_PAGE, signal)).forEach((runId) => all.add(runId));
    }
    return all;
  }

  /** Reads the others again too, in the background: what is different then is told at a later look. */
  againByAndBy(wanted: WantedRuns): void {
    const now = this.host.now();
    for (const walk of this.walksOf(wanted)) {
      const isDue = walk.ids.size <= MANY || now - walk.readAgain > OFTENEST;
      if (isDue && walk.ids.size > FIRST_PAGE && !this.readings.has(walk)) {
        walk.readAgain = now;
        const reading = this.readAgain(walk, walk.ids.size)
          .then(
            () => undefined,
            // The next look fails as well, and says so.
            () => undefined,
          )
          .finally(() => this.readings.delete(walk));
        this.readings.set(walk, reading);
      }
    }
  }

  private walksOf(wanted: WantedRuns): RunWalk[] {
    const names = new Set(['', wanted.filter?.trim() ?? ''].map((filter) => nameOf(wanted, filter)));
    return [...names].flatMap((name) => this.walks.get(name) ?? []);
  }

  /** Takes what was read elsewhere: runs of loaded scopes, new ones too. */
  learn(runs: readonly ServerRun[]): void {
    let isChanged = false;
    for (const each of runs) {
      const { runId, experimentId } = each.run.info;
      const walks = [...this.walks.values()].filter(
        ({ scope, filter, ids }) =>
          ids.has(runId) ||
          // Whether a filter holds for it is asked of all that is here.
          (filter === '' && isOf(scope, experimentId) && isInView(scope, each)),
      );
      if (walks.length > 0 || this.rows.has(runId)) {
        isChanged = this.take([each], walks) || isChanged;
      }
    }
    this.counted(isChanged);
  }

  /** They are not there any more. */
  drop(runIds: readonly string[]): void {
    const gone = runIds.filter((runId) => this.rows.has(runId));
    this.walks.forEach((walk) => this.lose(walk, gone));
    gone.forEach((runId) => this.loose.delete(runId));
    this.sweep();
    this.counted(gone.length > 0);
  }

  /** Something else than runs changed: what is held beside them is read anew. */
  forgetOthers(): void {
    this.others = this.readOthers();
    this.held.clear();
  }

  private counted(isChanged: boolean): void {
    this.changes += isChanged ? 1 : 0;
  }

  /** The walk through a scope, begun. */
  private async walk(
    { experimentIds, view }: TableScope,
    filter: string,
    served: string,
    signal: AbortSignal | undefined,
  ): Promise<RunWalk> {
    const scope = { experimentIds, view };
    const name = nameOf(scope, filter);
    const known = this.walks.get(name);
    const walk = known && !known.isGivenUp ? known : new RunWalk(scope, served, this.host);
    this.walks.delete(name);
    this.walks.set(name, walk);
    this.makeRoom();
    try {
      await walk.begun(signal);
    } catch (error) {
      // Who asks again begins anew; others may have meanwhile.
      if (this.walks.get(name) === walk && (walk.isGivenUp || !signal?.aborted)) {
        this.walks.delete(name);
      }
      throw error;
    }
    return walk;
  }

  /** Forgets what was not asked for longest. */
  private makeRoom(): void {
    let isLess = false;
    for (const [name, walk] of this.walks) {
      const isMuch = this.walks.size > WALKS || this.weight >= MOST_WEIGHT;
      // The two that were asked for last are what is on the screen.
      if (!isMuch || this.walks.size <= 2) {
        break;
      }
      this.walks.delete(name);
      this.held = new Map([...this.held].filter(([, { walks }]) => !walks.includes(walk)));
      isLess = true;
    }
    if (isLess) {
      this.sweep();
    }
  }

  private async readAgain(walk: RunWalk, most: number, signal?: AbortSignal): Promise<Set<string>> {
    const found: ServerRun[] = [];
    let isEnd = false;
    const asked = { ...walk.scope, filter: walk.filter, size: Math.min(PAGE, most) };
    const priority = (): 'visible' | 'background' => (most > FIRST_PAGE ? 'background' : 'visible');
    for await (const page of this.reader.pages({ ...asked, priority }, signal)) {
      found.push(...page.runs);
      isEnd = page.isLast;
      if (found.length >= most) {
        break;
      }
    }
    const ids = new Set(found.map(({ run }) => run.info.runId));
    const oldest = isEnd ? -Infinity : (found.at(-1)?.run.info.startTime ?? -Infinity);
    const gone = [...walk.ids].filter(
      (runId) => !ids.has(runId) && (this.rows.get(runId)?.run.info.startTime ?? -Infinity) > oldest,
    );
    const isLess = this.lose(walk, gone);
    walk.isComplete ||= isEnd;
    const isOther = this.take(found, [walk]);
    this.sweep();
    this.counted(isOther || isLess);
    return ids;
  }

  private lose(walk: RunWalk, runIds: readonly string[]): boolean {
    const gone = runIds.filter((runId) => walk.ids.delete(runId));
    if (gone.length > 0) {
      this.unhold([walk]);
    }
    return gone.length > 0;
  }

  /** A run of which nothing changed stays the same object. @param into walks that they are of */
  private take(runs: readonly ServerRun[], into: readonly RunWalk[]): boolean {
    const ids = runs.map(({ run }) => run.info.runId);
    const changed = runs.filter((each) => !isSame(this.rows.get(each.run.info.runId), each));
    for (const each of changed) {
      const { runId } = each.run.info;
      const known = this.rows.get(runId);
      this.weight += weightOf(each) - (known ? weightOf(known) : 0);
      this.rows.set(runId, each);
    }
    const grown = into.filter((walk) => ids.some((runId) => !walk.ids.has(runId)));
    grown.forEach((walk) => ids.forEach((runId) => walk.ids.add(runId)));
    const touched = [...this.walks.values()].filter((walk) =>
      changed.some(({ run }) => walk.ids.has(run.info.runId)),
    );
    this.unhold([...grown, ...touched]);
    if (changed.length > 0) {
      this.held.delete('');
    }
    return changed.length > 0 || grown.length > 0;
  }

  /** Lets go of runs that are of no walk any more. */
  private sweep(): void {
    for (const oldest of this.loose) {
      if (this.loose.size <= LOOSE) {
        break;
      }
      this.loose.delete(oldest);
    }
    const walks = [...this.walks.values()];
    for (const [runId, row] of this.rows) {
      if (!this.loose.has(runId) && !walks.some(({ ids }) => ids.has(runId))) {
        this.rows.delete(runId);
        this.weight -= weightOf(row);
        this.held.delete('');
      }
    }
  }

  private unhold(walks: readonly RunWalk[]): void {
    for (const [name, held] of this.held) {
      if (held.walks.some((walk) => walks.includes(walk))) {
        this.held.delete(name);
      }
    }
  }

  /** @param walks what is wanted, the one that is loaded further first; null for all that is here */
  private hold(name: string, walks: readonly RunWalk[] | null): HeldStore {
    const known = this.held.get(name);
    // A walk that was begun anew is another one.
    if (known && (walks ?? []).every((walk) => known.walks.includes(walk))) {
      return known.store;
    }
    const ids = walks ? new Set(walks.flatMap((walk) => [...walk.ids])) : this.rows.keys();
    const rows = new Map(
      [...ids].flatMap((runId) => {
        const row = this.rows.get(runId);
        return row ? [[runId, row] as const] : [];
      }),
    );
    const { reader } = this;
    const [first] = walks ?? [];
    const store: HeldStore = {
      ...this.others,
      runs: new Map([...rows].map(([runId, { run }]) => [runId, run])),
      ...(first
        ? {
            part: {
              state: () => first.part(),
              loadRest: (on) => first.loadRest(on),
              whole: async (signal) => {
                await first.whole(signal);
                await this.readings.get(first);
              },
            },
          }
        : {}),
      hasKey: (kind, key) => reader.keys[kind].has(key),
      keys: (kind) => [...reader.keys[kind]].sort(compareBytes),
      inputs: (runId) => rows.get(runId)?.inputs ?? NO_INPUTS,
      datasetInputs: (runId) => rows.get(runId)?.inputs.datasetInputs ?? [],
    };
    this.held.set(name, { store, walks: walks ?? [] });
    return store;
  }

  private readOthers(): Pick<HeldStore, 'experiments' | 'models' | 'versions' | 'loggedModels'> {
    const { reader, registry } = this;
    const models = later((signal) => registry.models(signal));
    return {
      experiments: later((signal) => reader.experiments(signal)),
      models,
      versions: () => models().flatMap(({ versions }) => versions),
      loggedModels: later((signal) => registry.loggedModels([], signal)),
    };
  }
}

/** Whether the two say the same of a run. */
export function isSame(known: ServerRun | undefined, now: ServerRun): boolean {
  return known !== undefined && JSON.stringify(known) === JSON.stringify(now);
}

function isOf({ experimentIds }: TableScope, experimentId: string): boolean {
  return experimentIds.length === 0 || experimentIds.includes(experimentId);
}

function isInView({ view }: TableScope, { run }: ServerRun): boolean {
  return view === 'ALL' || (run.info.lifecycleStage === 'deleted') === (view === 'DELETED_ONLY');
}

function nameOf({ experimentIds, view }: TableScope, filter: string): string {
  return JSON.stringify([experimentIds.toSorted(), view, filter]);
}
