import * as vscode from 'vscode';
import { isCancelled, toStoreError } from '../mlflow/errors';
import type { ViewType } from '../mlflow/entities';
import { count, formatAge, plainText } from '../mlflow/format';
import type { RunQuery, TrackingStore } from '../mlflow/store';
import type { ViewState } from '../state/viewState';
import type { OpenStores, StoreEntry } from '../stores/openStores';
import { storeName } from '../stores/uri';
import { artifactItem } from './artifactItem';
import { artifactChildren, artifactRoot, type ArtifactNode } from './artifactNodes';
import { HeadlineMetrics } from './headline';
import { runDot, themeIcon } from './icons';
import { NodeRegistry } from './nodeRegistry';
import {
  nodeId,
  type ExperimentNode,
  type MessageNode,
  type MoreNode,
  type RunNode,
  type StoreNode,
} from './nodes';
import { conditionIcon, lastLogged, runCondition, type RunCondition } from '../mlflow/runCondition';
import { runAccessibleLabel, runDescription, runLabel } from './runText';
import { runTooltip } from './runTooltip';
import { storeTooltip } from './storeTooltip';

export type ExperimentsNode = StoreNode | ExperimentNode | RunNode | ArtifactNode | MoreNode | MessageNode;

const EXPERIMENTS_A_PAGE = 100;
const RUNS_A_PAGE = 50;

/** How the runs are listed; kept in the view state under this key. */
export interface SidebarChoice {
  view: ViewType;
  filter: string;
  /** As MLflow's order_by, one entry; empty for newest first. */
  orderBy: string;
}

interface RunLook {
  shown: boolean;
  starred: boolean;
  metric: string | undefined;
}

export const SIDEBAR_SETTING = 'sidebar';
export const DEFAULT_CHOICE: SidebarChoice = { view: 'ACTIVE_ONLY', filter: '', orderBy: '' };

/** Stores, their experiments, their runs; children are asked for when unfolded, a page at a time. */
export class ExperimentsView implements vscode.TreeDataProvider<ExperimentsNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<ExperimentsNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly tree: vscode.TreeView<ExperimentsNode>;
  private readonly disposables: vscode.Disposable[] = [];
  /** How many children are loaded under a node, where it is more than a page. */
  private readonly loaded = new Map<string, number>();
  private readonly nodes = new NodeRegistry<ExperimentsNode>();
  private readonly headlines: HeadlineMetrics;
  /** What of the view state each run was drawn with. */
  private readonly drawn = new Map<string, RunLook>();
  /** The experiment that is open at first, asked once a store: what the user folds stays folded. */
  private readonly newest = new Map<string, Promise<string | undefined>>();
  private drawnChoice = '';
  private firstRun: (() => void) | undefined;

  constructor(
    private readonly stores: OpenStores,
    private readonly state: ViewState,
    setting: () => string,
    private readonly now: () => number = Date.now,
  ) {
    this.headlines = new HeadlineMetrics(stores, state, setting);
    this.tree = vscode.window.createTreeView('mlflowLens.experiments', {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
      manageCheckboxStateManually: true,
    });
    this.disposables.push(
      this.tree,
      this.changed,
      stores.onDidChange((uri) =>
        this.changed.fire(uri === null ? undefined : this.nodes.get(nodeId({ kind: 'store', store: uri }))),
      ),
      state.onDidChange(() => this.drawAgain()),
      this.tree.onDidChangeCheckboxState(({ items }) => {
        for (const shown of [true, false]) {
          const runs = items.flatMap(([node, checked]) =>
            node.kind === 'run' && (checked === vscode.TreeItemCheckboxState.Checked) === shown
              ? [{ store: node.store, runId: node.runId }]
              : [],
          );
          if (runs.length > 0) {
            state.setShown(runs, shown);
          }
        }
      }),
    );
  }

  /** Resolves when the first run was handed to VS Code: what the benchmark measures. */
  whenFirstRun(): Promise<void> {
    return new Promise((resolve) => {
      this.firstRun = resolve;
    });
  }

  choice(): SidebarChoice {
    return { ...DEFAULT_CHOICE, ...this.state.setting<Partial<SidebarChoice>>(SIDEBAR_SETTING) };
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  /** Loads the next page under the node that `more` goes on for. */
  loadMore(more: MoreNode): void {
    this.loaded.set(more.of, (this.loaded.get(more.of) ?? RUNS_A_PAGE) + RUNS_A_PAGE * 2);
    this.changed.fire(undefined);
  }

  getParent(node: ExperimentsNode): ExperimentsNode | undefined {
    switch (node.kind) {
      case 'experiment':
        return this.nodes.keep({ kind: 'store', store: node.store });
      case 'run':
        return node.parent ?? undefined;
      default:
        return undefined;
    }
  }

  async getChildren(node?: ExperimentsNode): Promise<ExperimentsNode[]> {
    if (!node) {
      this.drawnChoice = JSON.stringify(this.choice());
      return this.stores.list().map(({ uri }) => this.nodes.keep({ kind: 'store', store: uri }));
    }
    try {
      switch (node.kind) {
        case 'store':
          return await this.experiments(node);
        case 'experiment':
          return await this.runs(node, { experimentIds: [node.experimentId] });
        case 'run':
          return await this.runChildren(node);
        case 'artifact':
          return await this.artifacts(node);
        default:
          return [];
      }
    } catch (error) {
      if (isCancelled(error)) {
        return [];
      }
      return node.kind === 'more' || node.kind === 'message'
        ? []
        : [message(node, toStoreError(error).message, true)];
    }
  }

  async getTreeItem(node: ExperimentsNode): Promise<vscode.TreeItem> {
    switch (node.kind) {
      case 'store':
        return this.storeItem(node);
      case 'experiment':
        return this.experimentItem(node);
      case 'run':
        return this.runItem(node);
      case 'more': {
        const item = new vscode.TreeItem(
          node.remaining === null ? '… more' : `… ${count(node.remaining, 'more', 'more')}`,
        );
        item.id = nodeId(node);
        item.command = { command: 'mlflowLens.loadMore', title: 'Load More', arguments: [node] };
        return item;
      }
      case 'artifact':
        return artifactItem(node);
      case 'message':
        return messageItem(node);
    }
  }

  async resolveTreeItem(item: vscode.TreeItem, node: ExperimentsNode): Promise<vscode.TreeItem> {
    if (node.kind === 'run') {
      const store = await this.stores.get(node.store);
      const run = await store.getRun(node.runId);
      item.tooltip = runTooltip(run, await this.metricOf(node), this.now());
    } else if (node.kind === 'store') {
      item.tooltip = await storeTooltip(this.stores.entry(node.store), this.now());
    }
    return item;
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  /** After a change of the view state: only the runs that look different now, or all where other rows are due. */
  private drawAgain(): void {
    if (JSON.stringify(this.choice()) !== this.drawnChoice) {
      this.changed.fire(undefined);
      return;
    }
    const different: RunNode[] = [];
    for (const [id, seen] of this.drawn) {
      const node = this.nodes.get(id);
      if (node?.kind !== 'run') {
        continue;
      }
      const look = this.lookOf(node);
      if (look.metric !== seen.metric) {
        this.changed.fire(undefined);
        return;
      }
      if (look.shown !== seen.shown || look.starred !== seen.starred) {
        different.push(node);
      }
    }
    different.forEach((node) => this.changed.fire(node));
  }

  private lookOf(node: RunNode): RunLook {
    const run = { store: node.store, runId: node.runId };
    return {
      shown: this.state.isShown(run),
      starred: this.state.isStarred(run),
      metric: this.state.headlineMetric(node.store, node.row.info.experimentId),
    };
  }

  private async experiments(node: StoreNode): Promise<ExperimentsNode[]> {
    const store = await this.stores.get(node.store);
    if (store.state.status === 'gone') {
      return [message(node, store.state.message, true)];
    }
    const id = nodeId(node);
    const limit = Math.max(EXPERIMENTS_A_PAGE, this.loaded.get(id) ?? 0);
    const { view } = this.choice();
    const page = await store.searchExperiments({ view, maxResults: limit });
    if (page.items.length === 0) {
      return [message(node, view === 'DELETED_ONLY' ? 'No deleted experiments' : 'No experiments', false)];
    }
    const nodes = page.items.map((experiment): ExperimentNode =>
      this.nodes.keep({
        kind: 'experiment',
        store: node.store,
        experimentId: experiment.experimentId,
        experimentIds: [experiment.experimentId],
        experiment,
      }),
    );
    return page.nextPageToken ? [...nodes, { kind: 'more', of: id, remaining: null }] : nodes;
  }

  private async runs(
    node: ExperimentNode | RunNode,
    where: Pick<RunQuery, 'experimentIds' | 'parent'>,
  ): Promise<ExperimentsNode[]> {
    const store = await this.stores.get(node.store);
    const id = nodeId(node);
    const limit = this.loaded.get(id) ?? RUNS_A_PAGE;
    const { view, filter, orderBy } = this.choice();
    const metric = await this.metricOf(node);
    const page = await store.searchRuns({
      experimentIds: where.experimentIds,
      // What was found by a filter or an order of values stands on its own; else runs nest.
      parent: where.parent ?? (filter === '' ? 'roots' : undefined),
      view,
      filter: where.parent ? undefined : filter || undefined,
      orderBy: orderBy ? [orderBy] : undefined,
      maxResults: limit,
      params: 'none',
      metrics: metric === undefined ? 'none' : [metric],
      tags: 'none',
    });
    this.firstRun?.();
    if (page.items.length === 0) {
      return [message(node, emptyText(view, filter), false)];
    }
    const nodes = page.items.map((row): RunNode =>
      this.nodes.keep({
        kind: 'run',
        store: node.store,
        runId: row.info.runId,
        row,
        experiment: node.experiment,
        parent: node,
      }),
    );
    if (!page.nextPageToken) {
      return nodes;
    }
    return [...nodes, { kind: 'more', of: id, remaining: null }];
  }

  private async storeItem(node: StoreNode): Promise<vscode.TreeItem> {
    await this.stores.get(node.store).catch(() => null);
    const entry = this.stores.entry(node.store);
    const gone = entry?.store?.state.status === 'gone';
    const item = new vscode.TreeItem(
      plainText(storeName(node.store)),
      vscode.TreeItemCollapsibleState.Expanded,
    );
    item.id = nodeId(node);
    item.iconPath =
      entry?.error || gone ? themeIcon('warning', 'list.warningForeground') : themeIcon('database');
    item.description = storeDescription(entry, gone);
    item.contextValue = entry?.error ? 'store.error' : 'store';
    return item;
  }

  private async experimentItem(node: ExperimentNode): Promise<vscode.TreeItem> {
    const { experiment } = node;
    const deleted = experiment.lifecycleStage === 'deleted';
    const store = await this.stores.get(node.store);
    const runs = await this.countOf(store, node.experimentId);
    const item = new vscode.TreeItem(
      plainText(experiment.name),
      runs === 0 ? vscode.TreeItemCollapsibleState.None : await this.foldOf(node),
    );
    item.id = nodeId(node);
    item.iconPath = themeIcon(deleted ? 'trash' : 'beaker', deleted ? 'disabledForeground' : undefined);
    item.description = `${deleted ? 'deleted, ' : ''}${runs === 0 ? 'empty' : count(runs, 'run')}`;
    item.contextValue = deleted ? 'experiment.deleted' : 'experiment';
    item.tooltip = `${plainText(experiment.name)}\nid ${experiment.experimentId}, created ${formatAge(experiment.creationTime, this.now())}`;
    return item;
  }

  private async countOf(store: TrackingStore, experimentId: string): Promise<number> {
    const counts = await store.countRuns([experimentId], this.choice().view);
    return counts.get(experimentId) ?? 0;
  }

  /** With a single store, the experiment with the newest run is open; the rest waits for a click. */
  private async foldOf(node: ExperimentNode): Promise<vscode.TreeItemCollapsibleState> {
    return this.stores.list().length === 1 && (await this.newestExperiment(node.store)) === node.experimentId
      ? vscode.TreeItemCollapsibleState.Expanded
      : vscode.TreeItemCollapsibleState.Collapsed;
  }

  private newestExperiment(uri: string): Promise<string | undefined> {
    const known = this.newest.get(uri);
    if (known) {
      return known;
    }
    const asked = this.stores
      .get(uri)
      .then((store) =>
        store.searchRuns({
          experimentIds: [],
          view: 'ACTIVE_ONLY',
          maxResults: 1,
          params: 'none',
          metrics: 'none',
          tags: 'none',
        }),
      )
      .then(({ items }) => items[0]?.info.experimentId);
    this.newest.set(uri, asked);
    return asked;
  }

  /** Its artifacts, then its child runs. */
  private async runChildren(node: RunNode): Promise<ExperimentsNode[]> {
    const artifacts = this.nodes.keep(artifactRoot(node.store, node.runId));
    return node.row.childCount > 0
      ? [artifacts, ...(await this.runs(node, { experimentIds: [], parent: { runId: node.runId } }))]
      : [artifacts];
  }

  private async artifacts(node: ArtifactNode): Promise<ExperimentsNode[]> {
    const { nodes, note } = await artifactChildren(await this.stores.get(node.store), node);
    const kept: ExperimentsNode[] = nodes.map((child) => this.nodes.keep(child));
    return note === null ? kept : [...kept, message(node, note, false)];
  }

  private async runItem(node: RunNode): Promise<vscode.TreeItem> {
    const { row } = node;
    this.drawn.set(nodeId(node), this.lookOf(node));
    const condition = await this.conditionOf(node);
    const item = new vscode.TreeItem(runLabel(row.info), vscode.TreeItemCollapsibleState.Collapsed);
    const key = { store: node.store, runId: node.runId };
    const shown = this.state.isShown(key);
    const { icon, color } = conditionIcon(condition);
    item.id = nodeId(node);
    item.iconPath = shown ? runDot(this.state.colorOf(key)) : themeIcon(icon, color);
    item.description = runDescription(row, condition, await this.metricOf(node), this.now());
    if (this.state.isStarred(key)) {
      item.description = `★ ${item.description}`;
    }
    item.checkboxState = {
      state: shown ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
      tooltip: shown ? 'Shown in charts and comparison' : 'Show in charts and comparison',
    };
    item.contextValue = `run${condition === 'deleted' ? '.deleted' : ''}${this.state.isStarred(key) ? '.starred' : ''}`;
    item.accessibilityInformation = { label: runAccessibleLabel(row, condition, item.description) };
    item.command = { command: 'mlflowLens.openRun', title: 'Open Run', arguments: [key] };
    return item;
  }

  /** A run that says RUNNING is asked when it logged last; the others need no further look. */
  private async conditionOf(node: RunNode): Promise<RunCondition> {
    const { info } = node.row;
    const first = runCondition(info, null, this.now());
    if (first !== 'no end') {
      return first;
    }
    const store = await this.stores.get(node.store);
    const run = await store.getRun(node.runId).catch(() => node.row);
    return runCondition(info, lastLogged(run), this.now());
  }

  private metricOf(node: ExperimentNode | RunNode): Promise<string | undefined> {
    const experimentId = node.kind === 'experiment' ? node.experimentId : node.row.info.experimentId;
    return this.headlines.of(node.store, experimentId, node.experiment);
  }
}

function storeDescription(entry: StoreEntry | undefined, gone: boolean): string {
  if (entry?.error) {
    return 'cannot be opened';
  }
  if (gone) {
    return 'not there';
  }
  return entry?.store ? `${entry.store.kind}, live` : '';
}

function emptyText(view: ViewType, filter: string): string {
  if (filter) {
    return 'No run matches the filter';
  }
  return view === 'DELETED_ONLY' ? 'No deleted runs' : 'No runs';
}

function message(
  node: StoreNode | ExperimentNode | RunNode | ArtifactNode,
  text: string,
  error: boolean,
): MessageNode {
  return { kind: 'message', of: nodeId(node), text, error, store: node.store };
}

export function messageItem(node: MessageNode): vscode.TreeItem {
  const item = new vscode.TreeItem(withoutPath(node));
  item.id = nodeId(node);
  item.tooltip = node.text;
  if (node.error) {
    item.iconPath = themeIcon('error', 'list.errorForeground');
    item.contextValue = 'error';
    item.command = { command: 'mlflowLens.explainError', title: 'Show', arguments: [node] };
  }
  return item;
}

/** The row has little room, and the store's name is above it. */
function withoutPath({ text, store }: MessageNode): string {
  const folder = store.replace(/^(sqlite|file):\/\/\//, '').replace(/[^/]*$/, '');
  return folder === '' ? text : text.replaceAll(folder, '');
}
