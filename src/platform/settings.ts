import * as vscode from 'vscode';

export interface Settings {
  stores: string[];
  /** Those of `stores` that stand in the user's own settings. */
  ownStores: string[];
  headlineMetric: string;
  metricDirections: Record<string, unknown>;
  /** ms */
  pollInterval: number;
  pythonPath: string;
  gitPath: string;
  searchDepth: number;
  /** `key=value` of the tag that marks a model version as ready for review. */
  readyTag: string;
  /** The alias for the same; empty for none. */
  readyAlias: string;
  /** Further headers of servers, as stores/rest/requestHeaders.ts reads them; the machine's, not a workspace's. */
  requestHeaders: unknown;
}

/** The settings as they are now; values of a wrong type fall back to the default. */
export function readSettings(): Settings {
  const configuration = vscode.workspace.getConfiguration('mlflowLens');
  const own = configuration.inspect<unknown>('stores')?.globalValue;
  const directions: unknown = configuration.get('metricDirections');
  return {
    stores: texts(configuration.get('stores')),
    ownStores: texts(own),
    headlineMetric: text(configuration.get('headlineMetric')),
    metricDirections:
      // VS Code hands out a proxy, which cannot be sent to a worker.
      typeof directions === 'object' && directions !== null ? { ...directions } : {},
    pollInterval: clamp(configuration.get('pollInterval'), 250, 60_000, 1000),
    pythonPath: text(configuration.get('pythonPath')),
    gitPath: text(configuration.get('gitPath')),
    searchDepth: clamp(configuration.get('searchDepth'), 0, 10, 4),
    readyTag: text(configuration.get('readyTag')),
    readyAlias: text(configuration.get('readyAlias')),
    requestHeaders: configuration.get('requestHeaders'),
  };
}

/** Keeps a metric's direction where directions are kept already, else in the user's settings; null forgets it. */
export async function writeMetricDirection(
  metric: string,
  direction: 'higher' | 'lower' | null,
): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('mlflowLens');
  const known = configuration.inspect<Record<string, unknown>>('metricDirections');
  const inWorkspace = known?.workspaceValue !== undefined;
  const places = [
    { target: vscode.ConfigurationTarget.Global, value: known?.globalValue ?? {}, chosen: !inWorkspace },
    { target: vscode.ConfigurationTarget.Workspace, value: known?.workspaceValue ?? {}, chosen: inWorkspace },
  ];
  for (const { target, value, chosen } of places) {
    const { [metric]: before, ...others } = value;
    if (direction !== null && chosen) {
      await configuration.update('metricDirections', { ...others, [metric]: direction }, target);
    } else if (direction === null && before !== undefined) {
      await configuration.update('metricDirections', others, target);
    }
  }
}

export function onDidChangeSettings(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('mlflowLens')) {
      listener();
    }
  });
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function clamp(value: unknown, least: number, most: number, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value)
    ? Math.min(most, Math.max(least, value))
    : fallback;
}
