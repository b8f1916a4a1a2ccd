import * as vscode from 'vscode';

let channel: vscode.LogOutputChannel | undefined;

/** The one log of the extension, made when first written to. */
export function log(): vscode.LogOutputChannel {
  channel ??= vscode.window.createOutputChannel('MLflow Lens', { log: true });
  return channel;
}

export function disposeLog(): void {
  channel?.dispose();
  channel = undefined;
}
