import * as vscode from 'vscode';
import { isCancelled, StoreError, toStoreError } from '../mlflow/errors';
import { valueOf, type ViewType } from '../mlflow/entities';
import type { RunQuery } from '../mlflow/store';
import type { RunKey, ViewState } from '../state/viewState';
import type { OpenStores } from '../stores/openStores';
import { artifactItem } from './artifactItem';
import { artifactChildren, artifactRoot, type ArtifactNode } from './artifactNodes';
import { ExperimentItems, messageItem, moreItem } from './experimentItems';
import { HeadlineMetrics } from './headline';
import { lightUpSelected } from './litRun';
import { NodeRegistry } from './nodeRegistry';
import {
  nodeId,
  type ExperimentNode,
  type MessageNode,
  type MoreNode,
  type RunNode,
  type StoreNode,
} from './nodes';
import { runTooltip } from './runTooltip';
import { storeTooltip } from './storeTooltip';

export type ExperimentsNode = StoreNode | ExperimentNode | RunNode | ArtifactNode | MoreNode | MessageNode;

const EXPERIMENTS_A_PAGE = 100;
const RUNS_A_PAGE = 50;
/** Parents above a run, and rows under one node, that are looked through to reveal it. */
const DEEPEST = 20;
const REVEALED_AMONG = 5000;

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
  private readonly items: ExperimentItems;
  /** What of the view state each run was drawn with. */
  private readonly drawn = new Map<string, RunLook>();
  private drawnChoice = '';
  private asked = false;
  private firstRun: (() => void) | undefined;

  constructor(
    private readonly stores: OpenStores,
    private readonly state: ViewState,
    setting: () => string,
    private readonly now: () => number = Date.now,
  ) {
    this.items = new ExperimentItems(stores, state, new HeadlineMetrics(stores, state, setting), now);
    this.tree = vscode.window.createTreeView('mlflowLens.experiments', {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
      manageCheckboxStateManually: true,
    });
    this.disposables.push(
      this.tree,
      this.changed,
      lightUpSelected(this.tree, state, (node) =>
        node.kind === 'run' ? { store: node.store, runId: node.runId } : null,
      ),
      stores.onDidChange((uri) =>
        this.draw(uri === null ? undefined : this.nodes.get(nodeId({ kind: 'store', store: uri }))),
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
    return this.state.settingOf(SIDEBAR_SETTING, DEFAULT_CHOICE);
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  /** Loads the next page under the node that `more` goes on for. */
  loadMore(more: MoreNode): void {
    this.loaded.set(more.of, (this.loaded.get(more.of) ?? RUNS_A_PAGE) + RUNS_A_PAGE * 2);
    this.changed.fire(undefined);
  }

  /**
   * Selects a run in the tree, unfolding what it lies under.
   *
   * @throws StoreError RESOURCE_DOES_NOT_EXIST where the tree does not list it: its view or filter leaves it out
   */
  async reveal({ store: uri, runId }: RunKey): Promise<void> {
    const store = await this.stores.get(uri);
    const path = [await store.getRun(runId)];
    for (let above = 0; above < DEEPEST; above++) {
      const parentId = valueOf(path[0]!.tags, 'mlflow.parentRunId');
      const parent = parentId ? await store.getRun(parentId).catch(() => null) : null;
      if (!parent || path.some(({ info }) => info.runId === parent.info.runId)) {
        break;
      }
      path.unshift(parent);
    }
    const storeNode = this.nodes.keep<StoreNode>({ kind: 'store', store: uri });
    const { experimentId } = path[0]!.info;
    let node = await this.childOf(
      storeNode,
      (child) => child.kind === 'experiment' && child.experimentId === experimentId,
    );
    // A filter lists runs of any depth on their own.
    const chain = this.choice().filter === '' ? path : path.slice(-1);
    for (const { info } of chain) {
      node =
        node && (await this.childOf(node, (child) => child.kind === 'run' && child.runId === info.runId));
    }
    if (!node) {
      throw new StoreError(
        'RESOURCE_DOES_NOT_EXIST',
        'The sidebar does not list this run: its filter or its choice of active and deleted runs leaves it out.',
      );
    }
    await this.tree.reveal(node, { select: true, focus: true, expand: false });
  }

  /** The child of a node for which something holds, among as many as need be loaded; undefined where none is. */
  private async childOf(
    node: ExperimentsNode,
    wanted: (child: ExperimentsNode) => boolean,
  ): Promise<ExperimentsNode | undefined> {
    const before = this.loaded.get(nodeId(node));
    for (;;) {
      const children = await this.getChildren(node);
      const found = children.find(wanted);
      const more = children.findLast((child) => child.kind === 'more');
      if (found || !more || children.length > REVEALED_AMONG) {
        if (this.loaded.get(nodeId(node)) !== before) {
          this.draw(node);
        }
        return found;
      }
      this.loaded.set(nodeId(node), children.length * 4);
    }
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
      this.asked = true;
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
        return this.items.storeItem(node);
      case 'experiment':
        return this.items.experimentItem(node, this.choice().view);
      case 'run':
        this.drawn.set(nodeId(node), this.lookOf(node));
        return this.items.runItem(node);
      case 'more':
        return moreItem(node);
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
      item.tooltip = runTooltip(run, await this.items.metricOf(node), this.now());
    } else if (node.kind === 'store') {
      item.tooltip = await storeTooltip(this.stores.entry(node.store), this.now());
    }
    return item;
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  /** What VS Code has not asked for yet needs no second asking, which it would do 200 ms later. */
  private draw(node: ExperimentsNode | undefined): void {
    if (this.asked) {
      this.changed.fire(node);
    }
  }

  /** After a change of the view state: only the runs that look different now, or all where other rows are due. */
  private drawAgain(): void {
    if (JSON.stringify(this.choice()) !== this.drawnChoice) {
      this.draw(undefined);
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
    return page.nextPageToken
      ? [...nodes, { kind: 'more', view: 'experiments', of: id, remaining: null }]
      : nodes;
  }

  private async runs(
    node: ExperimentNode | RunNode,
    where: Pick<RunQuery, 'experimentIds' | 'parent'>,
  ): Promise<ExperimentsNode[]> {
    const store = await this.stores.get(node.store);
    const id = nodeId(node);
    const limit = this.loaded.get(id) ?? RUNS_A_PAGE;
    const { view, filter, orderBy } = this.choice();
    const metric = await this.items.metricOf(node);
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
        list: {
          kind: 'sidebar',
          store: node.store,
          experimentId: row.info.experimentId,
          ...(where.parent && where.parent !== 'roots' && { parentRunId: where.parent.runId }),
          view,
          filter,
          orderBy,
        },
        experiment: node.experiment,
        parent: node,
      }),
    );
    if (!page.nextPageToken) {
      return nodes;
    }
    return [...nodes, { kind: 'more', view: 'experiments', of: id, remaining: page.remaining ?? null }];
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
