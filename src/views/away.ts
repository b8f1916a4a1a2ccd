import * as vscode from 'vscode';
import { formatClock } from '../mlflow/format';
import type { StoreState } from '../mlflow/store';
import type { OpenStores, StoreEntry } from '../stores/openStores';
import { themeIcon } from './icons';
import type { ExperimentsNode, ModelsNode } from './nodes';

/** What an item stands for that is dimmed, to VS Code's decorations; no file. */
const DIMMED = vscode.Uri.from({ scheme: 'mlflow-away', path: '/' });
const COLOR = 'disabledForeground';

/** The state of a server that does not answer: what is shown of it is as of before. null: it answers, or is no server. */
export function awayState(entry: StoreEntry | undefined): Extract<StoreState, { status: 'gone' }> | null {
  const { kind, state } = entry?.store ?? {};
  return kind === 'rest' && state?.status === 'gone' ? state : null;
}

/** "as of 14:02" */
export function asOf({ since }: { since: number }, now: number): string {
  return `as of ${formatClock(since, now)}`;
}

/** An item of such a server, dimmed; a message says why. */
export function dimmedWhileAway(
  node: ExperimentsNode | ModelsNode,
  item: vscode.TreeItem,
  stores: OpenStores,
): vscode.TreeItem {
  const isOfStore = node.kind !== 'more' && node.kind !== 'message';
  if (isOfStore && awayState(stores.entry(node.store))) {
    item.resourceUri = DIMMED;
    if (item.iconPath instanceof vscode.ThemeIcon) {
      item.iconPath = themeIcon(item.iconPath.id, COLOR);
    }
  }
  return item;
}

/** Colors the labels of what is dimmed: an item itself has no say in its color. */
export class Dimming implements vscode.FileDecorationProvider, vscode.Disposable {
  private readonly registered = vscode.window.registerFileDecorationProvider(this);

  provideFileDecoration({ scheme }: vscode.Uri): vscode.FileDecoration | undefined {
    return scheme === DIMMED.scheme ? { color: new vscode.ThemeColor(COLOR) } : undefined;
  }

  dispose(): void {
    this.registered.dispose();
  }
}
