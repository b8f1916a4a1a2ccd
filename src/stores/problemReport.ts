import type { StoreDescription } from '../mlflow/store';
import type { StoreEntry } from './openStores';

/** Of this program and of the editor around it: numbers and names of products. */
export interface Installation {
  version: string;
  vscode: string;
  node: string;
  platform: string;
}

/**
 * The text of a bug report, to be filled in by the user. It is meant for a public page: of the stores it says kind,
 * size, schema and codes of errors, and no name, path, address or message, all of which may tell what the user works
 * on. What a store says of itself is named only if it can be nothing but a number or a word of MLflow's and SQLite's.
 */
export async function problemReport(
  { version, vscode, node, platform }: Installation,
  entries: readonly StoreEntry[],
): Promise<string> {
  const stores = await Promise.all(entries.map(async (entry, i) => `store ${i + 1}: ${await about(entry)}`));
  const lines = [`MLflow Lens ${version}, VS Code ${vscode}, Node ${node}, ${platform}`, ...stores];
  return `What happened:


What you expected:


About this installation (no names, paths, addresses or values are in it):

\`\`\`
${lines.join('\n')}
\`\`\`
`;
}

async function about({ store, error }: StoreEntry): Promise<string> {
  if (!store) {
    return error ? `not open (${error.code})` : 'not open yet';
  }
  const description = await store.describe().catch(() => null);
  return description ? facts(description).join(', ') : `${store.kind}, does not describe itself`;
}

/** A number with a unit or a version, an alembic revision, a journal mode: no text that a user chose. */
const HARMLESS = /^(?:\d[\d.,]{0,20}(?: [A-Za-z]{1,6})?|[0-9a-f]{12}|rollback|wal)$/;

function facts({ kind, features, details, readOnlyReason }: StoreDescription): string[] {
  const has = Object.entries(features).flatMap(([name, present]) => (present ? [name] : []));
  return [
    kind,
    ...details.map(({ label, value }) => `${label}: ${HARMLESS.test(value) ? value : '(text)'}`),
    ...(readOnlyReason === null ? [] : ['read-only']),
    `has ${has.join(' ') || 'runs only'}`,
  ];
}
