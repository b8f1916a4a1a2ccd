import type { Experiment, RegisteredModel, RunInfo } from '../../mlflow/entities';
import type { Page, RunQuery, RunRow } from '../../mlflow/store';
import type { WantedRuns } from '../runTable/heldRuns';
import type { ServerRun } from './entities';
import type { LoadedRuns } from './loadedRuns';
import type { RegistryReader } from './registry';
import type { RunReader } from './runs';
import { signatureOf, type RunsInView, type Signature, type Watched } from './watched';

/** Runs that one question watches. */
const MOST_RUNS = 200;
/** Runs that have not ended that a look asks for, in one request; of more each has its turn. */
const MOST_UNFINISHED = 100;
/** New runs that a look asks for: whether there are any is what counts. */
const MOST_NEW = 50;

/** What is asked of a server for the screen, noted so that it is watched for changes. */
export class Views {
  private lastModels: RegisteredModel[] | null = null;
  /** Up to which start all runs of an experiment were seen, ms; by its id, empty for those of all. */
  private readonly seenTo = new Map<string, number>();
  private turn = 0;

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

  /** @param shown runs of a scope that are on the screen */
  table(wanted: WantedRuns, shown: readonly RunInfo[]): void {
    const { experimentIds, view, filter = '' } = wanted;
    const ids = shown.slice(0, MOST_RUNS).map(({ runId }) => runId);
    const state = (): Signature => String(this.loaded.changes);
    this.watched.note(
      {
        name: `table ${JSON.stringify([experimentIds.toSorted(), view, filter])}`,
        again: async (as) => {
          if (as !== 'moved') {
            const newest = await this.loaded.againNewest(wanted);
            await this.learnAgain(ids.filter((runId) => !newest.has(runId)));
          }
          if (as === 'asked') {
            this.loaded.againByAndBy(wanted);
          }
          return state();
        },
        runs: { ...this.inView(experimentIds, shown), newest: this.loaded.newestOf(wanted) },
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

  /** One request for new runs, and one for the runs that have not ended: which of the views are others now. */
  looks(views: readonly RunsInView[]): (() => Promise<readonly RunsInView[]>)[] {
    const ofScopes = views.filter(({ experimentIds }) => experimentIds !== null);
    const running = views.filter(({ unfinished }) => unfinished.size > 0);
    return [
      ...(ofScopes.length > 0 ? [() => this.withNew(ofScopes)] : []),
      ...(running.length > 0 ? [() => this.withMoved(running)] : []),
    ];
  }

  /** Runs that began later than what is known of each of the experiments. */
  private async withNew(views: readonly RunsInView[]): Promise<readonly RunsInView[]> {
    const newest = new Map<string, number>();
    for (const view of views) {
      for (const id of experimentsOf(view)) {
        newest.set(id, Math.min(newest.get(id) ?? Infinity, view.newest));
      }
    }
    const since = Math.min(...[...newest].map(([id, known]) => Math.max(known, this.seenTo.get(id) ?? 0)));
    const experimentIds = newest.has('') ? [] : [...newest.keys()];
    const filter = `attributes.start_time > ${since}`;
    for await (const { runs } of this.reader.pages({ experimentIds, view: 'ALL', filter, size: MOST_NEW })) {
      this.loaded.learn(runs);
      const seenTo = runs.reduce((last, { run }) => Math.max(last, run.info.startTime ?? 0), since);
      newest.forEach((_, id) => this.seenTo.set(id, seenTo));
      return views.filter((view) =>
        runs.some(
          ({ run: { info } }) =>
            (info.startTime ?? 0) > view.newest &&
            experimentsOf(view).some((id) => id === '' || id === info.experimentId),
        ),
      );
    }
    return [];
  }

  private async withMoved(views: readonly RunsInView[]): Promise<readonly RunsInView[]> {
    const all = [...new Set(views.flatMap(({ unfinished }) => [...unfinished.keys()]))];
    this.turn = this.turn >= all.length ? 0 : this.turn;
    const ids = all.slice(this.turn, this.turn + MOST_UNFINISHED);
    this.turn += MOST_UNFINISHED;
    const found = await this.learnAgain(ids);
    return views.filter(({ unfinished }) =>
      ids.some((runId) => {
        const known = unfinished.get(runId);
        const run = found.get(runId);
        return known !== undefined && !(run && known === signatureOf(run));
      }),
    );
  }

  /** Reads runs again for what is loaded. */
  private async learnAgain(runIds: readonly string[]): Promise<ReadonlyMap<string, ServerRun>> {
    const found = await this.reader.byId(runIds);
    this.loaded.drop(runIds.filter((runId) => !found.has(runId)));
    this.loaded.learn([...found.values()]);
    return found;
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

/** Empty for all. */
function experimentsOf({ experimentIds }: RunsInView): readonly string[] {
  return experimentIds === null || experimentIds.length > 0 ? (experimentIds ?? []) : [''];
}
