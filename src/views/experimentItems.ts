import * as path from 'node:path';
import { asOf, awayState } from './away';
import { contextValue } from './contextValue';
import * as vscode from 'vscode';
import type { ViewType } from '../mlflow/entities';
import { count, formatAge, plainText } from '../mlflow/format';
import { asItRan } from '../mlflow/optunaTrial';
import { conditionIcon, lastLogged, runCondition, type RunCondition } from '../mlflow/runCondition';
import { sameRun } from '../mlflow/runKey';
import type { ViewState } from '../state/viewState';
import type { OpenStores, StoreEntry } from '../stores/openStores';
import { isServerUri } from '../stores/uri';
import { learnRunColors } from '../stores/runColors';
import type { HeadlineMetrics } from './headline';
import { runDot, themeIcon } from './icons';
import { runUri } from './litRun';
import { NewestExperiments } from './newestExperiments';
import {
  nodeId,
  type ExperimentNode,
  type MessageNode,
  type MoreNode,
  type RunNode,
  type StoreNode,
} from './nodes';
import { runAccessibleLabel, runDescription, runLabel } from './runText';
import {
  isReadOnly,
  kindText,
  placeText,
  storeContext,
  storeFolder,
  storeLabel,
  workspaceText,
} from './storeText';
import { commandId } from '../protocol/commands';

/** How stores, experiments and runs look in a tree. */
export class ExperimentItems {
  /** The experiment that is open at first, asked once a store: what the user folds stays folded. */
  private readonly newest: NewestExperiments;
  private readonly found = new Map<string, string>();

  constructor(
    private readonly stores: OpenStores,
    private readonly state: ViewState,
    private readonly headlines: HeadlineMetrics,
    private readonly now: () => number,
  ) {
    this.newest = new NewestExperiments(stores);
  }

  async storeItem(node: StoreNode): Promise<vscode.TreeItem> {
    await this.stores.get(node.store).catch(() => null);
    const workspace = await workspaceText(this.stores, node.store);
    const entry = this.stores.entry(node.store);
    const away = awayState(entry);
    const gone = !away && entry?.store?.state.status === 'gone';
    const item = new vscode.TreeItem(storeLabel(node.store), vscode.TreeItemCollapsibleState.Expanded);
    item.id = nodeId(node);
    const held = isHeldServer(entry);
    item.iconPath = held
      ? themeIcon('debug-disconnect')
      : entry?.error || gone
        ? themeIcon('warning', 'list.warningForeground')
        : themeIcon(isServerUri(node.store) ? 'server' : 'database');
    const place = placeText(this.stores, node.store);
    item.description = [place, workspace, away ? asOf(away, this.now()) : storeDescription(entry, gone)]
      .filter(Boolean)
      .join(' · ');
    item.contextValue = storeContext(node.store, { workspace, held, error: Boolean(entry?.error) });
    return item;
  }

  /**
   * Keeps how many runs a filter found in an experiment, which its row says.
   * @param changed called where the row says something else now
   */
  noteFound(node: ExperimentNode, amount: string, changed: () => void): void {
    const id = nodeId(node);
    if (this.found.get(id) !== amount) {
      this.found.set(id, amount);
      changed();
    }
  }

  /** @param choice which of its runs are counted, and whether only some are shown */
  async experimentItem(
    node: ExperimentNode,
    { view, filter }: { view: ViewType; filter: string },
  ): Promise<vscode.TreeItem> {
    const { experiment } = node;
    const deleted = experiment.lifecycleStage === 'deleted';
    const runs = await this.runsOf(node, view);
    const item = new vscode.TreeItem(
      plainText(experiment.name),
      runs === 0 ? vscode.TreeItemCollapsibleState.None : await this.foldOf(node),
    );
    item.id = nodeId(node);
    item.iconPath = themeIcon(deleted ? 'trash' : 'beaker', deleted ? 'disabledForeground' : undefined);
    const found = filter === '' ? undefined : this.found.get(nodeId(node));
    const amount =
      runs === null
        ? ''
        : runs === 0
          ? 'empty'
          : found === undefined
            ? count(runs, 'run')
            : `${found} of ${count(runs, 'run')}`;
    item.description = [deleted ? 'deleted' : '', amount].filter(Boolean).join(', ');
    item.contextValue = contextValue('experiment', {
      deleted,
      readOnly: await isReadOnly(this.stores, node.store),
    });
    item.tooltip = `${plainText(experiment.name)}\nid ${experiment.experimentId}, created ${formatAge(experiment.creationTime, this.now())}`;
    return item;
  }

  /** null where the store cannot say it: one row that fails would leave the tree without any. */
  private async runsOf({ store: uri, experimentId }: ExperimentNode, view: ViewType): Promise<number | null> {
    try {
      const store = await this.stores.get(uri);
      return (await store.countRuns([experimentId], view)).get(experimentId) ?? null;
    } catch {
      return null;
    }
  }

  /** With a single store, the experiment with the newest run is open; the rest waits for a click. */
  private async foldOf(node: ExperimentNode): Promise<vscode.TreeItemCollapsibleState> {
    return this.stores.list().length === 1 && (await this.newest.of(node.store)) === node.experimentId
      ? vscode.TreeItemCollapsibleState.Expanded
      : vscode.TreeItemCollapsibleState.Collapsed;
  }

  async runItem(node: RunNode): Promise<vscode.TreeItem> {
    const { row } = node;
    const condition = await this.conditionOf(node);
    const below = node.found?.below.length ?? 0;
    const item = new vscode.TreeItem(
      runLabel(row.info),
      below > 0 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed,
    );
    const key = { store: node.store, runId: node.runId };
    const shown = this.state.isShown(key);
    if (shown) {
      await learnRunColors(this.stores, this.state, [key]);
    }
    const { icon, color } = conditionIcon(condition);
    // What a filter found below it is seen, also where the user folded the run before.
    item.id = below > 0 ? `${nodeId(node)}\nfound` : nodeId(node);
    item.resourceUri = runUri(key);
    item.iconPath = shown ? runDot(this.state.colorOf(key)) : themeIcon(icon, color);
    item.description = runDescription(row, condition, await this.metricOf(node), this.now(), node.apart);
    if (node.found?.context) {
      item.description = `holds ${count(below, 'run')} that match${below === 1 ? 'es' : ''}`;
    }
    if (this.state.isStarred(key)) {
      item.description = `★ ${item.description}`;
    }
    item.checkboxState = {
      state: shown ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
      tooltip: shown ? 'Shown in charts and comparison' : 'Show in charts and comparison',
    };
    const baseline = this.state.baseline !== null && sameRun(this.state.baseline, key);
    item.contextValue = contextValue('run', {
      deleted: condition === 'deleted',
      // Where that is not known, what is for a parent is offered.
      parent: row.childCount !== 0,
      shown,
      starred: this.state.isStarred(key),
      baseline,
      readOnly: await isReadOnly(this.stores, node.store),
      server: isServerUri(node.store),
    });
    item.accessibilityInformation = { label: runAccessibleLabel(row, condition, item.description) };
    item.command = {
      command: commandId('openRun'),
      title: 'Open Run',
      arguments: [{ ...key, list: node.list }],
    };
    return item;
  }

  /** A run that says RUNNING is asked when it logged last; the others need no further look. */
  private async conditionOf(node: RunNode): Promise<RunCondition> {
    const info = asItRan(node.row);
    const first = runCondition(info, null, this.now());
    if (first !== 'no end') {
      return first;
    }
    const store = await this.stores.get(node.store);
    const run = await store.getRun(node.runId).catch(() => node.row);
    return runCondition(info, lastLogged(run), this.now());
  }

  metricOf(node: ExperimentNode | RunNode): Promise<string | undefined> {
    const experimentId = node.kind === 'experiment' ? node.experimentId : node.row.info.experimentId;
    return this.headlines.of(node.store, experimentId, node.experiment);
  }
}

/** A server that a file of the workspace names and the user has not connected to. */
function isHeldServer(entry: StoreEntry | undefined): boolean {
  return entry?.error?.code === 'ON_ANOTHER_MACHINE' && isServerUri(entry.uri);
}

function storeDescription(entry: StoreEntry | undefined, gone: boolean): string {
  if (isHeldServer(entry)) {
    return 'not connected';
  }
  if (entry?.error?.code === 'UNAUTHENTICATED') {
    return 'not signed in';
  }
  if (entry?.error) {
    const isSilent = isServerUri(entry.uri) && /^(?:NOT_FOUND|BUSY)$/.test(entry.error.code);
    return isSilent ? 'not reachable' : 'cannot be opened';
  }
  if (gone) {
    return 'not available';
  }
  return entry?.store ? `${kindText(entry.store.kind)}, live` : '';
}

export function moreItem(node: MoreNode): vscode.TreeItem {
  const item = new vscode.TreeItem(
    node.remaining === null ? '… more' : `… ${count(node.remaining, 'more', 'more')}`,
  );
  item.id = nodeId(node);
  item.command = { command: commandId('loadMore'), title: 'Load More', arguments: [node] };
  return item;
}

export function messageItem(node: MessageNode): vscode.TreeItem {
  const item = new vscode.TreeItem(plainText(withoutPath(node)));
  item.id = nodeId(node);
  item.tooltip = plainText(node.text, 2000);
  if (node.action) {
    const title = ACTIONS[node.action];
    item.label = title;
    item.iconPath = themeIcon(node.action === 'signIn' ? 'account' : 'plug');
    item.command = { command: commandId(node.action), title, arguments: [{ store: node.store }] };
  } else if (node.error) {
    item.iconPath = themeIcon('error', 'list.errorForeground');
    item.contextValue = 'error';
    item.command = { command: commandId('explainError'), title: 'Show', arguments: [node] };
  }
  return item;
}

const ACTIONS = { connectStore: 'Connect to this server', signIn: 'Sign in…' };

/** The row has little room, and the store's name is above it. */
function withoutPath({ text, store }: MessageNode): string {
  const folder = storeFolder(store);
  return folder === '' ? text : text.replaceAll(`${folder}${path.sep}`, '');
}
