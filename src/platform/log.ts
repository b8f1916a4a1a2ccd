import * as vscode from 'vscode';
import { traceOf } from '../mlflow/errors';
import { logText } from '../mlflow/logText';

let channel: vscode.LogOutputChannel | undefined;

/** What is written goes through `logText`: names of stores, files and servers stand in it. */
export interface Log {
  info(text: string): void;
  /** With its stack and those of its causes. */
  error(error: unknown): void;
  show(): void;
}

const LOG: Log = {
  info: (text) => opened().info(logText(text)),
  error: (error) => opened().error(logText(traceOf(error))),
  show: () => opened().show(),
};

/** The one log of the extension, made when first written to. */
export function log(): Log {
  return LOG;
}

function opened(): vscode.LogOutputChannel {
  channel ??= vscode.window.createOutputChannel('MLflow Lens', { log: true });
  return channel;
}

export function disposeLog(): void {
  channel?.dispose();
  channel = undefined;
}
