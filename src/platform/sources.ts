import * as path from 'node:path';
import * as vscode from 'vscode';
import type { SourceFinder } from '../provenance/finder';
import { createRemoteFinder } from '../provenance/remoteFinder';
import { readSettings } from './settings';
import { localFolders } from './workspaceFolders';

/**
 * Where the params of runs come from, for the repositories of the workspace. A worker with the parser is started, and
 * git, when somebody first asks; in Restricted Mode neither is.
 */
export class SourceService implements vscode.Disposable {
  private made: ReturnType<typeof createRemoteFinder> | null = null;
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly extensionPath: string) {
    const forget = (): void => this.made?.refresh();
    this.disposables = [
      vscode.workspace.onDidChangeWorkspaceFolders(forget),
      vscode.workspace.onDidGrantWorkspaceTrust(forget),
    ];
  }

  finder(): SourceFinder {
    this.made ??= createRemoteFinder(path.join(this.extensionPath, 'dist', 'provenanceWorker.js'), {
      folders: localFolders,
      gitPath: () => readSettings().gitPath || 'git',
      isTrusted: () => vscode.workspace.isTrusted,
    });
    return this.made;
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
    this.made?.dispose();
  }
}
