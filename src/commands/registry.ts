import type { Disposable } from '../mlflow/store';
import type { CommandRegistry } from '../platform/commands';
import type { RegistryHistory } from '../registry/history';
import type { RunKey } from '../mlflow/runKey';
import type { OpenStores } from '../stores/openStores';
import * as annotations from './registry/annotationCommands';
import { chooseStore } from './registry/choose';
import * as lifecycle from './registry/lifecycleCommands';
import * as models from './registry/modelCommands';
import { tellInterrupted, undoLast, type RegistryContext, type RegistrySettings } from './registry/perform';
import * as promotion from './registry/promotionCommands';
import { mustBeTrusted, vscodeUi } from './registry/vscodeUi';
import type { CommandName } from '../protocol/commands';

export interface RegistryCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  history: RegistryHistory;
  userName: string;
  settings: () => RegistrySettings;
  compare: RegistryContext['compare'];
  /** The run whose page is the active editor. */
  runInFront(): RunKey | undefined;
  /** Told whenever it changes whether something can be undone. */
  setCanUndo(canUndo: boolean): void;
}

/** From the palette these act on the run whose page is in front. */
const ON_A_RUN: ReadonlySet<CommandName> = new Set<CommandName>([
  'setTag',
  'deleteTag',
  'editDescription',
  'renameRun',
  'deleteRuns',
  'restoreRuns',
  'registerModel',
]);

/** The commands that change a store: registry, tags and descriptions, lifecycle of runs and experiments. */
export function registerRegistryCommands(deps: RegistryCommandDeps): Disposable {
  const { commands, stores, history, userName, settings, compare } = deps;
  const context: RegistryContext = { stores, history, userName, settings, compare, ui: vscodeUi };

  type Flow = (context: RegistryContext, args: unknown, selection?: unknown) => Promise<unknown>;
  const register = (name: CommandName, flow: Flow): void =>
    commands.register(name, (args, selection) => {
      mustBeTrusted();
      return flow(context, args ?? (ON_A_RUN.has(name) ? deps.runInFront() : undefined), selection);
    });

  register('promoteModelVersion', promotion.promoteModelVersion);
  register('archiveModelVersion', promotion.archiveModelVersion);
  register('archiveOldVersions', promotion.archiveOldVersions);
  register('markReady', promotion.markReady);
  register('setAlias', promotion.setAlias);
  register('deleteAlias', promotion.deleteAlias);
  register('createModel', models.createModel);
  register('renameModel', models.renameModel);
  register('deleteModel', models.deleteModel);
  register('deleteModelVersion', models.deleteModelVersion);
  register('registerModel', models.registerModel);
  register('copyModelVersion', models.copyModelVersion);
  register('setTag', annotations.setTag);
  register('deleteTag', annotations.deleteTag);
  register('editDescription', annotations.editDescription);
  register('createRun', lifecycle.createRun);
  register('renameRun', lifecycle.renameRun);
  register('deleteRuns', lifecycle.deleteRuns);
  register('restoreRuns', lifecycle.restoreRuns);
  register('createExperiment', lifecycle.createExperiment);
  register('renameExperiment', lifecycle.renameExperiment);
  register('deleteExperiments', lifecycle.deleteExperiments);
  register('restoreExperiments', lifecycle.restoreExperiments);
  register('undoRegistryChange', async (_, args) =>
    undoLast(context, (await chooseStore(context, args, 'Undo Registry Change')).uri),
  );

  const tellUndo = (): void =>
    deps.setCanUndo(stores.list().some(({ uri }) => history.lastUndoable(uri) !== null));
  tellUndo();
  let told: ReadonlySet<string> = new Set();
  const tellEnded = (): void => {
    const listed = stores.list().map(({ uri }) => uri);
    listed.filter((uri) => !told.has(uri)).forEach((uri) => tellInterrupted(context, uri));
    told = new Set(listed);
  };
  tellEnded();
  const subscriptions = [
    history.onDidChange(tellUndo),
    stores.onDidChange(tellUndo),
    stores.onDidChange((uri) => {
      if (uri === null) {
        tellEnded();
      }
    }),
  ];
  return { dispose: () => subscriptions.forEach((subscription) => subscription.dispose()) };
}
