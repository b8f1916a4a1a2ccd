import * as vscode from 'vscode';
import { readSettings, onDidChangeSettings } from '../platform/settings';
import type { OpenStores } from '../stores/openStores';

interface Pages {
  readonly anyVisible: boolean;
  readonly onDidChangeVisibility: vscode.Event<void>;
}

/** Stores are polled while something of ours is to be seen, and not at all otherwise. */
export function followVisibility(
  stores: OpenStores,
  trees: readonly vscode.TreeView<unknown>[],
  pages: Pages,
): vscode.Disposable {
  let polling = false;
  const update = (): void => {
    const visible = pages.anyVisible || trees.some((tree) => tree.visible);
    stores.setPollInterval(visible ? readSettings().pollInterval : 0);
    if (visible && !polling) {
      for (const { store } of stores.list()) {
        void store?.refresh();
      }
    }
    polling = visible;
  };
  update();
  return vscode.Disposable.from(
    ...trees.map((tree) => tree.onDidChangeVisibility(update)),
    pages.onDidChangeVisibility(update),
    onDidChangeSettings(update),
  );
}
