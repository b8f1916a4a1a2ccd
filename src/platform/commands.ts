import * as vscode from 'vscode';
import { isCancelled, toStoreError } from '../mlflow/errors';
import { redact } from '../mlflow/redact';
import { notify } from './dialogs';
import { log } from './log';
import { commandId, type CommandName } from '../protocol/commands';

/** Commands that the extension contributes or uses among its parts: `mlflowLens.<name>`. */
export type CommandHandler = (args: unknown, selection?: unknown) => unknown;

export interface CommandRegistry {
  register(name: CommandName, handler: CommandHandler): void;
}

/**
 * Registers commands. An error becomes one message with "Show Log"; a cancelled one says nothing. A command on
 * a tree gets (item, selected items), a keybinding or script one object.
 */
export function createCommandRegistry(subscriptions: vscode.Disposable[]): CommandRegistry {
  return {
    register(name, handler) {
      subscriptions.push(
        vscode.commands.registerCommand(commandId(name), async (args: unknown, selection: unknown) => {
          try {
            return await handler(args, selection);
          } catch (error) {
            await showError(error);
            return undefined;
          }
        }),
      );
    },
  };
}

/** Says what went wrong, once, with a way to the log. */
export async function showError(error: unknown): Promise<void> {
  if (isCancelled(error)) {
    return;
  }
  const message = redact(toStoreError(error).message);
  log().error(error);
  const choice = await notify('error', message, 'Show Log');
  if (choice) {
    log().show();
  }
}

/** Runs a command of ours by name. */
export async function runCommand(name: CommandName, args?: unknown): Promise<void> {
  await vscode.commands.executeCommand(commandId(name), args);
}
