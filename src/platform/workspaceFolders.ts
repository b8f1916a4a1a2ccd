import * as vscode from 'vscode';

/**
 * The workspace's folders that lie on this machine, as absolute paths. Those of a virtual workspace have a path too, on
 * Windows one of a network (`vscode-vfs://github/…` gives `\\github\…`), which nothing may look at.
 */
export function localFolders(): string[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
}
