import * as vscode from 'vscode';
import { metricOf, type Experiment, type Run } from '../mlflow/entities';
import { formatNumber, plainText } from '../mlflow/format';
import { setContext } from '../platform/contexts';
import type { RunList } from '../protocol/runList';
import { headlineMetric } from '../state/metrics';
import { keyOf, sameRun, type RunKey, type ViewState } from '../state/viewState';
import type { OpenStores } from '../stores/openStores';
import { onDotsChange, runDot } from './icons';
import { lightUpSelected, runUri } from './litRun';
import { isOfStore } from './nodes';
import { QuietTree } from './quietTree';
import { runLabel } from './runText';
import { runTooltip } from './runTooltip';

export interface ComparisonNode extends RunKey {
  kind: 'shown';
  /** The list that it stands in: its page walks it. */
  list: RunList;
}

/** The shown runs of all stores, with their colours and the baseline. */
export class ComparisonView implements vscode.TreeDataProvider<ComparisonNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<ComparisonNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly tree: vscode.TreeView<ComparisonNode>;
  /** Names last seen: a store that went away takes no name with it. */
  private readonly names = new Map<string, string>();
  private readonly nodes = new Map<string, ComparisonNode>();
  private readonly quiet: QuietTree<ComparisonNode>;
  private readonly disposables: vscode.Disposable[] = [];

  constructor(
    private readonly stores: OpenStores,
    private readonly state: ViewState,
    private readonly setting: () => string,
    private readonly now: () => number = Date.now,
  ) {
    this.tree = vscode.window.createTreeView('mlflowLens.comparison', {
      treeDataProvider: this,
      canSelectMany: true,
    });
    this.quiet = new QuietTree<ComparisonNode>(
      this.tree,
      {
        children: async () => this.shown(),
        item: (node) => this.itemOf(node),
        parent: () => undefined,
        id: keyOf,
      },
      (node) => this.changed.fire(node),
    );
    this.disposables.push(
      this.tree,
      this.changed,
      this.quiet,
      lightUpSelected(this.tree, state, (node) => ({ store: node.store, runId: node.runId })),
      stores.onDidChange((uri) => this.quiet.update((node) => isOfStore(node, uri ?? undefined))),
      state.onDidChange(() => this.update()),
      onDotsChange(() => this.changed.fire(undefined)),
    );
    this.update();
  }

  getChildren(node?: ComparisonNode): Promise<ComparisonNode[]> {
    return node ? Promise.resolve([]) : this.quiet.children(undefined);
  }

  /** The same object for the same run: by it VS Code knows what is to be drawn again. */
  private shown(): ComparisonNode[] {
    return this.state.shownRuns().map((run) => {
      const key = keyOf(run);
      const node = this.nodes.get(key) ?? { kind: 'shown', ...run, list: { kind: 'shown' } };
      this.nodes.set(key, node);
      return node;
    });
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(node: ComparisonNode): Promise<vscode.TreeItem> {
    return this.quiet.item(node);
  }

  private async itemOf(node: ComparisonNode): Promise<vscode.TreeItem> {
    const run = await this.runOf(node);
    if (run) {
      this.names.set(keyOf(node), runLabel(run.info));
      this.state.learnColor(node, run.tags);
    }
    const item = new vscode.TreeItem(this.names.get(keyOf(node)) ?? plainText(node.runId));
    const baseline = this.state.baseline !== null && sameRun(this.state.baseline, node);
    item.id = keyOf(node);
    item.resourceUri = runUri(node);
    item.iconPath = runDot(this.state.colorOf(node));
    item.description = [
      run ? await this.metricText(node, run) : 'its store is not there',
      baseline ? 'baseline' : '',
    ]
      .filter(Boolean)
      .join('  ');
    item.contextValue = baseline ? 'shown.baseline' : 'shown';
    item.tooltip = run
      ? runTooltip(run, undefined, this.now())
      : `Run ${plainText(node.runId)} of ${plainText(node.store)}`;
    item.command = { command: 'mlflowLens.openRun', title: 'Open Run', arguments: [node] };
    return item;
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private update(): void {
    const shown = this.state.shownRuns().length;
    setContext('mlflowLens.shownCount', shown);
    this.tree.title = shown > 0 ? `Comparison (${shown})` : 'Comparison';
    this.changed.fire(undefined);
  }

  private async runOf(node: RunKey): Promise<Run | null> {
    try {
      const store = await this.stores.get(node.store);
      return await store.getRun(node.runId);
    } catch {
      return null;
    }
  }

  private async experimentOf(node: RunKey, run: Run): Promise<Experiment | null> {
    try {
      const store = await this.stores.get(node.store);
      return await store.getExperiment(run.info.experimentId);
    } catch {
      return null;
    }
  }

  private async metricText(node: RunKey, run: Run): Promise<string> {
    const keys = run.metrics.map(({ key }) => key);
    const chosen = this.state.headlineMetric(node.store, run.info.experimentId);
    // What was chosen needs no experiment; without it a row has the metric that the keys suggest.
    const isChosen = chosen !== undefined && keys.includes(chosen);
    const experiment = isChosen ? null : await this.experimentOf(node, run);
    const key = headlineMetric(keys, experiment?.tags ?? [], chosen, this.setting() || undefined);
    const metric = key === undefined ? undefined : metricOf(run, key);
    return metric ? `${plainText(metric.key, 24)} ${formatNumber(metric.value)}` : '';
  }
}
