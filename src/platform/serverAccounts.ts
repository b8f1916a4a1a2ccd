import * as fs from 'node:fs/promises';
import * as vscode from 'vscode';
import { ServerAccounts } from '../stores/rest/accounts';
import { notify } from './dialogs';
import { log } from './log';
import { readSettings } from './settings';

/**
 * Who is signed in to which tracking server, in VS Code's SecretStorage.
 *
 * @param changed called where what is sent may be another now: somebody signed in in another window, the workspace is
 *   trusted now, a setting changed
 */
export function createServerAccounts(
  { secrets, subscriptions }: Pick<vscode.ExtensionContext, 'secrets' | 'subscriptions'>,
  changed: () => void,
): ServerAccounts {
  const accounts = new ServerAccounts({
    secrets,
    env: process.env,
    isTrusted: () => vscode.workspace.isTrusted,
    requestHeaders: () => readSettings().requestHeaders,
    readFile: (file) => fs.readFile(file, 'utf8'),
    warn: (message) => {
      log().info(message);
      void notify('warning', message);
    },
  });
  const forget = (): void => accounts.forget();
  subscriptions.push(
    secrets.onDidChange(forget),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      forget();
      changed();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('mlflowLens.requestHeaders')) {
        forget();
        changed();
      }
    }),
  );
  return accounts;
}
