import type { CSSResult } from 'lit';
import { isCancelled, traceOf } from '../../src/mlflow/errors';
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
  reportErrors((trace) => page.connection.client.request('logError', { trace }));
  document.getElementById('app')?.append(page);
}

/** So many errors of a page tell all: what goes wrong at each frame fills no log. */
const MOST_ERRORS = 20;

/** Sends errors that nothing in the page caught to the log that "Show Log" shows. */
function reportErrors(log: (trace: string) => Promise<unknown>): void {
  let left = MOST_ERRORS;
  const report = (error: unknown): void => {
    if (error !== undefined && error !== null && !isCancelled(error) && left-- > 0) {
      log(traceOf(error)).catch(() => undefined);
    }
  };
  window.addEventListener('error', ({ error }: ErrorEvent) => report(error));
  window.addEventListener('unhandledrejection', ({ reason }) => report(reason));
}
