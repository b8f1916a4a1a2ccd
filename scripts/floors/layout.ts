/**
 * The order of the folders of `src/`, first floor first: a folder imports only folders of lines above its own. This
 * is the one place that says so for machines; docs/architecture.md says what each folder knows.
 */
export const LAYOUT: readonly (readonly string[])[] = [
  ['worker'],
  ['mlflow'],
  ['search'],
  ['series'],
  ['provenance'],
  ['compare'],
  ['registry'],
  ['state'],
  ['stores'],
  ['transfer'],
  ['protocol'],
  ['tools', 'mcp'],
  ['platform'],
  ['views', 'panels'],
  ['commands', 'editor'],
  ['extension.ts'],
];

/** The first folder that may import `vscode`; those of the lines below it may too. */
export const FIRST_WITH_VSCODE = 'platform';

/** What a page may import besides its own folder and `webview/ui`. */
export const SEEN_BY_PAGES: ReadonlySet<string> = new Set([
  'mlflow',
  'search',
  'series',
  'provenance',
  'compare',
  'registry',
  'state',
  'protocol',
]);

/** The line of the layout on which a folder of `src/` stands, from 0; -1 where the layout has no place for it. */
export function floorOf(folder: string): number {
  return LAYOUT.findIndex((line) => line.includes(folder));
}
