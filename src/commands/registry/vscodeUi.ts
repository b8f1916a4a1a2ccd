import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { isCancelled, StoreError, toStoreError } from '../../mlflow/errors';
import { showError } from '../../platform/commands';
import { log } from '../../platform/log';
import { cancelled, type PickItem, type RegistryUi } from './ui';

const PROGRESS_DELAY = 300;

/** The registry's dialogs, over VS Code's own. */
export const vscodeUi: RegistryUi = {
  async pick(title, placeHolder, items) {
    const picked = await vscode.window.showQuickPick([...items], {
      title,
      placeHolder,
      matchOnDescription: true,
      matchOnDetail: true,
      ignoreFocusOut: true,
    });
    if (!picked) {
      throw cancelled();
    }
    return picked.value;
  },

  async pickFound<T>(
    title: string,
    placeHolder: string,
    find: (text: string, signal: AbortSignal) => Promise<PickItem<T>[]>,
  ) {
    const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { value: T }>();
    Object.assign(pick, { title, placeholder: placeHolder, ignoreFocusOut: true });
    let asking = new AbortController();
    try {
      return await new Promise<T>((resolve, reject) => {
        const ask = (): void => {
          asking.abort();
          const { signal } = (asking = new AbortController());
          pick.busy = true;
          find(pick.value, signal).then(
            (items) => {
              if (!signal.aborted) {
                // What was typed matched in the store: the list must not filter it away again.
                pick.items = items.map((item) => ({ ...item, alwaysShow: true }));
                pick.busy = false;
              }
            },
            (error: unknown) => {
              if (!signal.aborted) {
                reject(toStoreError(error));
              }
            },
          );
        };
        pick.onDidChangeValue(ask);
        pick.onDidAccept(() => {
          const [chosen] = pick.selectedItems;
          // Enter while the answer to what was typed is still on its way would take what stood there before.
          if (chosen && !pick.busy) {
            resolve(chosen.value);
          }
        });
        pick.onDidHide(() => reject(cancelled()));
        pick.show();
        ask();
      });
    } finally {
      asking.abort();
      pick.dispose();
    }
  },

  async input({ title, prompt, value, placeHolder, problem }) {
    const text = await vscode.window.showInputBox({
      title,
      prompt,
      value,
      placeHolder,
      ignoreFocusOut: true,
      validateInput: (typed) => problem?.(typed) ?? null,
    });
    if (text === undefined) {
      throw cancelled();
    }
    return text;
  },

  async confirm({ message, detail, button, other }) {
    const buttons = other === undefined ? [button] : [button, other];
    const choice = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
    if (choice === undefined) {
      throw cancelled();
    }
    return choice === button ? 'button' : 'other';
  },

  async progress(title, task) {
    const controller = new AbortController();
    let said: string | undefined;
    let report = (message: string): void => {
      said = message;
    };
    const running = task((message) => report(message), controller.signal);
    const settled = running.then(
      () => undefined,
      () => undefined,
    );
    // Most changes take less than that: a notification that only flashes up helps nobody.
    const isQuick = await Promise.race([settled.then(() => true), delay(PROGRESS_DELAY).then(() => false)]);
    if (!isQuick) {
      await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title, cancellable: true },
        (progress, token) => {
          token.onCancellationRequested(() => controller.abort());
          report = (message) => progress.report({ message });
          if (said !== undefined) {
            report(said);
          }
          return settled;
        },
      );
    }
    return running;
  },

  inform(message, button, action) {
    const say = async (): Promise<void> => {
      const choice = await vscode.window.showInformationMessage(
        message,
        ...(button === undefined ? [] : [button]),
      );
      if (choice !== undefined) {
        await action?.();
      }
    };
    say().catch((error: unknown) => {
      if (!isCancelled(error)) {
        void showError(error);
      }
    });
  },

  async hasCommand(name) {
    return (await vscode.commands.getCommands(true)).includes(`mlflowLens.${name}`);
  },

  async runCommand(name, args) {
    await vscode.commands.executeCommand(`mlflowLens.${name}`, args);
  },

  log: (message) => log().info(message),
};

/** In Restricted Mode nothing is written and no process is started, also when a command is called by name. */
export function mustBeTrusted(): void {
  if (!vscode.workspace.isTrusted) {
    throw new StoreError(
      'READ_ONLY',
      'In Restricted Mode stores are read-only: trust this workspace to change them.',
    );
  }
}
