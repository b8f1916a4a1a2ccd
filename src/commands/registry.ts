import type { Disposable } from '../mlflow/store';
import type { CommandRegistry } from '../platform/commands';
import type { RegistryHistory } from '../registry/history';
import type { OpenStores } from '../stores/openStores';
import * as annotations from './registry/annotationCommands';
import { chooseStore } from './registry/choose';
import * as lifecycle from './registry/lifecycleCommands';
import * as models from './registry/modelCommands';
import { undoLast, type RegistryContext, type RegistrySettings } from './registry/perform';
import * as promotion from './registry/promotionCommands';
import { mustBeTrusted, vscodeUi } from './registry/vscodeUi';

export interface RegistryCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  history: RegistryHistory;
  userName: string;
  settings: () => RegistrySettings;
  /** Told whenever it changes whether something can be undone. */
  setCanUndo(canUndo: boolean): void;
}

/** The commands that change a store: registry, tags and descriptions, lifecycle of runs and experiments. */
export function registerRegistryCommands(deps: RegistryCommandDeps): Disposable {
  const { commands, stores, history, userName, settings } = deps;
  const context: RegistryContext = { stores, history, userName, settings, ui: vscodeUi };

  type Flow = (context: RegistryContext, args: unknown, selection?: unknown) => Promise<void>;
  const flows: Record<string, Flow> = {
    promoteModelVersion: promotion.promoteModelVersion,
    archiveModelVersion: promotion.archiveModelVersion,
    archiveOldVersions: promotion.archiveOldVersions,
    markReady: promotion.markReady,
    setAlias: promotion.setAlias,
    deleteAlias: promotion.deleteAlias,
    createModel: models.createModel,
    renameModel: models.renameModel,
    deleteModel: models.deleteModel,
    deleteModelVersion: models.deleteModelVersion,
    registerModel: models.registerModel,
    copyModelVersion: models.copyModelVersion,
    setTag: annotations.setTag,
    deleteTag: annotations.deleteTag,
    editDescription: annotations.editDescription,
    renameRun: lifecycle.renameRun,
    deleteRuns: lifecycle.deleteRuns,
    restoreRuns: lifecycle.restoreRuns,
    createExperiment: lifecycle.createExperiment,
    renameExperiment: lifecycle.renameExperiment,
    deleteExperiments: lifecycle.deleteExperiments,
    restoreExperiments: lifecycle.restoreExperiments,
    undoRegistryChange: async (_, args) =>
      undoLast(context, (await chooseStore(context, args, 'Undo Registry Change')).uri),
  };
  for (const [name, flow] of Object.entries(flows)) {
    commands.register(name, (args, selection) => {
      mustBeTrusted();
      return flow(context, args, selection);
    });
  }

  const tellUndo = (): void =>
    deps.setCanUndo(stores.list().some(({ uri }) => history.lastUndoable(uri) !== null));
  tellUndo();
  const subscriptions = [history.onDidChange(tellUndo), stores.onDidChange(tellUndo)];
  return { dispose: () => subscriptions.forEach((subscription) => subscription.dispose()) };
}
