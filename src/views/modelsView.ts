import * as vscode from 'vscode';
import { isCancelled, toStoreError } from '../mlflow/errors';
import { metricOf, type ModelVersion, type Run } from '../mlflow/entities';
import { count, formatAge, formatDateTime, formatNumber, plainText } from '../mlflow/format';
import type { ViewState } from '../state/viewState';
import type { OpenStores } from '../stores/openStores';
import { storeName } from '../stores/uri';
import { messageItem } from './experimentItems';
import { HeadlineMetrics } from './headline';
import { themeIcon } from './icons';
import {
  nodeId,
  type MessageNode,
  type ModelNode,
  type MoreNode,
  type StoreNode,
  type VersionNode,
} from './nodes';

export type ModelsNode = StoreNode | ModelNode | VersionNode | MoreNode | MessageNode;

const MODELS_A_PAGE = 100;
const VERSIONS_A_PAGE = 25;

/** Registered models and their versions; the store's level is left out while there is only one store. */
export class ModelsView implements vscode.TreeDataProvider<ModelsNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<ModelsNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly tree: vscode.TreeView<ModelsNode>;
  private readonly disposables: vscode.Disposable[] = [];
  private readonly headlines: HeadlineMetrics;
  private asked = false;
  private readonly loaded = new Map<string, number>();

  constructor(
    private readonly stores: OpenStores,
    state: ViewState,
    setting: () => string,
    private readonly now: () => number = Date.now,
  ) {
    this.headlines = new HeadlineMetrics(stores, state, setting);
    this.tree = vscode.window.createTreeView('mlflowLens.models', {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    this.disposables.push(
      this.tree,
      this.changed,
      stores.onDidChange(() => {
        // What VS Code has not asked for yet needs no second asking, which it would do 200 ms later.
        if (this.asked) {
          this.changed.fire(undefined);
        }
      }),
    );
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  loadMore(more: MoreNode): void {
    this.loaded.set(more.of, (this.loaded.get(more.of) ?? VERSIONS_A_PAGE) + MODELS_A_PAGE);
    this.changed.fire(undefined);
  }

  getParent(node: ModelsNode): ModelsNode | undefined {
    if (node.kind === 'version') {
      return node.parent;
    }
    return node.kind === 'model' && this.stores.list().length > 1
      ? { kind: 'store', store: node.store }
      : undefined;
  }

  async getChildren(node?: ModelsNode): Promise<ModelsNode[]> {
    this.asked = true;
    const listed = this.stores.list();
    if (!node && listed.length !== 1) {
      return listed.filter(({ error }) => error === null).map(({ uri }) => ({ kind: 'store', store: uri }));
    }
    const parent = node ?? ({ kind: 'store', store: listed[0]?.uri ?? '' } as const);
    try {
      switch (parent.kind) {
        case 'store':
          return await this.models(parent);
        case 'model':
          return this.versions(parent);
        default:
          return [];
      }
    } catch (error) {
      if (isCancelled(error)) {
        return [];
      }
      if (parent.kind === 'more') {
        return [];
      }
      const text = toStoreError(error).message;
      return [{ kind: 'message', of: nodeId(parent), text, error: true, store: parent.store }];
    }
  }

  async getTreeItem(node: ModelsNode): Promise<vscode.TreeItem> {
    switch (node.kind) {
      case 'store': {
        const item = new vscode.TreeItem(
          plainText(storeName(node.store)),
          vscode.TreeItemCollapsibleState.Expanded,
        );
        item.id = nodeId(node);
        item.iconPath = themeIcon('database');
        item.contextValue = 'store';
        return item;
      }
      case 'model':
        return this.modelItem(node);
      case 'version':
        return this.versionItem(node);
      case 'more': {
        const item = new vscode.TreeItem(
          node.remaining === null ? '… more' : `… ${count(node.remaining, 'more', 'more')}`,
        );
        item.id = nodeId(node);
        item.command = { command: 'mlflowLens.loadMore', title: 'Load More', arguments: [node] };
        return item;
      }
      case 'message':
        return messageItem(node);
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private async models(node: StoreNode): Promise<ModelsNode[]> {
    const store = await this.stores.get(node.store);
    if (store.state.status === 'gone') {
      return [
        { kind: 'message', of: nodeId(node), text: store.state.message, error: true, store: node.store },
      ];
    }
    const id = nodeId(node);
    const about = await store.describe();
    const say = (text: string): ModelsNode[] => [
      { kind: 'message', of: id, text, error: false, store: node.store },
    ];
    if (!about.features.registry) {
      return say('This store has no model registry: MLflow 1.4 brings it ("mlflow db upgrade")');
    }
    const page = await store.searchRegisteredModels({
      maxResults: Math.max(MODELS_A_PAGE, this.loaded.get(id) ?? 0),
    });
    if (page.items.length === 0) {
      return say('No registered models');
    }
    const nodes = page.items.map((model): ModelNode => ({
      kind: 'model',
      store: node.store,
      name: model.name,
      model,
    }));
    return page.nextPageToken ? [...nodes, { kind: 'more', of: id, remaining: null }] : nodes;
  }

  private versions(node: ModelNode): ModelsNode[] {
    const all = node.model.versions;
    const limit = this.loaded.get(nodeId(node)) ?? VERSIONS_A_PAGE;
    const nodes = all.slice(0, limit).map((modelVersion): VersionNode => ({
      kind: 'version',
      store: node.store,
      name: node.name,
      version: modelVersion.version,
      runId: modelVersion.runId,
      modelVersion,
      parent: node,
    }));
    return all.length > limit
      ? [...nodes, { kind: 'more', of: nodeId(node), remaining: all.length - limit }]
      : nodes;
  }

  private modelItem(node: ModelNode): vscode.TreeItem {
    const { versions } = node.model;
    const item = new vscode.TreeItem(
      plainText(node.name),
      versions.length === 0 ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Expanded,
    );
    item.id = nodeId(node);
    item.iconPath = themeIcon('package');
    item.description = versions.length === 0 ? 'no versions' : count(versions.length, 'version');
    item.contextValue = 'model';
    const aliases = node.model.aliases.map(
      ({ alias, version, dangling }) => `@${alias} → version ${version}${dangling ? ', which is gone' : ''}`,
    );
    item.tooltip = [
      plainText(node.name),
      ...aliases.map((text) => plainText(text)),
      plainText(node.model.description ?? ''),
    ]
      .filter(Boolean)
      .join('\n');
    return item;
  }

  private async versionItem(node: VersionNode): Promise<vscode.TreeItem> {
    const { modelVersion } = node;
    const run = await this.runOf(node);
    const metric = run ? await this.metricText(node, run) : null;
    const item = new vscode.TreeItem(`v${modelVersion.version}`);
    item.id = nodeId(node);
    const [icon, color] = stageIcon(modelVersion);
    item.iconPath = themeIcon(icon, color);
    item.description = versionDescription(modelVersion, run, metric, this.now());
    item.contextValue = `version.${modelVersion.currentStage}`;
    item.accessibilityInformation = {
      label: `${plainText(node.name)} version ${modelVersion.version}, ${item.description}`,
    };
    item.tooltip = versionTooltip(modelVersion, run);
    item.command = { command: 'mlflowLens.openModel', title: 'Open Model', arguments: [node] };
    return item;
  }

  private async runOf(node: VersionNode): Promise<Run | null> {
    if (!node.runId) {
      return null;
    }
    const store = await this.stores.get(node.store);
    return store.getRun(node.runId).catch(() => null);
  }

  private async metricText(node: VersionNode, run: Run): Promise<string | null> {
    const key = await this.headlines.of(node.store, run.info.experimentId, null);
    const metric = key === undefined ? undefined : metricOf(run, key);
    return metric ? `${plainText(metric.key, 24)} ${formatNumber(metric.value)}` : null;
  }
}

function stageIcon({ currentStage, status }: ModelVersion): [string, string?] {
  if (status !== 'READY') {
    return status.startsWith('FAILED') ? ['error', 'testing.iconFailed'] : ['sync~spin'];
  }
  switch (currentStage) {
    case 'Production':
      return ['rocket', 'charts.green'];
    case 'Staging':
      return ['beaker', 'charts.yellow'];
    case 'Archived':
      return ['archive', 'disabledForeground'];
    default:
      return ['circle-outline'];
  }
}

/** `@champion Production  rmse 4.02, 3d ago`. */
function versionDescription(
  version: ModelVersion,
  run: Run | null,
  metric: string | null,
  now: number,
): string {
  const badges = [
    ...version.aliases.map((alias) => `@${plainText(alias, 30)}`),
    ...(version.currentStage && version.currentStage !== 'None' ? [plainText(version.currentStage, 20)] : []),
  ].join(' ');
  const facts = [
    metric,
    run || !version.runId ? null : 'run is gone',
    formatAge(version.creationTimestamp, now),
  ];
  return [badges, facts.filter(Boolean).join(', ')].filter(Boolean).join('  ');
}

function versionTooltip(version: ModelVersion, run: Run | null): string {
  return [
    `${version.name} version ${version.version}`,
    `stage ${version.currentStage}`,
    ...version.aliases.map((alias) => `alias @${alias}`),
    `registered ${formatDateTime(version.creationTimestamp)}`,
    run ? `from run ${run.info.runName || run.info.runId}` : '',
    `source ${version.source}`,
    ...version.tags.map(({ key, value }) => `${key}: ${value}`),
    version.description ?? '',
  ]
    .filter(Boolean)
    .map((line) => plainText(line, 300))
    .join('\n');
}
