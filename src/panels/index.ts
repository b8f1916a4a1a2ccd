import type { PageName } from '../protocol/pages';
import { chartsPage } from './charts';
import { diffPage, modelDiffPage } from './diff';
import { loggedModelPage } from './loggedModel';
import { modelPage } from './model';
import { registered, type PageDefinition } from './page';
import { runPage } from './run';
import { sweepPage } from './sweep';
import { tablePage } from './table';

export { compareVersions } from './versionComparison';

/**
 * The pages that exist, host side: a bundle of its own (dist/pages.js), loaded when the first page opens. To
 * add a page: its arguments in protocol/pages.ts, its messages in protocol/<page>.ts, its definition here, its
 * document in webview/<page>/index.ts, its name in PAGES of extension.ts. A promotion's preview compares versions with
 * the diff's parsers, so that is here too.
 */
const PAGES: Partial<Record<PageName, PageDefinition>> = {
  run: registered(runPage),
  model: registered(modelPage),
  loggedModel: registered(loggedModelPage),
  charts: registered(chartsPage),
  sweep: registered(sweepPage),
  diff: registered(diffPage),
  modelDiff: registered(modelDiffPage),
  table: registered(tablePage),
};

/** @throws Error for a page that is not built */
export function pageDefinition(name: PageName): PageDefinition {
  const definition = PAGES[name];
  if (!definition) {
    throw new Error(`There is no page "${name}".`);
  }
  return definition;
}
