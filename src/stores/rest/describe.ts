import { isStoreError } from '../../mlflow/errors';
import { fieldsOf } from '../../mlflow/shape';
import type { StoreFeatures } from '../../mlflow/store';
import { DEFAULT_WORKSPACE, type WorkspaceSummary } from '../../mlflow/workspace';
import type { StoreFacts } from '../requests';
import { workspaceDetails } from '../workspaces';
import { objectsOf, textOf } from './entities';
import type { Server } from './server';

/** What an old MLflow lacks, and which brought it (reference mlflow.md, A.5). */
const BROUGHT_BY: Record<keyof StoreFeatures, string> = {
  registry: 'no model registry',
  modelTags: 'no tags of models and versions',
  aliases: 'no aliases, which came with MLflow 2.3',
  datasets: 'no datasets, which came with MLflow 2.4',
  loggedModels: 'no logged models, which came with MLflow 3.0',
  workspaces:
    'no workspaces, which MLflow 3.10 and later have when they are started with --enable-workspaces',
};

/** What a server says of itself. */
export async function describe(
  server: Server,
  workspaces: readonly WorkspaceSummary[],
  signal?: AbortSignal,
): Promise<StoreFacts> {
  const api = await server.api(signal);
  const features: StoreFeatures = {
    registry: true,
    modelTags: true,
    ...(await laterFeatures(server, signal)),
    workspaces: workspaces.length > 0,
  };
  const missing = (Object.keys(BROUGHT_BY) as (keyof StoreFeatures)[]).filter((name) => !features[name]);
  return {
    features,
    advice: Object.fromEntries(
      missing.map((name) => [name, `This tracking server has ${BROUGHT_BY[name]}.`]),
    ),
    upgrade: null,
    // One is no choice.
    workspaces: workspaces.length > 1 ? workspaces : [],
    details: [
      { label: 'MLflow', value: api.version ?? 'not said by the server' },
      ...(workspaces.length > 0 ? workspaceDetails(api.workspace ?? DEFAULT_WORKSPACE, workspaces) : []),
    ],
  };
}

/** By the version; of a server that does not say it, by what it answers. */
async function laterFeatures(
  server: Server,
  signal: AbortSignal | undefined,
): Promise<Pick<StoreFeatures, 'aliases' | 'datasets' | 'loggedModels'>> {
  const { version } = await server.api(signal);
  if (version !== null) {
    const [aliases, datasets, loggedModels] = await Promise.all([
      server.isAtLeast(2, 3, signal),
      server.isAtLeast(2, 4, signal),
      server.isAtLeast(3, 0, signal),
    ]);
    return { aliases, datasets, loggedModels };
  }
  const [loggedModels, aliases] = await Promise.all([
    isThere(server, 'POST', 'logged-models/search', { experiment_ids: ['0'], max_results: 1 }, signal),
    isThere(server, 'GET', 'registered-models/alias', { name: ' ', alias: ' ' }, signal),
  ]);
  return { loggedModels, aliases, datasets: aliases };
}

/** A missing endpoint is HTML; all else that it may say is an answer. */
async function isThere(
  server: Server,
  method: 'GET' | 'POST',
  endpoint: string,
  args: Readonly<Record<string, unknown>>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return (await server.readIfThere({ method, endpoint, args }, signal)) !== null;
  } catch (error) {
    if (isStoreError(error) && /^(RESOURCE_DOES_NOT_EXIST|INVALID_PARAMETER_VALUE)$/.test(error.code)) {
      return true;
    }
    throw error;
  }
}

/** The workspaces of a server that has them switched on; else none. */
export async function readWorkspaces(server: Server, signal?: AbortSignal): Promise<WorkspaceSummary[]> {
  if (!(await server.isAtLeast(3, 10, signal))) {
    return [];
  }
  const about = await server.readIfThere({ method: 'GET', endpoint: 'server-info', release: 3 }, signal);
  if (fieldsOf(about)['workspaces_enabled'] !== true) {
    return [];
  }
  const answer = await server.read({ method: 'GET', endpoint: 'workspaces', release: 3 }, signal);
  return objectsOf(answer['workspaces'])
    .map(({ name }) => ({ name: textOf(name), experiments: null, runs: null, models: null }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
