import * as vscode from 'vscode';
import { gitUri } from './gitFileSystem';

export interface SourcePlace {
  repository: string;
  commit: string;
  file: string;
  /** From 1; null for the file alone. */
  line: number | null;
  /** The notebook's cell, from 1. */
  cell?: number;
}

/** Opens a file as of a commit with the line selected; a notebook at its cell. */
export async function showSource(place: SourcePlace): Promise<void> {
  const uri = gitUri(place);
  if (place.file.endsWith('.ipynb') && (await showCell(uri, place))) {
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  const selection =
    place.line === null || place.cell !== undefined ? undefined : lineRange(document, place.line);
  const editor = await vscode.window.showTextDocument(document, { selection, preview: true });
  if (selection) {
    editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

async function showCell(uri: vscode.Uri, { cell, line }: SourcePlace): Promise<boolean> {
  const notebook = await vscode.workspace.openNotebookDocument(uri).then(undefined, () => undefined);
  if (!notebook) {
    // No editor for notebooks is installed: their text is shown.
    return false;
  }
  const index = Math.min((cell ?? 1) - 1, notebook.cellCount - 1);
  const range = new vscode.NotebookRange(index, index + 1);
  const editor = await vscode.window.showNotebookDocument(notebook, { selections: [range] });
  editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
  if (line !== null && index >= 0) {
    const document = notebook.cellAt(index).document;
    const inner = vscode.window.visibleTextEditors.find(
      (each) => each.document.uri.toString() === document.uri.toString(),
    );
    if (inner) {
      const selection = lineRange(document, line);
      inner.selection = new vscode.Selection(selection.start, selection.end);
      inner.revealRange(selection);
    }
  }
  return true;
}

function lineRange(document: vscode.TextDocument, line: number): vscode.Range {
  const index = Math.min(Math.max(0, line - 1), document.lineCount - 1);
  const { text } = document.lineAt(index);
  return new vscode.Range(index, text.length - text.trimStart().length, index, text.trimEnd().length);
}
