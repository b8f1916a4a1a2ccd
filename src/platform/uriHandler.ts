import type * as vscode from 'vscode';
import { parseRunLink } from '../mlflow/runLink';
import type { OpenStores } from '../stores/openStores';
import { storeIdentity } from '../stores/uri';
import { runCommand, showError } from './commands';
import { askModal } from './dialogs';

/**
 * Opens the run that a `vscode://mlflow-lens.mlflow-lens/run?…` link names. A link comes from outside: a store
 * that is not open already is only opened after the user said so.
 */
export function createUriHandler(stores: OpenStores): vscode.UriHandler {
  return {
    handleUri: async (uri) => {
      try {
        const link = parseRunLink(uri.toString(true));
        const { runId } = link;
        const store = storeIdentity(link.store, '/');
        await stores.settled();
        if (!stores.isKnown(store)) {
          const choice = await askModal(
            'information',
            { message: `A link wants to open a run of ${store}, which is not open here.` },
            'Open Store',
          );
          if (choice === undefined) {
            return;
          }
          await runCommand('addStore', { store });
        }
        await runCommand('openRun', { store, runId });
      } catch (error) {
        await showError(error);
      }
    },
  };
}
