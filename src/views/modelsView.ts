import * as vscode from 'vscode';
import { isCancelled } from '../mlflow/errors';
import type { ModelFilter } from '../mlflow/store';
import type { RegistryHistory } from '../registry/history';
import { isEmptyFilter, versionMatches } from '../registry/modelFilter';
import { readyMark } from '../registry/promotion';
import type { ViewState } from '../state/viewState';
import type { OpenStores } from '../stores/openStores';
import { isServerUri } from '../stores/uri';
import { dimmedWhileAway } from './away';
import { messageItem, moreItem } from './experimentItems';
import { themeIcon } from './icons';
import { failureText, placeText, storeContext, storeLabel, workspaceText } from './storeText';
import { LastSeen } from './lastSeen';
import { ModelItems } from './modelItems';
import { NodeRegistry } from './nodeRegistry';
import {
  isOfStore,
  nodeId,
  type ModelNode,
  type ModelsNode,
  type MoreNode,
  type StoreNode,
  type VersionNode,
} from './nodes';
import { QuietTree } from './quietTree';

/** How the models are listed; kept in the view state under this key. */
export interface ModelsChoice {
  text: string;
  versions: (typeof WHICH)[number];
  orderBy: 'name' | 'lastUpdated';
}

const WHICH = ['all', 'inProduction', 'hasAlias', 'waiting'] as const;

export const MODELS_SETTING = 'models';
export const DEFAULT_MODELS_CHOICE: ModelsChoice = { text: '', versions: 'all', orderBy: 'name' };

export interface ModelsViewSettings {
  headlineMetric: string;
  readyTag: string;
  readyAlias: string;
}

const MODELS_A_PAGE = 100;
const VERSIONS_A_PAGE = 25;
/** Few models show their versions at once; many would bury each other. */
const EXPANDED_AT_MOST = 8;

/** Registered models and their versions; the store's level is left out while there is only one store. */
export class ModelsView implements vscode.TreeDataProvider<ModelsNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<ModelsNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly tree: vscode.TreeView<ModelsNode>;
  private readonly disposables: vscode.Disposable[] = [];
  private readonly items: ModelItems;
  private readonly nodes = new NodeRegistry<ModelsNode>();
  private readonly quiet: QuietTree<ModelsNode>;
  private readonly loaded = new Map<string, number>();

  constructor(
    private readonly stores: OpenStores,
    private readonly state: ViewState,
    private readonly history: RegistryHistory,
    private readonly settings: () => ModelsViewSettings,
    private readonly now: () => number = Date.now,
  ) {
    this.items = new ModelItems(stores, state, () => settings().headlineMetric, now);
    this.tree = vscode.window.createTreeView('mlflowLens.models', {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    const lastSeen = new LastSeen<ModelsNode>(stores, nodeId);
    this.quiet = new QuietTree<ModelsNode>(
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
      stores.onDidChange((uri) => this.quiet.update((node) => isOfStore(node, uri ?? undefined))),
    );
  }

  choice(): ModelsChoice {
    const choice = this.state.settingOf(MODELS_SETTING, DEFAULT_MODELS_CHOICE);
    return WHICH.includes(choice.versions) ? choice : { ...choice, versions: 'all' };
  }

  /** Lists others, or in another order, from now on. */
  choose(change: Partial<ModelsChoice>): void {
    this.state.setSetting(MODELS_SETTING, { ...this.choice(), ...change });
    this.loaded.clear();
    this.refresh();
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  loadMore(more: MoreNode): void {
    this.loaded.set(more.of, (this.loaded.get(more.of) ?? MODELS_A_PAGE) + MODELS_A_PAGE);
    this.changed.fire(undefined);
  }

  getParent(node: ModelsNode): ModelsNode | undefined {
    if (node.kind === 'version') {
      return node.parent;
    }
    return node.kind === 'model' && this.stores.list().length > 1
      ? this.nodes.keep<StoreNode>({ kind: 'store', store: node.store })
      : undefined;
  }

  getChildren(node?: ModelsNode): Promise<ModelsNode[]> {
    return this.quiet.children(node);
  }

  /** The same object for the same node: by it VS Code knows what is to be drawn again. */
  private async childrenOf(node?: ModelsNode): Promise<ModelsNode[]> {
    const children = (await this.listed(node)).map((child) => this.nodes.keep(child));
    this.items.listed(children.filter((child) => child.kind === 'version'));
    return children;
  }

  private async listed(node?: ModelsNode): Promise<ModelsNode[]> {
    const listed = this.stores.list();
    if (!node) {
      // A store alone has no row, on which its workspace would stand.
      const workspace = listed.length === 1 ? await workspaceText(this.stores, listed[0]!.uri) : null;
      this.tree.description = workspace ?? undefined;
    }
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
      if (isCancelled(error) || parent.kind === 'more') {
        return [];
      }
      return [
        { kind: 'message', of: nodeId(parent), ...failureText(error, parent.store), store: parent.store },
      ];
    }
  }

  getTreeItem(node: ModelsNode): Promise<vscode.TreeItem> {
    return this.quiet.item(node);
  }

  private async itemOf(node: ModelsNode): Promise<vscode.TreeItem> {
    switch (node.kind) {
      case 'store': {
        const workspace = await workspaceText(this.stores, node.store);
        const item = new vscode.TreeItem(storeLabel(node.store), vscode.TreeItemCollapsibleState.Expanded);
        item.id = nodeId(node);
        item.iconPath = themeIcon(isServerUri(node.store) ? 'server' : 'database');
        item.description = [placeText(this.stores, node.store), workspace].filter(Boolean).join(' · ');
        item.contextValue = storeContext(node.store, { workspace });
        return item;
      }
      case 'model':
        return this.items.modelItem(node);
      case 'version':
        return this.items.versionItem(node);
      case 'more':
        return moreItem(node);
      case 'message':
        return messageItem(node);
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private filter(): ModelFilter {
    const { text, versions } = this.choice();
    const { readyTag, readyAlias } = this.settings();
    return {
      text,
      ...(versions === 'all'
        ? {}
        : { versions: versions === 'waiting' ? readyMark(readyTag, readyAlias) : versions }),
    };
  }

  private async models(node: StoreNode): Promise<ModelsNode[]> {
    const store = await this.stores.get(node.store);
    const id = nodeId(node);
    const { state } = store;
    const why: ModelsNode[] =
      state.status === 'gone'
        ? [{ kind: 'message', of: id, text: state.message, error: true, store: node.store }]
        : [];
    // Below the row of a server the tree keeps what it showed (lastSeen.ts); a store alone has no row.
    if (why.length > 0 && (store.kind !== 'rest' || this.stores.list().length > 1)) {
      return why;
    }
    const about = await store.describe();
    const say = (text: string): ModelsNode[] => [
      { kind: 'message', of: id, text, error: false, store: node.store },
    ];
    if (!about.features.registry) {
      return say(about.advice.registry?.replace(/\.$/, '') ?? 'This store has no model registry');
    }
    const filter = this.filter();
    const notice = this.history.observe(node.store);
    const page = await store.searchRegisteredModels({
      maxResults: this.loaded.get(id) ?? MODELS_A_PAGE,
      filter,
      orderBy: this.choice().orderBy,
    });
    notice(page.items, this.now());
    if (page.items.length === 0) {
      return say(
        isEmptyFilter(filter)
          ? 'No registered models yet: register a run’s model to have one'
          : 'No registered models match',
      );
    }
    const expanded = page.items.length <= EXPANDED_AT_MOST && !page.nextPageToken;
    const nodes = page.items.map((model): ModelNode => ({
      kind: 'model',
      store: node.store,
      name: model.name,
      model,
      expanded,
    }));
    const more: ModelsNode[] = page.nextPageToken
      ? [{ kind: 'more', view: 'models', of: id, remaining: null }]
      : [];
    return [...why, ...nodes, ...more];
  }

  /** Those that are searched for; all where only the model itself is, e.g. by an alias whose version is gone. */
  private versions(node: ModelNode): ModelsNode[] {
    const filter = this.filter();
    const matching = node.model.versions.filter((version) => versionMatches(node.model, version, filter));
    const all = matching.length > 0 ? matching : node.model.versions;
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
      ? [...nodes, { kind: 'more', view: 'models', of: nodeId(node), remaining: all.length - limit }]
      : nodes;
  }
}
