import type { TableScope } from '../../mlflow/runTable';
import type { HeldStore } from '../held/heldStore';
import { later, type HeldScope } from '../runTable/heldRuns';
import { NO_INPUTS, type ServerRun } from './entities';
import type { RegistryReader } from './registry';
import type { RunReader } from './runs';
import { Shared } from './shared';

/** Runs of a scope that are loaded: the newest. */
export const MOST_RUNS = 5000;
/** Of a page in the background. */
const PAGE = 500;
/** Scopes whose runs are kept. */
const SCOPES = 4;

interface Loaded {
  scope: TableScope;
  loading: Shared<void>;
  /** There are no older ones. */
  isComplete: boolean;
}

/** What was read for the run table and for what a server cannot sort or filter: the newest runs of each scope. */
export class LoadedRuns {
  /** How often something of what was loaded turned out to be different. */
  changes = 0;
  private rows = new Map<string, ServerRun>();
  private held: HeldStore | null = null;
  private readonly scopes = new Map<string, Loaded>();

  constructor(
    private readonly reader: RunReader,
    private readonly registry: RegistryReader,
  ) {}

  /** What is there, with what is wanted in it: the same object as long as nothing changed. */
  async read(scope: HeldScope, signal?: AbortSignal): Promise<HeldStore> {
    if (scope && 'runIds' in scope) {
      const missing = scope.runIds.filter((runId) => !this.rows.has(runId));
      if (missing.length > 0) {
        this.take([...(await this.reader.byId(missing, signal)).values()]);
      }
    } else if (scope) {
      await this.load(scope, signal);
    }
    this.held ??= this.hold();
    return this.held;
  }

  /** Whether all runs of a scope are loaded; false where it was not asked for. */
  isComplete(scope: TableScope): boolean {
    return this.scopes.get(nameOf(scope))?.isComplete ?? false;
  }

  /** Reads all that is loaded again. Answers whether anything is different. */
  async again(signal?: AbortSignal): Promise<boolean> {
    let isChanged = false;
    for (const { scope } of this.scopes.values()) {
      isChanged = (await this.walk(scope, signal)) || isChanged;
    }
    return this.counted(isChanged);
  }

  /** Takes what was read elsewhere: runs of loaded scopes, new ones too. Answers whether anything is different. */
  learn(runs: readonly ServerRun[]): boolean {
    const scopes = [...this.scopes.values()].map(({ scope }) => scope);
    const isChanged = this.take(
      runs.filter(
        ({ run }) =>
          this.rows.has(run.info.runId) || scopes.some((scope) => isOf(scope, run.info.experimentId)),
      ),
    );
    return this.counted(isChanged);
  }

  /** They are not there any more. */
  drop(runIds: readonly string[]): boolean {
    return this.counted(this.remove(runIds));
  }

  private remove(runIds: readonly string[]): boolean {
    const gone = runIds.filter((runId) => this.rows.has(runId));
    if (gone.length > 0) {
      this.rows = new Map([...this.rows].filter(([runId]) => !gone.includes(runId)));
      this.held = null;
    }
    return gone.length > 0;
  }

  /** Something else than runs changed: what is held beside them is read anew. */
  forgetOthers(): void {
    this.held = null;
  }

  private counted(isChanged: boolean): boolean {
    this.changes += isChanged ? 1 : 0;
    return isChanged;
  }

  private async load(scope: TableScope, signal?: AbortSignal): Promise<void> {
    const name = nameOf(scope);
    let known = this.scopes.get(name);
    if (!known || known.loading.isGivenUp) {
      known = {
        scope,
        isComplete: false,
        loading: new Shared(async (given) => {
          try {
            await this.walk(scope, given);
          } catch (error) {
            this.scopes.delete(name);
            throw error;
          }
        }),
      };
    }
    // Last in the map: last to be forgotten.
    this.scopes.delete(name);
    this.scopes.set(name, known);
    const [oldest] = this.scopes.keys();
    if (this.scopes.size > SCOPES && oldest !== undefined) {
      this.scopes.delete(oldest);
    }
    await known.loading.wait(signal);
  }

  /** What it finds no more of the scope is gone. */
  private async walk(scope: TableScope, signal?: AbortSignal): Promise<boolean> {
    const { experimentIds, view } = scope;
    const found: ServerRun[] = [];
    let isWhole = true;
    const asked = { experimentIds, view, filter: '', size: PAGE, priority: 'background' } as const;
    for await (const page of this.reader.pages(asked, signal)) {
      found.push(...page);
      if (found.length >= MOST_RUNS) {
        isWhole = page.length < PAGE;
        break;
      }
    }
    const loaded = this.scopes.get(nameOf(scope));
    if (loaded) {
      loaded.isComplete = isWhole;
    }
    const ids = new Set(found.map(({ run }) => run.info.runId));
    const oldest = isWhole ? -Infinity : (found.at(-1)?.run.info.startTime ?? -Infinity);
    const gone = [...this.rows.values()].filter(
      ({ run: { info } }) =>
        !ids.has(info.runId) &&
        isOf(scope, info.experimentId) &&
        (view === 'ALL' || (info.lifecycleStage === 'deleted') === (view === 'DELETED_ONLY')) &&
        (info.startTime ?? -Infinity) > oldest,
    );
    const isLess = this.remove(gone.map(({ run }) => run.info.runId));
    return this.take(found) || isLess;
  }

  /** A run of which nothing changed stays the same object. */
  private take(runs: readonly ServerRun[]): boolean {
    const changed = runs.filter((each) => !isSame(this.rows.get(each.run.info.runId), each));
    if (changed.length > 0) {
      this.rows = new Map(this.rows);
      changed.forEach((each) => this.rows.set(each.run.info.runId, each));
      this.held = null;
    }
    return changed.length > 0;
  }

  private hold(): HeldStore {
    const { rows, reader, registry } = this;
    const models = later((signal) => registry.models(signal));
    return {
      runs: new Map([...rows].map(([runId, { run }]) => [runId, run])),
      hasKey: (kind, key) => reader.keys[kind].has(key),
      inputs: (runId) => rows.get(runId)?.inputs ?? NO_INPUTS,
      datasetInputs: (runId) => rows.get(runId)?.inputs.datasetInputs ?? [],
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

function nameOf({ experimentIds, view }: TableScope): string {
  return JSON.stringify([experimentIds.toSorted(), view]);
}
