import type * as vscode from 'vscode';
import { formatAge, formatClock } from '../mlflow/format';
import { TextCard } from '../platform/textCard';
import type { StoreEntry } from '../stores/openStores';

/** What is known of a store, and what should be known of it: gone, on a network, read-only. */
export async function storeTooltip(
  entry: StoreEntry | undefined,
  now: number,
): Promise<vscode.MarkdownString | undefined> {
  if (!entry) {
    return undefined;
  }
  const card = new TextCard().line(entry.uri, 500).line(entry.origin);
  if (entry.error) {
    return card.line(entry.error.message, 1000).markdown;
  }
  const store = entry.store;
  if (!store) {
    return card.markdown;
  }
  if (store.state.status === 'gone') {
    const since = formatAge(store.state.since, now);
    const shown =
      store.kind === 'rest'
        ? `What it answered last is shown, as of ${formatClock(store.state.since, now)}; it is looked for by itself.`
        : `Not available since ${since}.`;
    return card.line(`${store.state.message} ${shown}`, 1000).markdown;
  }
  const about = await store.describe();
  const lines = [
    about.kind === 'rest' ? 'tracking server' : about.kind,
    ...about.details.map(({ label, value }) => `${label}: ${value}`),
    about.readOnlyReason && `Read-only: ${about.readOnlyReason}`,
  ];
  for (const line of lines) {
    if (line) {
      card.line(line, 300);
    }
  }
  return card.markdown;
}
