import { StoreError } from '../mlflow/errors';
import type { PanelHost } from '../panels/panelHost';
import { runCommand, type CommandRegistry } from '../platform/commands';
import { pickOne } from '../platform/dialogs';
import type { RunKey } from '../mlflow/runKey';
import type { OpenStores } from '../stores/openStores';
import { setContext } from '../platform/contexts';
import type { PageArguments } from '../protocol/pages';
import type { Step } from '../protocol/run';
import { canRetrace, toRunList } from '../protocol/runList';
import { cancelled, fieldsOf, runsOf, storeOf, textOf } from './arguments';

export interface PageCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  panels: PanelHost;
  /** Selects a run in the sidebar. */
  revealRun: (run: RunKey) => Promise<void>;
}

/** Commands that only open a page which has no commands of its own. */
export function registerPageCommands({ commands, stores, panels, revealRun }: PageCommandDeps): void {
  commands.register('openRun', async (args, selection) => {
    const runs = runsOf(args, selection);
    if (runs.length === 0) {
      await runCommand('goToRun');
      return;
    }
    const given = Array.isArray(selection) && selection.length > 1 ? selection : [args];
    for (const run of runs.slice(0, 5)) {
      const list = given
        .filter((item) => textOf(item, 'runId') === run.runId)
        .map((item) => toRunList(fieldsOf(item).list))
        .find((known) => known !== undefined);
      await panels.show('run', { ...run, ...(list && { list }) });
    }
  });

  commands.register('revealRun', async (args, selection) => {
    const run = runsOf(args, selection)[0] ?? panels.runInFront;
    if (!run) {
      throw new StoreError('INVALID_PARAMETER_VALUE', 'Open a run first.');
    }
    await revealRun(run);
  });

  const step = (to: Step) => (): void => {
    const page = panels.activePage;
    if (page?.name !== 'run') {
      throw new StoreError('INVALID_PARAMETER_VALUE', 'Open a run first.');
    }
    page.emit('step', to);
  };
  commands.register('previousRun', step('previous'));
  commands.register('nextRun', step('next'));
  commands.register('goBackToRun', step('back'));
  commands.register('goForwardToRun', step('forward'));
  const tellSteps = (): void => {
    const page = panels.activePage;
    const { back, forward } =
      page?.name === 'run' ? canRetrace(page.args as PageArguments['run']) : { back: false, forward: false };
    setContext('mlflowLens.canGoBack', back);
    setContext('mlflowLens.canGoForward', forward);
  };
  panels.onDidChangeActive(tellSteps);

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
  const picked = await pickOne(
    items.map(({ name }) => ({ label: name, name })),
    { placeHolder: 'Which registered model?' },
  );
  if (picked === undefined) {
    throw cancelled();
  }
  return picked.name;
}
