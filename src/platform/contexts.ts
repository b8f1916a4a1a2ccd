import * as vscode from 'vscode';

/** The context keys of the manifest's `when` clauses, with their types. */
export interface Contexts {
  'mlflowLens.storeCount': number;
  'mlflowLens.searching': boolean;
  'mlflowLens.shownCount': number;
  'mlflowLens.canUndo': boolean;
  'mlflowLens.runView': 'active' | 'deleted' | 'all';
  'mlflowLens.runFilter': boolean;
  /** The run page in front has shown another run before, or after, this one. */
  'mlflowLens.canGoBack': boolean;
  'mlflowLens.canGoForward': boolean;
  'mlflowLens.modelFilter': boolean;
}

export function setContext<Key extends keyof Contexts>(key: Key, value: Contexts[Key]): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
