import * as vscode from 'vscode';
import { StoreError } from '../mlflow/errors';
import { createTerminal, notify } from '../platform/dialogs';
import { mlflowVersion } from '../platform/mlflowServer';
import { pythonCandidates } from '../platform/python';

/** A Python that has MLflow, and which. */
export interface FoundMlflow {
  /** Absolute path. */
  python: string;
  /** As `mlflowVersion` tells it. */
  version: string;
}

/** @param purpose what would be started: 'run "mlflow ui"'. Throws StoreError in Restricted Mode. */
export function requireTrust(purpose: string): void {
  if (!vscode.workspace.isTrusted) {
    throw new StoreError(
      'PERMISSION_DENIED',
      `In Restricted Mode no process is started: trust this workspace to ${purpose}.`,
    );
  }
}

/**
 * The likeliest Python of this workspace whose MLflow can do what is wanted; where none can, the likeliest that has one;
 * undefined where none has.
 *
 * @param setting `mlflowLens.pythonPath`
 * @param folder of ours, in which Python is started
 */
export async function pythonWithMlflow(
  setting: string,
  folder: string,
  can: (version: string) => boolean = () => true,
): Promise<FoundMlflow | undefined> {
  let first: FoundMlflow | undefined;
  for (const python of await pythonCandidates(setting)) {
    const version = await mlflowVersion(python, folder);
    if (version !== null) {
      const found = { python, version };
      if (can(version)) {
        return found;
      }
      first ??= found;
    }
  }
  return first;
}

/**
 * Says what to install, and leads to a terminal and to the setting that names a Python.
 *
 * @param missing the beginning of the sentence: what is not there
 * @param command that installs it; it is not run, but put into a terminal
 */
export async function explainInstall(missing: string, command: string): Promise<void> {
  const choice = await notify(
    'warning',
    `${missing}: run '${command}' in your environment, or name its Python in the setting "mlflowLens.pythonPath".`,
    'Open Terminal',
    'Open Setting',
  );
  if (choice === 'Open Terminal') {
    const terminal = createTerminal({ name: 'Install MLflow' });
    terminal.show();
    terminal.sendText(command, false);
  } else if (choice === 'Open Setting') {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'mlflowLens.pythonPath');
  }
}
