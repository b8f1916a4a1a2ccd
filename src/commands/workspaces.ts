import { StoreError } from '../mlflow/errors';
import type { CommandRegistry } from '../platform/commands';
import { notify, pickOne } from '../platform/dialogs';
import { plainText } from '../mlflow/format';
import type { WorkspaceSummary } from '../mlflow/workspace';
import type { OpenStores } from '../stores/openStores';
import { storeName } from '../stores/uri';
import { workspaceContent } from '../stores/workspaces';
import { shownWorkspace, workspaceText } from '../views/storeText';
import { cancelled, namedStore, textOf } from './arguments';

export interface WorkspaceCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  /** Remembers which workspace a store shows, for the next session. */
  remember(this: void, named: string, workspace: string): Promise<void>;
}

/** "Switch Workspace": which of a store's workspaces is shown, as in MLflow's UI one at a time. */
export function registerWorkspaceCommand({ commands, stores, remember }: WorkspaceCommandDeps): void {
  commands.register('switchWorkspace', async (args) => {
    const uri = namedStore(args) ?? (await storeWithChoice(stores));
    if (uri === null) {
      await notify('information', 'No open store has more than one workspace.');
      return;
    }
    const { workspaces } = await (await stores.get(uri)).describe();
    // It may have got its own URI when it was opened.
    const listed = stores.entry(uri)?.uri ?? uri;
    const wanted = textOf(args, 'workspace') ?? (await pickWorkspace(workspaces, listed));
    if (!workspaces.some(({ name }) => name === wanted)) {
      throw new StoreError(
        'RESOURCE_DOES_NOT_EXIST',
        `There is no workspace "${plainText(wanted)}" to switch to in ${storeName(listed)}.`,
      );
    }
    const { named } = stores.switchWorkspace(listed, wanted);
    await remember(named, wanted);
  });
}

/** The store that has several workspaces, the one of them that the user picks, or null. */
async function storeWithChoice(stores: OpenStores): Promise<string | null> {
  await stores.settled();
  const choices = await Promise.all(
    stores.list().map(async ({ uri }) => ({ uri, text: await workspaceText(stores, uri) })),
  );
  const found = choices.filter(({ text }) => text !== null);
  if (found.length < 2) {
    return found[0]?.uri ?? null;
  }
  const picked = await pickOne(
    found.map(({ uri, text }) => ({ label: storeName(uri), description: text ?? '', uri })),
    { placeHolder: 'Workspaces of which store?' },
  );
  if (!picked) {
    throw cancelled();
  }
  return picked.uri;
}

async function pickWorkspace(workspaces: readonly WorkspaceSummary[], uri: string): Promise<string> {
  const picked = await pickOne(
    workspaces.map((workspace) => ({
      label: workspace.name,
      description: workspace.name === shownWorkspace(uri) ? 'shown now' : '',
      detail: workspaceContent(workspace),
      name: workspace.name,
    })),
    { placeHolder: `Which workspace of ${storeName(uri)}?` },
  );
  if (!picked) {
    throw cancelled();
  }
  return picked.name;
}
