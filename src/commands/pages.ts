import * as vscode from 'vscode';
import { StoreError } from '../mlflow/errors';
import type { PanelHost } from '../panels/panelHost';
import type { CommandRegistry } from '../platform/commands';
import type { OpenStores } from '../stores/openStores';
import { cancelled, runsOf, storeOf, textOf } from './arguments';

export interface PageCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  panels: PanelHost;
}

/** Commands that only open a page which has no commands of its own. */
export function registerPageCommands({ commands, stores, panels }: PageCommandDeps): void {
  commands.register('openRun', async (args, selection) => {
    const runs = runsOf(args, selection);
    if (runs.length === 0) {
      await vscode.commands.executeCommand('mlflowLens.goToRun');
      return;
    }
    for (const run of runs.slice(0, 5)) {
      await panels.show('run', run);
    }
  });

  commands.register('openModel', async (args) => {
    const store = await storeOf(args, stores);
    const name = textOf(args, 'name') ?? (await pickModel(stores, store));
    await panels.show('model', { store, name });
  });
}

async function pickModel(stores: OpenStores, uri: string): Promise<string> {
  const store = await stores.get(uri);
  const { items } = await store.searchRegisteredModels({ maxResults: 1000 });
  if (items.length === 0) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', 'This store has no registered models.');
  }
  const picked = await vscode.window.showQuickPick(
    items.map(({ name }) => name),
    { placeHolder: 'Which registered model?' },
  );
  if (picked === undefined) {
    throw cancelled();
  }
  return picked;
}
