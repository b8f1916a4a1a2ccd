import * as vscode from 'vscode';
import { StoreError } from '../mlflow/errors';
import type { CommandRegistry } from '../platform/commands';
import { notify, showStatus } from '../platform/dialogs';
import { showSource } from '../platform/showSource';
import type { SourceService } from '../platform/sources';
import type { OpenStores } from '../stores/openStores';
import { runsOf, textOf } from './arguments';

export interface SourceCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  sources: SourceService;
}

/** openSource: the file as of the run's commit, at the line that set a param (design.md, section 4). */
export function registerSourceCommands({ commands, stores, sources }: SourceCommandDeps): void {
  commands.register('openSource', async (args, selection) => {
    const [key] = runsOf(args, selection);
    if (!key) {
      throw new StoreError('INVALID_PARAMETER_VALUE', 'Select a run in the sidebar first.');
    }
    const run = await (await stores.get(key.store)).getRun(key.runId);
    const found = await sources.finder().findSources(run);
    const param = textOf(args, 'param');
    const source = param === undefined ? undefined : found.params.get(param);
    const file = source ? source.file : found.run.file;
    if (param !== undefined && !source) {
      throw new StoreError('RESOURCE_DOES_NOT_EXIST', `The run has no param "${param}".`);
    }
    if (file === null || found.run.repository === null || found.run.commit === null) {
      const why = source?.why ?? found.run.problem ?? 'The code of this run was not found.';
      void explain(param === undefined ? why : `${param}: ${why}`, await sources.finder().workingFile(run));
      return;
    }
    await showSource({
      repository: found.run.repository,
      commit: found.run.commit,
      file,
      line: source?.line ?? null,
      ...(source?.cell === undefined ? {} : { cell: source.cell }),
    });
    if (source?.status === 'differs') {
      showStatus(source.why, 8000);
    }
  });
}

/** Says why there is no line, and offers what can still be shown: the program as it is on disk now. */
async function explain(why: string, workingFile: string | null): Promise<void> {
  const open = 'Open Working Copy';
  const choice = await notify('information', why, ...(workingFile === null ? [] : [open]));
  if (choice === open && workingFile !== null) {
    await vscode.window.showTextDocument(vscode.Uri.file(workingFile));
  }
}
