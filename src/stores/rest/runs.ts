import type { Experiment, Run, ViewType } from '../../mlflow/entities';
import { isStoreError } from '../../mlflow/errors';
import { noExperiment, noRun, there } from '../../mlflow/missing';
import { compareBytes } from '../../search/bytes';
import { damaged } from './answerErrors';
import type { ApiCall } from './api';
import { experimentOf, isAsked, runOf, type ServerRun } from './entities';
import { endless, MOST_PAGES } from './pages';
import type { Server } from './server';
import { Shared } from './shared';
import { signatureOf, type Signature } from './watched';

/** Runs that a request names at most. */
const NAMED = 100;
/** As many are asked for one by one where their experiments are not known: what names runs has to name those too. */
const FEW = 2;
/** Runs whose experiments are remembered. */
const REMEMBERED = 200_000;

/** Runs that are kept as they were read last. */
const RECENT = 1000;

/** Which runs of a server, newest first. */
export interface RunsAsked {
  experimentIds: readonly string[];
  view: ViewType;
  /** In MLflow's own grammar; empty for all. */
  filter: string;
  /** Of a page. */
  size: number;
  /** Of the first page; missing: as of the others. */
  first?: number;
  /** The run that they come after; missing: from the newest on. */
  after?: Pick<Run['info'], 'runId' | 'startTime'>;
  /** Asked before each page; missing: visible. */
  priority?: () => NonNullable<ApiCall['priority']>;
}

/** One page of runs. */
export interface RunsPage {
  runs: ServerRun[];
  /** No other follows. */
  isLast: boolean;
}

/** Runs that are asked for together. */
interface Gathering {
  runIds: Set<string>;
  found: Shared<Map<string, ServerRun>>;
}

/** Reads experiments and runs, each time from the server. */
export class RunReader {
  private gathering: Gathering | null = null;
  private listed: Promise<Experiment[]> | null = null;
  private readonly homes = new Map<string, string>();
  /** Keys that runs were seen to have. */
  readonly keys = { metric: new Set<string>(), param: new Set<string>(), tag: new Set<string>() };

  /** As they were read last since `forget`, the latest last. */
  readonly recent = new Map<string, ServerRun>();
  /** What was read last of the runs that had not ended. */
  readonly running = new Map<string, Signature>();

  constructor(private readonly server: Server) {}

  /** All of them, deleted ones too. */
  async readExperiments(signal?: AbortSignal): Promise<Experiment[]> {
    const items = await this.server.all(
      {
        method: 'POST',
        endpoint: 'experiments/search',
        args: { max_results: 1000, view_type: 'ALL' },
        field: 'experiments',
      },
      signal,
    );
    const found = items.map(experimentOf);
    this.listed = Promise.resolve(found);
    return found;
  }

  /** The same, maybe as they were when they were last read: which there are changes rarely. */
  experiments(signal?: AbortSignal): Promise<Experiment[]> {
    return this.listed ?? this.readExperiments(signal);
  }

  forget(): void {
    this.listed = null;
    this.recent.clear();
  }

  /** @throws StoreError RESOURCE_DOES_NOT_EXIST */
  async experiment(experimentId: string, signal?: AbortSignal): Promise<Experiment> {
    const answer = await orMissing(
      this.server.read(
        { method: 'GET', endpoint: 'experiments/get', args: { experiment_id: experimentId } },
        signal,
      ),
      () => noExperiment(experimentId),
    );
    const experiment = experimentOf(answer['experiment']);
    if (!isAsked(experiment.experimentId, experimentId)) {
      throw damaged('experiments/get');
    }
    return experiment;
  }

  /** Those that are there, by id. What several ask for at the same time goes in one request. */
  async byId(runIds: readonly string[], signal?: AbortSignal): Promise<Map<string, ServerRun>> {
    const wanted = [...new Set(runIds)];
    if (wanted.length === 0) {
      return new Map();
    }
    const gathering = this.gathering && !this.gathering.found.isGivenUp ? this.gathering : this.gather();
    wanted.forEach((runId) => gathering.runIds.add(runId));
    const found = await gathering.found.wait(signal);
    return new Map(
      wanted.flatMap((runId) => (found.has(runId) ? [[runId, found.get(runId)!] as const] : [])),
    );
  }

  private gather(): Gathering {
    const runIds = new Set<string>();
    const found = new Shared(async (signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      this.gathering = this.gathering === gathering ? null : this.gathering;
      return this.read([...runIds], signal);
    });
    const gathering = { runIds, found };
    this.gathering = gathering;
    return gathering;
  }

  private async read(wanted: readonly string[], signal: AbortSignal): Promise<Map<string, ServerRun>> {
    const areHomesKnown = wanted.every((runId) => this.homes.has(runId));
    // MLflow drops ids with capitals from a list without a word.
    const listable =
      wanted.length > (areHomesKnown ? 1 : FEW) && (await this.server.isAtLeast(2, 4, signal))
        ? wanted.filter((runId) => /^[0-9a-z_-]+$/.test(runId))
        : [];
    const listed = new Set(listable);
    const found = new Map<string, ServerRun>();
    await Promise.all([
      ...chunks(listable, NAMED).map(async (ids) => {
        for (const each of await this.named(ids, signal)) {
          found.set(each.run.info.runId, each);
        }
      }),
      ...wanted.map(async (runId) => {
        const each = listed.has(runId) ? null : await this.runIfThere(runId, signal);
        if (each) {
          found.set(runId, each);
        }
      }),
    ]);
    return found;
  }

  /** @throws StoreError RESOURCE_DOES_NOT_EXIST */
  async run(runId: string, signal?: AbortSignal): Promise<ServerRun> {
    return there((await this.byId([runId], signal)).get(runId), () => noRun(runId));
  }

  private async runIfThere(runId: string, signal?: AbortSignal): Promise<ServerRun | null> {
    try {
      const answer = await orMissing(
        this.server.read({ method: 'GET', endpoint: 'runs/get', args: { run_id: runId } }, signal),
        () => noRun(runId),
      );
      const found = runOf(answer['run']);
      if (!isAsked(found.run.info.runId, runId)) {
        throw damaged('runs/get');
      }
      return this.taken(found);
    } catch (error) {
      if (isStoreError(error) && error.code === 'RESOURCE_DOES_NOT_EXIST') {
        return null;
      }
      throw error;
    }
  }

  /**
   * Pages of runs, newest first, and where start times are equal by id; each run once. Tokens are offsets, by which
   * runs are lost when others before them are deleted meanwhile: each page begins where the one before ended, by start
   * time (reference servers.md, section 2). After the first page runs without any start time are in none: no MLflow
   * makes such runs.
   */
  async *pages(asked: RunsAsked, signal?: AbortSignal): AsyncGenerator<RunsPage> {
    const { after, view, size, first = size, priority } = asked;
    // What is no number is refused by some versions, and by others everything is found for it.
    const experimentIds =
      asked.experimentIds.length > 0
        ? asked.experimentIds.filter((id) => /^\d+$/.test(id))
        : (await this.experiments(signal)).map(({ experimentId }) => experimentId);
    if (experimentIds.length === 0 || after?.startTime === null) {
      return;
    }
    const seen = new Set<string>();
    let begin = after?.startTime;
    let token: string | undefined;
    for (let count = 0; count < MOST_PAGES; count++) {
      const before = begin === undefined ? [] : [`attributes.start_time <= ${begin}`];
      const filter = [asked.filter, ...before].filter((part) => part !== '').join(' AND ');
      const page = await this.server.page(
        {
          method: 'POST',
          endpoint: 'runs/search',
          args: {
            experiment_ids: experimentIds,
            run_view_type: view,
            max_results: count === 0 ? first : size,
            ...(filter === '' ? {} : { filter }),
          },
          field: 'runs',
          ...(priority ? { priority: priority() } : {}),
        },
        token,
        signal,
      );
      const rows = page.items.map(runOf);
      // 3.11 may answer nothing and a token that never advances.
      const isLast = page.token === undefined || page.token === token;
      yield { runs: rows.filter((each) => isNew(each, seen, after)).map((each) => this.taken(each)), isLast };
      if (isLast) {
        return;
      }
      const last = rows.at(-1)?.run.info.startTime ?? null;
      const isFurther = last !== null && last !== begin;
      // Of runs that began at the same time there may be more than a page.
      token = isFurther ? undefined : page.token;
      begin = isFurther ? last : begin;
    }
    throw endless('runs/search');
  }

  /** In one request. */
  private async named(runIds: readonly string[], signal?: AbortSignal): Promise<ServerRun[]> {
    const homes = runIds.map((runId) => this.homes.get(runId));
    const known = homes.every((home) => home !== undefined)
      ? [...new Set(homes)]
      : (await this.readExperiments(signal)).map(({ experimentId }) => experimentId);
    if (known.length === 0) {
      return [];
    }
    const { items } = await this.server.page(
      {
        method: 'POST',
        endpoint: 'runs/search',
        args: {
          experiment_ids: known,
          run_view_type: 'ALL',
          max_results: runIds.length,
          filter: `attributes.run_id IN (${runIds.map((runId) => `'${runId}'`).join(', ')})`,
        },
        field: 'runs',
      },
      undefined,
      signal,
    );
    return items.map((item) => this.taken(runOf(item)));
  }

  private taken(each: ServerRun): ServerRun {
    const { info, metrics, params, tags } = each.run;
    if (this.homes.size > REMEMBERED) {
      this.homes.clear();
    }
    this.homes.set(info.runId, info.experimentId);
    if (info.status === 'RUNNING') {
      this.running.set(info.runId, signatureOf(each));
    } else {
      this.running.delete(info.runId);
    }
    this.recent.delete(info.runId);
    this.recent.set(info.runId, each);
    const [oldest] = this.recent.keys();
    if (this.recent.size > RECENT && oldest !== undefined) {
      this.recent.delete(oldest);
    }
    metrics.forEach(({ key }) => this.keys.metric.add(key));
    params.forEach(({ key }) => this.keys.param.add(key));
    tags.forEach(({ key }) => this.keys.tag.add(key));
    return each;
  }
}

/** @throws what `missing` makes where the server says that there is no such entity */
async function orMissing<T>(answer: Promise<T>, missing: () => Error): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    // An id that can be none is refused as a value.
    throw isStoreError(error) &&
      (error.code === 'RESOURCE_DOES_NOT_EXIST' || error.code === 'INVALID_PARAMETER_VALUE')
      ? missing()
      : error;
  }
}

/** Not yet seen, and not among those that come before a page that is gone on from. */
function isNew(
  { run: { info } }: ServerRun,
  seen: Set<string>,
  after: Pick<Run['info'], 'runId' | 'startTime'> | undefined,
): boolean {
  const isBefore =
    after !== undefined && info.startTime === after.startTime && compareBytes(info.runId, after.runId) <= 0;
  if (isBefore || seen.has(info.runId)) {
    return false;
  }
  seen.add(info.runId);
  return true;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
