import * as vscode from 'vscode';
import type * as Provenance from '../provenance';
import { loadBundle } from './lazy';
import { readSettings } from './settings';

/**
 * Where the params of runs come from, for the repositories of the workspace. The parser is loaded and git started
 * when somebody first asks; in Restricted Mode git is never started.
 */
export class SourceService implements vscode.Disposable {
  private made: Provenance.SourceFinder | null = null;
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly extensionPath: string) {
    const forget = (): void => this.made?.refresh();
    this.disposables = [
      vscode.workspace.onDidChangeWorkspaceFolders(forget),
      vscode.workspace.onDidGrantWorkspaceTrust(forget),
    ];
  }

  finder(): Provenance.SourceFinder {
    this.made ??= loadBundle<typeof Provenance>(this.extensionPath, 'provenance').createSourceFinder({
      folders: () =>
        (vscode.workspace.workspaceFolders ?? [])
          .filter(({ uri }) => uri.scheme === 'file')
          .map(({ uri }) => uri.fsPath),
      gitPath: () => readSettings().gitPath || 'git',
      isTrusted: () => vscode.workspace.isTrusted,
    });
    return this.made;
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }
}
