import * as vscode from 'vscode';
import { isCancelled, StoreError } from '../mlflow/errors';
import { valueOf } from '../mlflow/entities';
import { TAG_PARENT } from '../mlflow/family';
import type { RunKey } from '../mlflow/runKey';
import type { ViewState } from '../state/viewState';
import type { OpenStores } from '../stores/openStores';
import { artifactItem } from './artifactItem';
import { artifactChildren, type ArtifactNode } from './artifactNodes';
import { ExperimentItems, messageItem, moreItem } from './experimentItems';
import { HeadlineMetrics } from './headline';
import { onDotsChange } from './icons';
import { LastSeen } from './lastSeen';
import { lightUpSelected } from './litRun';
import { NodeRegistry } from './nodeRegistry';
import { QuietTree } from './quietTree';
import {
  isOfStore,
  nodeId,
  type ExperimentNode,
  type ExperimentsNode,
  type MoreNode,
  type RunNode,
  type SidebarChoice,
  type StoreNode,
} from './nodes';
import { looksDifferent, runLook, type RunLook } from './runLook';
import { message, RUNS_A_PAGE, RunNodes } from './runNodes';
import { runTooltip } from './runTooltip';
import { failureText } from './storeText';
import { dimmedWhileAway } from './away';
import { storeTooltip } from './storeTooltip';

const EXPERIMENTS_A_PAGE = 100;
/** Parents above a run, and rows under one node, that are looked through to reveal it. */
const DEEPEST = 20;
const REVEALED_AMONG = 5000;

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
  private readonly quiet: QuietTree<ExperimentsNode>;
  private readonly runs: RunNodes;
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
    this.runs = new RunNodes(
      stores,
      this.items,
      this.nodes,
      this.loaded,
      () => this.choice(),
      (node) => this.draw(node),
      () => this.firstRun?.(),
    );
    this.tree = vscode.window.createTreeView('mlflowLens.experiments', {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
      manageCheckboxStateManually: true,
    });
    const lastSeen = new LastSeen<ExperimentsNode>(stores, nodeId);
    this.quiet = new QuietTree<ExperimentsNode>(
      this.tree,
      {
        children: (node) => lastSeen.children(node, (of) => this.childrenOf(of)),
        item: async (node) => dimmedWhileAway(node, await this.itemOf(node), stores),
        parent: (node) => this.getParent(node),
        id: nodeId,
      },
      (node) => this.changed.fire(node),
    );
    this.disposables.push(
      this.tree,
      this.changed,
      this.quiet,
      lightUpSelected(this.tree, state, (node) =>
        node.kind === 'run' ? { store: node.store, runId: node.runId } : null,
      ),
      stores.onDidChange((uri) => this.quiet.update((node) => isOfStore(node, uri ?? undefined))),
      state.onDidChange(() => this.drawAgain()),
      onDotsChange(() => this.refresh()),
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
      const parentId = valueOf(path[0]!.tags, TAG_PARENT);
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
    for (const { info } of path) {
      node =
        node && (await this.childOf(node, (child) => child.kind === 'run' && child.runId === info.runId));
    }
    if (!node) {
      throw new StoreError(
        'RESOURCE_DOES_NOT_EXIST',
        'The sidebar does not list this run: the filter, or the choice of active or deleted runs, leaves it out.',
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
      const children = await this.childrenOf(node);
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

  getChildren(node?: ExperimentsNode): Promise<ExperimentsNode[]> {
    return this.quiet.children(node);
  }

  private async childrenOf(node?: ExperimentsNode): Promise<ExperimentsNode[]> {
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
          return await this.runs.under(node, { experimentIds: [node.experimentId] });
        case 'run':
          return await this.runs.childrenOf(node);
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
        : [{ ...message(node, '', true), ...failureText(error, node.store) }];
    }
  }

  getTreeItem(node: ExperimentsNode): Promise<vscode.TreeItem> {
    return this.quiet.item(node);
  }

  private async itemOf(node: ExperimentsNode): Promise<vscode.TreeItem> {
    switch (node.kind) {
      case 'store':
        return this.items.storeItem(node);
      case 'experiment':
        return this.items.experimentItem(node, this.choice());
      case 'run':
        this.drawn.set(nodeId(node), runLook(this.state, node));
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
      const look = runLook(this.state, node);
      if (look.metric !== seen.metric) {
        this.changed.fire(undefined);
        return;
      }
      if (looksDifferent(look, seen)) {
        different.push(node);
      }
    }
    different.forEach((node) => this.changed.fire(node));
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

  private async artifacts(node: ArtifactNode): Promise<ExperimentsNode[]> {
    const { nodes, note } = await artifactChildren(await this.stores.get(node.store), node);
    const kept: ExperimentsNode[] = nodes.map((child) => this.nodes.keep(child));
    return note === null ? kept : [...kept, message(node, note, false)];
  }
}
