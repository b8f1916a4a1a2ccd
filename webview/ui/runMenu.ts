import type { RunKey } from '../../src/mlflow/runKey';

/**
 * For an element that stands for a run, as its `data-vscode-context`: VS Code then shows its own menu there, by a right
 * click as by the menu key, with what package.json contributes to `webview/context`. The commands get the store and the
 * run.
 */
export function runMenu({ store, runId }: RunKey): string {
  return JSON.stringify({
    webviewSection: 'mlflowLens.run',
    store,
    runId,
    preventDefaultContextMenuItems: true,
  });
}
