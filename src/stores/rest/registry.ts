import type { LoggedModel, RegisteredModel } from '../../mlflow/entities';
import { noRegisteredModel, there } from '../../mlflow/missing';
import { valueText } from '../../search/text';
import { loggedModelOf, timeOf } from './entities';
import { modelsOf } from './registryEntities';
import type { RunReader } from './runs';
import type { Listing, Server } from './server';

/** Of a page; what MLflow takes at most (reference servers.md, section 2). */
const MODELS = 1000;
const VERSIONS = 10_000;
const LOGGED_MODELS = 500;

/** Reads registered and logged models, each time from the server. */
export class RegistryReader {
  constructor(
    private readonly server: Server,
    private readonly runs: RunReader,
  ) {}

  /** All models with all versions, by name: both are asked at once. */
  async models(signal?: AbortSignal): Promise<RegisteredModel[]> {
    const [models, versions] = await Promise.all([
      this.server.all(modelList(''), signal),
      this.server.all(versionList(''), signal),
    ]);
    return modelsOf(models, versions);
  }

  /** When any model changed last, ms; 0 for never. Aliases and tags move nothing (reference servers.md, section 4). */
  async lastUpdated(signal?: AbortSignal): Promise<number> {
    const { method, endpoint, field } = modelList('');
    const { items } = await this.server.page(
      {
        ...{ method, endpoint, field },
        args: { max_results: 1, order_by: ['last_updated_timestamp DESC'] },
      },
      undefined,
      signal,
    );
    return timeOf(items[0]?.['last_updated_timestamp']) ?? 0;
  }

  /** @throws StoreError RESOURCE_DOES_NOT_EXIST */
  async model(name: string, signal?: AbortSignal): Promise<RegisteredModel> {
    const quoted = valueText(name);
    // A name that no filter can say is looked for among all.
    const filter = quoted === undefined ? '' : `name = ${quoted}`;
    const [models, versions] = await Promise.all([
      this.server.all(modelList(filter), signal),
      this.server.all(versionList(filter), signal),
    ]);
    return there(
      modelsOf(models, versions).find((model) => model.name === name),
      () => noRegisteredModel(name),
    );
  }

  /** Newest first; none where the server's MLflow has none. */
  async loggedModels(experimentIds: readonly string[], signal?: AbortSignal): Promise<LoggedModel[]> {
    const wanted =
      experimentIds.length > 0
        ? experimentIds
        : (await this.runs.experiments(signal)).map(({ experimentId }) => experimentId);
    if (wanted.length === 0) {
      return [];
    }
    const listing: Listing = {
      method: 'POST',
      endpoint: 'logged-models/search',
      args: { experiment_ids: wanted, max_results: LOGGED_MODELS },
      field: 'models',
    };
    const found = ((await this.server.allIfThere(listing, signal)) ?? []).map(loggedModelOf);
    // Tokens are offsets: what came meanwhile is there twice.
    return [...new Map(found.map((model) => [model.modelId, model])).values()];
  }
}

function modelList(filter: string): Listing {
  return {
    method: 'GET',
    endpoint: 'registered-models/search',
    args: { max_results: MODELS, ...(filter === '' ? {} : { filter }) },
    field: 'registered_models',
  };
}

function versionList(filter: string): Listing {
  return {
    method: 'GET',
    endpoint: 'model-versions/search',
    args: { max_results: VERSIONS, ...(filter === '' ? {} : { filter }) },
    field: 'model_versions',
  };
}
