import { contextValue } from './contextValue';
import * as vscode from 'vscode';
import { metricOf, type Experiment, type Run } from '../mlflow/entities';
import { formatNumber, plainText } from '../mlflow/format';
import { nameOfRun, shortRunId, tellApart } from '../mlflow/tellApart';
import { setContext } from '../platform/contexts';
import type { RunList } from '../protocol/runList';
import { metricRank } from '../state/metricRank';
import { headlineMetric } from '../state/metrics';
import { keyOf, sameRun, type RunKey } from '../mlflow/runKey';
import type { ViewState } from '../state/viewState';
import type { OpenStores } from '../stores/openStores';
import { onDotsChange, runDot } from './icons';
import { lightUpSelected, runUri } from './litRun';
import { isOfStore } from './nodes';
import { QuietTree } from './quietTree';
import { runTooltip } from './runTooltip';
import { commandId } from '../protocol/commands';

export interface ComparisonNode extends RunKey {
  kind: 'shown';
  /** The list that it stands in: its page walks it. */
  list: RunList;
}

/** A shown run as it is now, and what tells it from the shown runs of the same name. */
interface Shown {
  run: Run;
  apart: string | null;
}

/** Runs that are asked for at once: what a store answers is bounded. */
const ASKED = 50;

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
  /** Of the runs that are listed now, by key; without those whose store is away. */
  private reading: Promise<ReadonlyMap<string, Shown>> | undefined;

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
    this.reading = undefined;
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
    this.reading ??= this.readShown();
    const { run, apart } = (await this.reading).get(keyOf(node)) ?? { run: null, apart: null };
    if (run) {
      this.names.set(keyOf(node), plainText(nameOfRun(run.info), 120));
      this.state.learnColor(node, run.tags);
    }
    const item = new vscode.TreeItem(this.names.get(keyOf(node)) ?? shortRunId(node.runId));
    const baseline = this.state.baseline !== null && sameRun(this.state.baseline, node);
    item.id = keyOf(node);
    item.resourceUri = runUri(node);
    item.iconPath = runDot(this.state.colorOf(node));
    item.description = [
      apart ?? '',
      run ? await this.metricText(node, run) : 'its store is not available',
      baseline ? 'baseline' : '',
    ]
      .filter((text, index, texts) => text !== '' && texts.indexOf(text) === index)
      .join('  ');
    item.contextValue = contextValue('shown', { starred: this.state.isStarred(node), baseline });
    item.tooltip = run
      ? runTooltip(run, undefined, this.now())
      : `Run ${shortRunId(node.runId)} of ${plainText(node.store)}`;
    item.command = { command: commandId('openRun'), title: 'Open Run', arguments: [node] };
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

  private async readShown(): Promise<ReadonlyMap<string, Shown>> {
    const shown = this.state.shownRuns();
    const stores = [...new Set(shown.map(({ store }) => store))];
    const found = await Promise.all(
      stores.map((uri) =>
        this.readOf(
          uri,
          shown.filter(({ store }) => store === uri),
        ),
      ),
    );
    const runs = found.flat();
    const apart = tellApart(
      runs.map(({ run }) => run),
      metricRank,
    );
    return new Map(runs.map(({ key, run }, index) => [keyOf(key), { run, apart: apart[index] ?? null }]));
  }

  private async readOf(uri: string, keys: readonly RunKey[]): Promise<{ key: RunKey; run: Run }[]> {
    const read: Run[] = [];
    try {
      const store = await this.stores.get(uri);
      for (let at = 0; at < keys.length; at += ASKED) {
        const runIds = keys.slice(at, at + ASKED).map(({ runId }) => runId);
        read.push(...(await store.getRuns({ runIds, params: 'all', metrics: 'all', tags: 'all' })));
      }
    } catch {
      // What is read of it is shown, the rest as runs whose store is away.
    }
    return read.map((run) => ({ key: { store: uri, runId: run.info.runId }, run }));
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
