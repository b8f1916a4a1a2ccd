import * as vscode from 'vscode';
import { sameRun, type RunKey } from '../mlflow/runKey';
import type { ViewState } from '../state/viewState';

const SCHEME = 'mlflow-run';
/** A run that the pointer only passes over is not worth a drawing, ms. */
const REST = 80;

/** Runs that a tree lit up itself: they are selected there, which is to be seen without us. */
const selectedInTree = new WeakSet<RunKey>();

/** Names a run to VS Code's decorations. It is no file: nothing opens it. A path may not begin with two slashes. */
export function runUri({ store, runId }: RunKey): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/run/${runId}`, query: store });
}

/**
 * Lights up, in every tree, the run that is under the pointer in a chart, a table or a sweep. A decoration, so that
 * no item is asked for again.
 */
export class LitRun implements vscode.FileDecorationProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri[]>();
  readonly onDidChangeFileDecorations = this.changed.event;
  private readonly disposables: vscode.Disposable[] = [];
  private lit: RunKey | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly state: ViewState) {
    this.disposables.push(
      this.changed,
      vscode.window.registerFileDecorationProvider(this),
      state.onDidHover(() => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.update(), REST);
      }),
      { dispose: () => clearTimeout(this.timer) },
    );
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const lit = uri.scheme === SCHEME && this.lit && sameRun(this.lit, runOf(uri));
    return lit
      ? {
          badge: '◂',
          color: new vscode.ThemeColor('list.highlightForeground'),
          tooltip: 'highlighted in the open pages',
        }
      : undefined;
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private update(): void {
    const before = this.lit;
    const { hovered } = this.state;
    this.lit = hovered && !selectedInTree.has(hovered) ? hovered : null;
    this.changed.fire([before, this.lit].flatMap((run) => (run ? [runUri(run)] : [])));
  }
}

/** The run that is selected in a tree is lit up in the pages, as one under the pointer: trees tell of no pointer. */
export function lightUpSelected<Node>(
  tree: vscode.TreeView<Node>,
  state: ViewState,
  runOfNode: (node: Node) => RunKey | null,
): vscode.Disposable {
  return tree.onDidChangeSelection(({ selection: [first, second] }) => {
    const run = first !== undefined && second === undefined ? runOfNode(first) : null;
    if (run) {
      selectedInTree.add(run);
    }
    state.setHovered(run);
  });
}

function runOf(uri: vscode.Uri): RunKey {
  return { store: uri.query, runId: uri.path.slice('/run/'.length) };
}
