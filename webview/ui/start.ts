import type { CSSResult } from 'lit';
import type { PageProtocol } from '../../src/protocol/messages';
import type { PageName } from '../../src/protocol/pages';
import { adopt } from './adopt';
import { connect, type PageConnection } from './client';
import { defineControls } from './controls';
import { focusFilterOnSlash } from './filterBox';

/** Connects a page with its host and puts it into its document. Call once, from the page's index.ts. */
export function startPage<Name extends PageName, P extends PageProtocol>(
  page: HTMLElement & { connection: PageConnection<Name, P> },
  ...styles: readonly CSSResult[]
): void {
  defineControls();
  adopt(...styles);
  focusFilterOnSlash();
  page.connection = connect<Name, P>();
  document.getElementById('app')?.append(page);
}
