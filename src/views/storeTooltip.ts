import * as vscode from 'vscode';
import { formatAge, plainText } from '../mlflow/format';
import type { StoreEntry } from '../stores/openStores';

/** What is known of a store, and what should be known of it: gone, on a network, read-only. */
export async function storeTooltip(
  entry: StoreEntry | undefined,
  now: number,
): Promise<vscode.MarkdownString | undefined> {
  if (!entry) {
    return undefined;
  }
  const card = new vscode.MarkdownString();
  card.appendText(`${plainText(entry.uri, 500)}\n`);
  card.appendText(`${plainText(entry.origin)}\n`);
  if (entry.error) {
    card.appendText(entry.error.message);
    return card;
  }
  const store = entry.store;
  if (!store) {
    return card;
  }
  if (store.state.status === 'gone') {
    card.appendText(`${store.state.message} Not there since ${formatAge(store.state.since, now)}.`);
    return card;
  }
  const about = await store.describe();
  const lines = [
    about.kind,
    ...about.details.map(({ label, value }) => `${label}: ${value}`),
    about.readOnlyReason && `Read-only: ${about.readOnlyReason}`,
  ];
  for (const line of lines) {
    if (line) {
      card.appendText(`${plainText(line, 300)}\n`);
    }
  }
  return card;
}
