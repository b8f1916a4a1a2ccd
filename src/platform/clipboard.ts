import * as vscode from 'vscode';
import { showStatus } from './dialogs';

/** Copies a text and says so for a moment. @param what said after "Copied", e.g. "run ID" */
export async function copyText(text: string, what: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  showStatus(`Copied ${what}`, 2000, 'check');
}
