import type * as vscode from 'vscode';
import { cancelled, toStoreError } from '../mlflow/errors';
import { createQuickPick, quickPickItem, type PickItem } from './dialogs';

export interface FoundItem<T> extends PickItem {
  value: T;
}

export interface PickFound<T> {
  title?: string;
  placeHolder: string;
  /** What stands in the field at first. */
  text?: string;
  ignoreFocusOut?: boolean;
  /** What is there for a text, best first. */
  find: (text: string, signal: AbortSignal) => Promise<FoundItem<T>[]>;
}

/**
 * A quick pick that asks again while one types. Enter is never lost to an answer that is still on its way, and
 * never takes what stood there before: it waits for that answer.
 *
 * @throws StoreError `CANCELLED` when it is closed; what `find` throws.
 */
export async function pickFound<T>(options: PickFound<T>): Promise<T> {
  type Item = vscode.QuickPickItem & { value: T };
  const pick = createQuickPick<Item>(options);
  pick.value = options.text ?? '';
  let asking = new AbortController();
  let accepted: Item | 'first' | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      const answer = (text: string, found: FoundItem<T>[]): void => {
        // What matched in the store but not in its label must not be filtered away again; the rest is, at once.
        const items = found.map((each): Item => {
          const { item, ...shown } = quickPickItem(each);
          const matches = shown.label.toLowerCase().includes(text.toLowerCase());
          return { ...shown, value: item.value, alwaysShow: !matches };
        });
        // VS Code tells a choice by its place: one in a list that is replaced meanwhile would be another's.
        const known = new Set(pick.items.map(({ value }) => JSON.stringify(value)));
        if (
          items.length === 0 ||
          items.some((item) => item.alwaysShow || !known.has(JSON.stringify(item.value)))
        ) {
          pick.items = items;
        }
        pick.busy = false;
        const wanted = accepted;
        accepted = undefined;
        if (wanted !== undefined && items[0]) {
          const same = items.find(
            ({ value }) => wanted !== 'first' && JSON.stringify(value) === JSON.stringify(wanted.value),
          );
          resolve((same ?? items[0]).value);
        }
      };
      const ask = (): void => {
        asking.abort();
        const { signal } = (asking = new AbortController());
        const text = pick.value;
        accepted = undefined;
        pick.busy = true;
        options.find(text, signal).then(
          (found) => {
            if (!signal.aborted) {
              answer(text, found);
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
        if (pick.busy) {
          accepted = chosen ?? 'first';
        } else if (chosen) {
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
}
