import * as vscode from 'vscode';
import { reportFailure } from '../mlflow/failures';

/** What a tree's nodes and items come from, as VS Code asks for them. */
export interface TreeSource<Node> {
  children(node: Node | undefined): Promise<Node[]>;
  item(node: Node): Promise<vscode.TreeItem>;
  parent(node: Node): Node | undefined;
  id(node: Node): string;
}

interface Branch<Node> {
  node: Node | undefined;
  childIds: string[];
  collapsed: boolean;
}

/**
 * Draws a tree again where a store changed it, and only there. VS Code runs a progress bar over a view while it asks
 * for children: with a run that logs, it would run all the time. So what VS Code was given is looked at again here, and
 * a branch is drawn anew where other children are due, a node where it looks different.
 */
export class QuietTree<Node> implements vscode.Disposable {
  private readonly branches = new Map<string, Branch<Node>>();
  private readonly looks = new Map<string, string>();
  private readonly disposables: vscode.Disposable[];
  private wanted: ((node: Node) => boolean) | null = null;
  private running = false;

  /** @param fire draws a node and what is below it again; undefined: all */
  constructor(
    private readonly tree: vscode.TreeView<Node>,
    private readonly source: TreeSource<Node>,
    private readonly fire: (node: Node | undefined) => void,
  ) {
    this.disposables = [
      tree.onDidCollapseElement(({ element }) => this.fold(element, true)),
      tree.onDidExpandElement(({ element }) => this.fold(element, false)),
    ];
  }

  /** As `getChildren` answers VS Code. */
  async children(node: Node | undefined): Promise<Node[]> {
    const children = await this.source.children(node);
    const id = this.branchId(node);
    const childIds = this.idsOf(children);
    const here = new Set(childIds);
    this.branches
      .get(id)
      ?.childIds.filter((child) => !here.has(child))
      .forEach((child) => this.forget(child));
    this.branches.set(id, { node, childIds, collapsed: false });
    return children;
  }

  /** As `getTreeItem` answers VS Code. */
  async item(node: Node): Promise<vscode.TreeItem> {
    const item = await this.source.item(node);
    this.looks.set(this.source.id(node), lookOf(item));
    return item;
  }

  /**
   * Something changed.
   * @param affects the nodes whose children and looks may be others now
   */
  update(affects: (node: Node) => boolean): void {
    if (!this.branches.has('')) {
      // What VS Code has not asked for yet needs no second asking, which it would do 200 ms later.
      return;
    }
    if (!this.tree.visible) {
      this.fire(undefined);
      return;
    }
    const before = this.wanted;
    this.wanted = before ? (node) => before(node) || affects(node) : affects;
    if (!this.running) {
      this.running = true;
      this.look().catch(reportFailure);
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private async look(): Promise<void> {
    try {
      for (let affects = this.wanted; affects; affects = this.wanted) {
        this.wanted = null;
        await this.lookOnce(affects);
      }
    } finally {
      this.running = false;
    }
  }

  private async lookOnce(affects: (node: Node) => boolean): Promise<void> {
    const drawn = new Set<string>();
    const drawAgain = (node: Node): void => {
      drawn.add(this.source.id(node));
      this.fire(node);
    };
    // From the root down, in the order in which VS Code came by.
    for (const [id, branch] of [...this.branches]) {
      const { node } = branch;
      if (this.branches.get(id) !== branch || (node && (!affects(node) || this.isBelow(node, drawn)))) {
        continue;
      }
      if (node && branch.collapsed) {
        // Drawn again it is asked for when it is unfolded.
        this.branches.delete(id);
        drawAgain(node);
        continue;
      }
      const children = await this.source.children(node);
      if (this.idsOf(children).join('\0') !== branch.childIds.join('\0')) {
        if (!node) {
          this.fire(undefined);
          return;
        }
        drawAgain(node);
        continue;
      }
      for (const child of children) {
        if (affects(child) && (await this.looksDifferent(child))) {
          drawAgain(child);
        }
      }
    }
  }

  private async looksDifferent(node: Node): Promise<boolean> {
    const id = this.source.id(node);
    const before = this.looks.get(id);
    return before !== undefined && lookOf(await this.source.item(node)) !== before;
  }

  private isBelow(node: Node, ids: ReadonlySet<string>): boolean {
    for (let above: Node | undefined = node; above; above = this.source.parent(above)) {
      if (ids.has(this.source.id(above))) {
        return true;
      }
    }
    return false;
  }

  private forget(id: string): void {
    const branch = this.branches.get(id);
    this.branches.delete(id);
    this.looks.delete(id);
    branch?.childIds.forEach((child) => this.forget(child));
  }

  private fold(node: Node, collapsed: boolean): void {
    const branch = this.branches.get(this.source.id(node));
    if (branch) {
      branch.collapsed = collapsed;
    }
  }

  private branchId(node: Node | undefined): string {
    return node === undefined ? '' : this.source.id(node);
  }

  private idsOf(nodes: readonly Node[]): string[] {
    return nodes.map((node) => this.source.id(node));
  }
}

/** What is seen of an item; not its tooltip, which is made when it is asked for. */
function lookOf(item: vscode.TreeItem): string {
  const { label, description, contextValue, collapsibleState, checkboxState, accessibilityInformation } =
    item;
  const { iconPath } = item;
  const icon =
    iconPath instanceof vscode.ThemeIcon ? [iconPath.id, iconPath.color] : JSON.stringify(iconPath ?? null);
  return JSON.stringify([
    label,
    description,
    contextValue,
    collapsibleState,
    checkboxState,
    accessibilityInformation,
    icon,
  ]);
}
