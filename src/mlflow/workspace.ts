/** The workspace that rows are in where nobody said otherwise (mlflow/utils/workspace_utils.py). */
export const DEFAULT_WORKSPACE = 'default';

/**
 * The same store, another of its workspaces. For SQLite `default` needs no name, as for MLflow; a server may have been
 * told of another one to take where a request names none.
 */
export function withWorkspace(uri: string, workspace: string | null): string {
  const bare = uri.split('?')[0]!;
  return workspace === null || (workspace === DEFAULT_WORKSPACE && /^sqlite:/.test(bare))
    ? bare
    : `${bare}?${new URLSearchParams({ workspace }).toString()}`;
}

/** Whether a canonical URI is that of a tracking server. */
export function isServerUri(uri: string): boolean {
  return /^https?:/.test(uri);
}

/** The workspace that the identity of a store names; null where it names none. */
export function workspaceOf(uri: string): string | null {
  const at = uri.indexOf('?');
  return at < 0 ? null : new URLSearchParams(uri.slice(at)).get('workspace');
}

/**
 * The lines of Python that lead MLflow's client to a store. A client that opens a database itself knows workspaces only
 * where they are enabled (mlflow/tracking/_tracking_service/utils.py).
 */
export function trackingLines(uri: string): string[] {
  const workspace = workspaceOf(uri);
  const store = withWorkspace(uri, null);
  return [
    ...(workspace !== null && /^sqlite:/.test(store)
      ? ['import os', 'os.environ["MLFLOW_ENABLE_WORKSPACES"] = "true"']
      : []),
    'import mlflow',
    '',
    `mlflow.set_tracking_uri(${JSON.stringify(store)})`,
    ...(workspace === null ? [] : [`mlflow.set_workspace(${JSON.stringify(workspace)})`]),
  ];
}

/** A workspace of a store (MLflow >= 3.10), with what it holds that is not deleted; null where that is not known. */
export interface WorkspaceSummary {
  name: string;
  experiments: number | null;
  runs: number | null;
  /** Registered models; prompts are none. */
  models: number | null;
}

/**
 * The workspace to begin with where none was named: `default`, as for MLflow, unless nobody uses it (MLflow itself makes
 * the experiment 0 in each database) and another is in use.
 */
export function workspaceToBeginWith(workspaces: readonly WorkspaceSummary[]): string {
  const inUse = workspaces.filter(isInUse);
  return inUse.length === 0 || inUse.some(({ name }) => name === DEFAULT_WORKSPACE)
    ? DEFAULT_WORKSPACE
    : inUse.reduce((most, other) => ((other.runs ?? 0) > (most.runs ?? 0) ? other : most)).name;
}

function isInUse({ name, experiments, runs, models }: WorkspaceSummary): boolean {
  const made = (experiments ?? 0) - (name === DEFAULT_WORKSPACE ? 1 : 0);
  return made > 0 || (runs ?? 0) > 0 || (models ?? 0) > 0;
}
