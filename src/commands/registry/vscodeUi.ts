import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { isCancelled, StoreError } from '../../mlflow/errors';
import { runCommand, showError } from '../../platform/commands';
import { askModal, askText, notify, pickOne, withNotification } from '../../platform/dialogs';
import { log } from '../../platform/log';
import { pickFound } from '../../platform/pickFound';
import { cancelled, type RegistryUi } from './ui';

const PROGRESS_DELAY = 300;

/** The registry's dialogs, over VS Code's own. */
export const vscodeUi: RegistryUi = {
  async pick(title, placeHolder, items) {
    const picked = await pickOne(items, { title, placeHolder, ignoreFocusOut: true });
    if (!picked) {
      throw cancelled();
    }
    return picked.value;
  },

  pickFound: (title, placeHolder, find) => pickFound({ title, placeHolder, find, ignoreFocusOut: true }),

  async input(request) {
    const text = await askText({ ...request, ignoreFocusOut: true });
    if (text === undefined) {
      throw cancelled();
    }
    return text;
  },

  async confirm({ message, detail, button, other }) {
    const buttons = other === undefined ? [button] : [button, other];
    const choice = await askModal('warning', { message, detail }, ...buttons);
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
      await withNotification(title, (tell, token) => {
        token.onCancellationRequested(() => controller.abort());
        report = tell;
        if (said !== undefined) {
          tell(said);
        }
        return settled;
      });
    }
    return running;
  },

  inform(message, button, action) {
    const say = async (): Promise<void> => {
      const choice = await notify('information', message, ...(button === undefined ? [] : [button]));
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

  runCommand,

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
