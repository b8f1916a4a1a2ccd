import type { Experiment, Run, ViewType } from '../../mlflow/entities';
import { isStoreError } from '../../mlflow/errors';
import { noExperiment, noRun } from '../../mlflow/missing';
import { compareBytes } from '../../search/bytes';
import { damaged } from './answerErrors';
import type { ApiCall } from './api';
import { experimentOf, isAsked, runOf, type ServerRun } from './entities';
import type { Server } from './server';
import { signatureOf, type Signature } from './watched';

/** Runs that a request names at most. */
const NAMED = 100;
/** Fewer are asked for one by one: what names them has to name their experiments too. */
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
  /** The run that they come after; missing: from the newest on. */
  after?: Pick<Run['info'], 'runId' | 'startTime'>;
  priority?: ApiCall['priority'];
}

/** Reads experiments and runs, each time from the server. */
export class RunReader {
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

  /** @throws StoreError RESOURCE_DOES_NOT_EXIST */
  async run(runId: string, signal?: AbortSignal): Promise<ServerRun> {
    const answer = await orMissing(
      this.server.read({ method: 'GET', endpoint: 'runs/get', args: { run_id: runId } }, signal),
      () => noRun(runId),
    );
    const found = runOf(answer['run']);
    if (!isAsked(found.run.info.runId, runId)) {
      throw damaged('runs/get');
    }
    return this.taken(found);
  }

  /** Those that are there, by id. */
  async byId(runIds: readonly string[], signal?: AbortSignal): Promise<Map<string, ServerRun>> {
    const wanted = [...new Set(runIds)];
    // MLflow drops ids with capitals from a list without a word.
    const listable =
      wanted.length > FEW && (await this.server.isAtLeast(2, 4, signal))
        ? wanted.filter((runId) => /^[0-9a-z_-]+$/.test(runId))
        : [];
    const single = wanted.filter((runId) => !listable.includes(runId));
    const found = new Map<string, ServerRun>();
    await Promise.all([
      ...chunks(listable, NAMED).map(async (ids) => {
        for (const each of await this.named(ids, signal)) {
          found.set(each.run.info.runId, each);
        }
      }),
      ...single.map(async (runId) => {
        try {
          found.set(runId, await this.run(runId, signal));
        } catch (error) {
          if (!isStoreError(error) || error.code !== 'RESOURCE_DOES_NOT_EXIST') {
            throw error;
          }
        }
      }),
    ]);
    return new Map(
      wanted.flatMap((runId) => (found.has(runId) ? [[runId, found.get(runId)!] as const] : [])),
    );
  }

  /** Pages of runs, newest first, and where start times are equal by id; each run once. */
  async *pages(asked: RunsAsked, signal?: AbortSignal): AsyncGenerator<ServerRun[]> {
    const { after, view, size, priority } = asked;
    // What is no number is refused by some versions, and by others everything is found for it.
    const experimentIds =
      asked.experimentIds.length > 0
        ? asked.experimentIds.filter((id) => /^\d+$/.test(id))
        : (await this.experiments(signal)).map(({ experimentId }) => experimentId);
    if (experimentIds.length === 0 || after?.startTime === null) {
      return;
    }
    const begin = after === undefined ? [] : [`attributes.start_time <= ${after.startTime}`];
    const filter = [asked.filter, ...begin].filter((part) => part !== '').join(' AND ');
    const seen = new Set<string>();
    const pages = this.server.pages(
      {
        method: 'POST',
        endpoint: 'runs/search',
        args: {
          experiment_ids: experimentIds,
          run_view_type: view,
          max_results: size,
          ...(filter === '' ? {} : { filter }),
        },
        field: 'runs',
        ...(priority ? { priority } : {}),
      },
      signal,
    );
    for await (const items of pages) {
      // Tokens are offsets: what came meanwhile moves runs to the next page.
      yield items.map(runOf).flatMap((each) => {
        const { info } = each.run;
        const isBefore =
          after !== undefined &&
          info.startTime === after.startTime &&
          compareBytes(info.runId, after.runId) <= 0;
        if (isBefore || seen.has(info.runId)) {
          return [];
        }
        seen.add(info.runId);
        return [this.taken(each)];
      });
    }
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

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
