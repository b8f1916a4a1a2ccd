import type { Experiment, RegisteredModel, RunInfo } from '../../mlflow/entities';
import type { TableScope } from '../../mlflow/runTable';
import type { Page, RunQuery, RunRow } from '../../mlflow/store';
import type { ServerRun } from './entities';
import type { LoadedRuns } from './loadedRuns';
import type { RegistryReader } from './registry';
import type { RunReader } from './runs';
import { signatureOf, type RunsInView, type Signature, type Watched } from './watched';

/** Runs that one question watches. */
const MOST_RUNS = 200;
/** New runs that a look asks for: whether there are any is what counts. */
const MOST_NEW = 50;

/** What is asked of a server for the screen, noted so that it is watched for changes. */
export class Views {
  private lastModels: RegisteredModel[] | null = null;

  constructor(
    private readonly reader: RunReader,
    private readonly registry: RegistryReader,
    private readonly loaded: LoadedRuns,
    private readonly watched: Pick<Watched, 'note'>,
  ) {}

  /** All of them, deleted ones too. */
  async experiments(signal?: AbortSignal): Promise<Experiment[]> {
    const found = await this.reader.readExperiments(signal);
    const again = async (): Promise<Signature> => signatureOf(await this.reader.readExperiments());
    this.watched.note({ name: 'experiments', again }, signatureOf(found));
    return found;
  }

  /** @throws StoreError RESOURCE_DOES_NOT_EXIST */
  async experiment(experimentId: string, signal?: AbortSignal): Promise<Experiment> {
    const found = await this.reader.experiment(experimentId, signal);
    this.watched.note(
      {
        name: `experiment ${experimentId}`,
        again: async () => signatureOf(await this.reader.experiment(experimentId)),
      },
      signatureOf(found),
    );
    return found;
  }

  /** @throws StoreError RESOURCE_DOES_NOT_EXIST */
  async run(runId: string, signal?: AbortSignal): Promise<ServerRun> {
    const found = await this.reader.run(runId, signal);
    this.noteRuns([runId], new Map([[runId, found]]));
    return found;
  }

  /** Certain runs, those that are there. */
  async rows(runIds: readonly string[], signal?: AbortSignal): Promise<Map<string, ServerRun>> {
    const found = await this.reader.byId(runIds, signal);
    this.noteRuns(runIds, found);
    return found;
  }

  /** @param ask makes the page, now and when it is looked at again */
  async page(
    query: RunQuery,
    ask: (signal?: AbortSignal) => Promise<Page<RunRow>>,
    signal?: AbortSignal,
  ): Promise<Page<RunRow>> {
    const page = await ask(signal);
    const infos = page.items.map(({ info }) => info);
    this.watched.note(
      {
        name: `page ${JSON.stringify(query)}`,
        again: async () => signatureOf((await ask()).items),
        // What comes is on the first page.
        runs: this.inView(query.pageToken === undefined ? query.experimentIds : null, infos),
      },
      signatureOf(page.items),
    );
    return page;
  }

  /** The runs of a scope are on the screen, or some that are found among them. */
  async table({ experimentIds, view }: TableScope, signal?: AbortSignal): Promise<void> {
    const { runs } = await this.loaded.read({ experimentIds, view }, signal);
    const state = (): Signature => String(this.loaded.changes);
    this.watched.note(
      {
        name: `table ${JSON.stringify([experimentIds.toSorted(), view])}`,
        again: async (isWhole) => {
          if (isWhole) {
            await this.loaded.again();
          }
          return state();
        },
        runs: this.inView(
          experimentIds,
          [...runs.values()].map(({ info }) => info),
        ),
      },
      state(),
    );
  }

  /** All registered models. @param anew false: as they were when they were last read */
  async models(anew: boolean, signal?: AbortSignal): Promise<RegisteredModel[]> {
    if (!anew && this.lastModels) {
      return this.lastModels;
    }
    const found = await this.registry.models(signal);
    this.lastModels = found;
    const newest = Math.max(0, ...found.map(({ lastUpdatedTimestamp }) => lastUpdatedTimestamp ?? 0));
    this.watched.note(
      {
        name: 'models',
        again: async () => signatureOf(await this.registry.models()),
        glance: async () => (await this.registry.lastUpdated()) > newest,
      },
      signatureOf(found),
    );
    return found;
  }

  /** @throws StoreError RESOURCE_DOES_NOT_EXIST */
  async model(name: string, signal?: AbortSignal): Promise<RegisteredModel> {
    const found = await this.registry.model(name, signal);
    this.watched.note(
      { name: `model ${name}`, again: async () => signatureOf(await this.registry.model(name)) },
      signatureOf(found),
    );
    return found;
  }

  /** Something changed. */
  forget(): void {
    this.lastModels = null;
  }

  /** One request for new runs of each choice of experiments, and one for all runs that have not ended. */
  async glance(views: readonly RunsInView[]): Promise<boolean> {
    const newest = new Map<string, { experimentIds: readonly string[]; since: number }>();
    const unfinished = new Map<string, Set<Signature>>();
    for (const view of views) {
      if (view.experimentIds) {
        const name = JSON.stringify(view.experimentIds.toSorted());
        const since = Math.min(newest.get(name)?.since ?? Infinity, view.newest);
        newest.set(name, { experimentIds: view.experimentIds, since });
      }
      for (const [runId, signature] of view.unfinished) {
        unfinished.set(runId, (unfinished.get(runId) ?? new Set()).add(signature));
      }
    }
    const [areNew, haveMoved] = await Promise.all([
      Promise.all([...newest.values()].map((each) => this.hasNew(each))),
      this.haveMoved(unfinished),
    ]);
    return haveMoved || areNew.includes(true);
  }

  private async hasNew(each: { experimentIds: readonly string[]; since: number }): Promise<boolean> {
    const { experimentIds, since } = each;
    const filter = `attributes.start_time > ${since}`;
    for await (const page of this.reader.pages({ experimentIds, view: 'ALL', filter, size: MOST_NEW })) {
      this.loaded.learn(page);
      return page.length > 0;
    }
    return false;
  }

  private async haveMoved(unfinished: ReadonlyMap<string, ReadonlySet<Signature>>): Promise<boolean> {
    if (unfinished.size === 0) {
      return false;
    }
    const ids = [...unfinished.keys()].slice(0, MOST_RUNS);
    const found = await this.reader.byId(ids);
    const isLess = this.loaded.drop(ids.filter((runId) => !found.has(runId)));
    const isLearned = this.loaded.learn([...found.values()]);
    return (
      isLess ||
      isLearned ||
      ids.some((runId) => {
        const run = found.get(runId);
        const known = unfinished.get(runId)!;
        return !run || known.size > 1 || !known.has(signatureOf(run));
      })
    );
  }

  /** They are on the screen. @param found as they were read */
  noteRuns(runIds: readonly string[], found: ReadonlyMap<string, ServerRun>): void {
    const ids = [...runIds].slice(0, MOST_RUNS);
    const rows = ids.map((runId) => found.get(runId) ?? null);
    this.watched.note(
      {
        name: `runs ${ids.join()}`,
        again: async () => {
          const now = await this.reader.byId(ids);
          return signatureOf(ids.map((runId) => now.get(runId) ?? null));
        },
        runs: this.inView(
          null,
          rows.flatMap((row) => (row ? [row.run.info] : [])),
        ),
      },
      signatureOf(rows),
    );
  }

  private inView(experimentIds: readonly string[] | null, infos: readonly RunInfo[]): RunsInView {
    return {
      experimentIds,
      newest: infos.reduce((newest, { startTime }) => Math.max(newest, startTime ?? 0), 0),
      unfinished: new Map(
        infos.flatMap(({ runId, status }): [string, Signature][] =>
          status === 'RUNNING' ? [[runId, this.reader.running.get(runId) ?? '']] : [],
        ),
      ),
    };
  }
}
