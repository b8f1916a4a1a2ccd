import { StoreError } from '../mlflow/errors';
import type { ArtifactOwner } from '../mlflow/store';
import type { FileServices, PageServices } from '../panels/page';
import type { PanelHost } from '../panels/panelHost';
import type { CommandRegistry } from '../platform/commands';
import type { OpenStores } from '../stores/openStores';
import { fieldsOf, storeOf, textOf } from './arguments';

export interface RunCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  panels: PanelHost;
  services: PageServices;
}

/** Commands on artifacts and on logged models; arguments as a tree item has them: {store, owner, path}. */
export function registerRunCommands({ commands, stores, panels, services }: RunCommandDeps): void {
  const files = (): FileServices => {
    if (!services.files) {
      throw new StoreError('UNSUPPORTED', 'Files cannot be opened here.');
    }
    return services.files;
  };
  /** The artifact's file on this machine. */
  const locate = async (args: unknown): Promise<{ file: string; path: string }> => {
    const store = await stores.get(await storeOf(args, stores));
    const path = textOf(args, 'path') ?? '';
    if (!store.locateArtifact) {
      throw new StoreError('UNSUPPORTED', 'This artifact is not a file on this machine.');
    }
    return { file: await store.locateArtifact(ownerOf(args), path), path };
  };
  commands.register('openArtifact', async (args) => files().open((await locate(args)).file));
  commands.register('saveArtifact', async (args) => {
    const { file, path } = await locate(args);
    await files().save(file, path.slice(path.lastIndexOf('/') + 1));
  });
  commands.register('revealArtifact', async (args) => files().reveal((await locate(args)).file));
  commands.register('copyArtifactPath', async (args) => services.copyText((await locate(args)).file, 'path'));
  commands.register('openLoggedModel', async (args) => {
    const modelId = textOf(args, 'modelId');
    if (modelId === undefined) {
      throw new StoreError(
        'INVALID_PARAMETER_VALUE',
        'Select a logged model first, on a run page or under a run in the sidebar.',
      );
    }
    await panels.show('loggedModel', { store: await storeOf(args, stores), modelId });
  });
}

function ownerOf(args: unknown): ArtifactOwner {
  const owner = fieldsOf(args).owner;
  const runId = textOf(owner, 'runId') ?? textOf(args, 'runId');
  const modelId = textOf(owner, 'modelId') ?? textOf(args, 'modelId');
  if (modelId !== undefined) {
    return { modelId };
  }
  if (runId !== undefined) {
    return { runId };
  }
  throw new StoreError(
    'INVALID_PARAMETER_VALUE',
    'Select an artifact first, on a run page or under a run in the sidebar.',
  );
}
