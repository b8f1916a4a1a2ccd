import * as path from 'node:path';
import * as vscode from 'vscode';
import { StoreError } from '../mlflow/errors';
import { showStatus } from './dialogs';

/** Opens a file of this machine in VS Code's own editor for its kind. */
export async function openFile(file: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
}

/** Copies a file or folder to a place that the user names; nothing where the user cancels. */
export async function saveCopy(file: string, suggestedName: string): Promise<void> {
  const target = await vscode.window.showSaveDialog({ defaultUri: inWorkspace(suggestedName) });
  if (target) {
    await vscode.workspace.fs.copy(vscode.Uri.file(file), target, { overwrite: true });
    sayWhere(target);
  }
}

/** Writes bytes to a place that the user names; nothing where the user cancels. */
export async function saveBytes(suggestedName: string, data: Uint8Array): Promise<void> {
  const target = await vscode.window.showSaveDialog({ defaultUri: inWorkspace(suggestedName) });
  if (target) {
    await vscode.workspace.fs.writeFile(target, data);
    sayWhere(target);
  }
}

/** Shows a file in the Explorer where it lies in the workspace, else in the system's file manager. */
export async function revealFile(file: string): Promise<void> {
  const uri = vscode.Uri.file(file);
  const command = vscode.workspace.getWorkspaceFolder(uri) ? 'revealInExplorer' : 'revealFileInOS';
  await vscode.commands.executeCommand(command, uri);
}

/** A folder of the extension's storage, made where it is not there yet. Throws StoreError. */
export async function storageFolder(storage: vscode.Uri, name: string): Promise<string> {
  const folder = vscode.Uri.joinPath(storage, name);
  try {
    await vscode.workspace.fs.createDirectory(folder);
  } catch (error) {
    throw new StoreError(
      'PERMISSION_DENIED',
      `The folder ${folder.fsPath} cannot be created (${error instanceof Error ? error.message : String(error)}). VS Code keeps there what extensions store.`,
    );
  }
  return folder.fsPath;
}

function inWorkspace(name: string): vscode.Uri | undefined {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return folder && vscode.Uri.joinPath(folder, path.basename(name));
}

function sayWhere(target: vscode.Uri): void {
  showStatus(`Saved ${vscode.workspace.asRelativePath(target)}`, 3000, 'check');
}
