import { isStoreError, StoreError } from '../../mlflow/errors';
import {
  TAG_COPIED_FROM,
  TAG_COPYING,
  type Importer,
  type ImportedFile,
  type ImportedHistory,
  type ImportedRun,
  type ImportLimits,
  type RunInTheMaking,
} from '../../mlflow/importer';
import { fieldsOf } from '../../mlflow/shape';
import { artifactPathParts } from '../artifacts/files';
import { clientKeyProblem } from '../imports/limits';
import { refusalOf } from './answerErrors';
import { call, isAtLeast, type ServerApi } from './api';
import { listOnServer } from './artifacts/listing';
import { artifactNameProblem } from './artifacts/names';
import type { Exchange } from './exchange';
import { inParts, metricsOf, pointsLeft } from './importBatches';

type Asked = (signal?: AbortSignal) => Promise<ServerApi>;

/**
 * Makes runs on a tracking server. There a run is seen while it is made: it is RUNNING and carries TAG_COPYING, which goes
 * last. All that is sent may be sent again.
 */
export function createRestImporter(exchange: Exchange, apiOf: Asked): Importer {
  return {
    limits: async (signal) => limitsOf(await apiOf(signal)),
    artifactsTo: async ({ artifactLocation }) =>
      servedPath(artifactLocation) === null
        ? {
            problem: `Artifacts of this experiment belong in ${artifactLocation}, to which the server gives no way: MLflow's own client has to copy them.`,
          }
        : { place: 'the server' },
    begin: async (run, _experiment, half, signal) => {
      const server = new RunOnServer(exchange, await apiOf(signal), run);
      await server.begin(half, signal);
      return server;
    },
  };
}

/** As of each version's mlflow/utils/validation.py. */
function limitsOf(api: ServerApi): ImportLimits {
  const colon = isAtLeast(api, 3, 0);
  return {
    param: isAtLeast(api, 2, 8) ? 6000 : 500,
    tag: isAtLeast(api, 2, 17) ? 8000 : 5000,
    notNumbers: true,
    datasets: isAtLeast(api, 2, 4),
    nestedKeys: true,
    points: Infinity,
    keyProblem: (key) => clientKeyProblem(key, colon),
    pathProblem: (path) => artifactNameProblem(path, api),
  };
}

/** Below which path the server keeps what has such a URI; null where it does not. */
function servedPath(uri: string): string | null {
  const [, path] = /^mlflow-artifacts:(?:\/\/[^/]*)?\/*([^]*)$/.exec(uri) ?? [];
  return path ?? null;
}

class RunOnServer implements RunInTheMaking {
  runId = '';
  private artifactUri = '';
  /** What was there by a former time: nothing of a run that was just made. */
  private isNew = true;
  private readonly folders = new Map<string, Promise<Map<string, number>>>();

  constructor(
    private readonly exchange: Exchange,
    private readonly api: ServerApi,
    private readonly run: ImportedRun,
  ) {}

  async begin(half: string | null, signal?: AbortSignal): Promise<void> {
    const { run } = this;
    const answer =
      half === null
        ? await this.write('POST', 'runs/create', {
            experiment_id: run.experimentId,
            user_id: run.userId,
            run_name: run.runName,
            start_time: run.startTime ?? 0,
            // It says of itself that it is not whole before anything is in it.
            tags: [
              ...run.tags.filter(({ key }) => key === TAG_COPIED_FROM),
              { key: TAG_COPYING, value: 'true' },
            ],
          })
        : fieldsOf(
            await call(
              this.exchange,
              this.api,
              { method: 'GET', endpoint: 'runs/get', args: { run_id: half }, priority: 'background' },
              signal,
            ),
          );
    this.isNew = half === null;
    const info = fieldsOf(fieldsOf(answer['run'])['info']);
    const [runId, uri] = [info['run_id'], info['artifact_uri']];
    if (typeof runId !== 'string' || runId === '' || (half !== null && runId !== half)) {
      throw new StoreError('INTERNAL_ERROR', 'The tracking server did not say which run it made.');
    }
    this.runId = runId;
    this.artifactUri = typeof uri === 'string' ? uri : '';
  }

  async holds({ path, size }: Pick<ImportedFile, 'path' | 'size'>, signal?: AbortSignal): Promise<boolean> {
    if (this.isNew) {
      return false;
    }
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    const known = this.folders.get(folder) ?? this.sizesIn(folder, signal);
    this.folders.set(folder, known);
    return (await known).get(path) === size;
  }

  async put({ path, size, read }: ImportedFile, signal?: AbortSignal): Promise<void> {
    const served = servedPath(this.artifactUri);
    if (served === null) {
      throw new StoreError('UNSUPPORTED', 'The tracking server takes no artifacts of this run.');
    }
    const parts = [...served.split('/').filter(Boolean), ...artifactPathParts(path)];
    const answer = await this.exchange(
      {
        method: 'PUT',
        path: `${this.api.base.replace('/mlflow/', '/mlflow-artifacts/artifacts/')}${parts.map(encodeURIComponent).join('/')}`,
        upload: { size, read },
        workspace: this.api.workspace,
        priority: 'background',
        most: 100_000,
        repeatable: false,
      },
      signal,
    );
    if (answer.status < 200 || answer.status > 299) {
      throw refusalOf(answer, 'mlflow-artifacts/artifacts');
    }
  }

  async finish(
    histories: AsyncIterable<ImportedHistory>,
    signal?: AbortSignal,
    onPoints: (points: number) => void = () => undefined,
  ): Promise<void> {
    const { run, runId } = this;
    for (const params of inParts(run.params)) {
      await this.log({ params }, signal);
    }
    for (const tags of inParts(run.tags)) {
      await this.log({ tags }, signal);
    }
    if (run.datasets.length > 0) {
      await this.write('POST', 'runs/log-inputs', {
        run_id: runId,
        datasets: run.datasets.map(({ dataset, tags }) => ({
          tags,
          dataset: {
            ...{ name: dataset.name, digest: dataset.digest },
            ...{ source_type: dataset.sourceType, source: dataset.source },
            ...(dataset.schema === null ? {} : { schema: dataset.schema }),
            ...(dataset.profile === null ? {} : { profile: dataset.profile }),
          },
        })),
      });
    }
    let points = 0;
    for await (const history of histories) {
      const left = this.isNew ? history : pointsLeft(history, await this.history(history.key, signal));
      points += history.values.length - left.values.length;
      for (const metrics of inParts(metricsOf(left))) {
        await this.log({ metrics }, signal);
        points += metrics.length;
        onPoints(points);
      }
    }
    if (run.status !== 'RUNNING' || run.endTime !== null) {
      await this.write('POST', 'runs/update', {
        run_id: runId,
        status: run.status,
        ...(run.endTime === null ? {} : { end_time: run.endTime }),
      });
    }
    await this.deleteTag();
  }

  private log(batch: Record<string, unknown>, signal?: AbortSignal): Promise<Record<string, unknown>> {
    if (signal?.aborted) {
      throw new StoreError('CANCELLED', 'Canceled.');
    }
    return this.write('POST', 'runs/log-batch', { run_id: this.runId, ...batch });
  }

  private async deleteTag(): Promise<void> {
    try {
      await this.write('POST', 'runs/delete-tag', { run_id: this.runId, key: TAG_COPYING });
    } catch (error) {
      // Somebody else was faster: it is whole.
      if (!isStoreError(error) || error.code !== 'RESOURCE_DOES_NOT_EXIST') {
        throw error;
      }
    }
  }

  /** It is not cancelled: a server goes on with what it was asked (reference servers.md, section 5). */
  private async write(
    method: 'POST',
    endpoint: string,
    args: Record<string, unknown>,
  ): Promise<Record<string, unknown>> {
    return fieldsOf(
      await call(this.exchange, this.api, {
        ...{ method, endpoint, args },
        ...{ priority: 'background', repeatable: false },
      }),
    );
  }

  private async history(key: string, signal?: AbortSignal): Promise<Record<string, unknown>[]> {
    const all: Record<string, unknown>[] = [];
    for (let token: string | undefined; ;) {
      const answer = fieldsOf(
        await call(
          this.exchange,
          this.api,
          {
            ...{ method: 'GET', endpoint: 'metrics/get-history', priority: 'background' },
            args: { run_id: this.runId, metric_key: key, max_results: 10_000, page_token: token },
          },
          signal,
        ),
      );
      const { metrics, next_page_token: next } = answer;
      all.push(...(Array.isArray(metrics) ? (metrics as unknown[]).map(fieldsOf) : []));
      if (typeof next !== 'string' || next === '' || next === token) {
        return all;
      }
      token = next;
    }
  }

  private async sizesIn(folder: string, signal?: AbortSignal): Promise<Map<string, number>> {
    const { files } = await listOnServer(
      this.exchange,
      this.api,
      { runId: this.runId, folder: '' },
      folder,
      signal,
    );
    return new Map(files.flatMap(({ path, isDir, size }) => (isDir ? [] : [[path, size ?? 0]])));
  }
}
