import { html, nothing, type TemplateResult } from 'lit';
import { count } from '../../src/mlflow/format';
import type { TableRows } from '../../src/mlflow/runTable';
import { icon } from '../ui/icon';

type Found = Pick<TableRows, 'matched' | 'total' | 'loaded'>;

/** How many runs there are, as far as anybody knows: of a server's runs those alone that are loaded. */
export function foundText({ matched, total, loaded }: Found): string {
  if (loaded?.isFound && !loaded.isPart) {
    return `${count(matched, 'run')} found`;
  }
  const runs = loaded?.isPart ? `${count(total, 'run')} loaded` : count(total, 'run');
  return matched === total ? runs : `${matched.toLocaleString('en-US')} of ${runs}`;
}

/** What is not loaded, and how it is; nothing where all runs are here. */
export function restText(
  { loaded }: Found,
  loadRest: (on: boolean) => void,
): TemplateResult | typeof nothing {
  if (!loaded?.isPart) {
    return nothing;
  }
  const link = (label: string, title: string, on: boolean): TemplateResult =>
    html`<button type="button" class="link" title=${title} @click=${() => loadRest(on)}>${label}</button>`;
  if (loaded.isLoading) {
    return html`<span class="muted rest"
        >${icon('loading codicon-modifier-spin', 'Loading')} loading older runs</span
      >
      ${link('Stop', 'Load no more runs than those that are here', false)}`;
  }
  if (loaded.problem !== null) {
    return html`<span class="muted rest" title=${loaded.problem}
        >${icon('warning', 'Warning')} older runs could not be read</span
      >
      ${link('Try Again', loaded.problem, true)}`;
  }
  return html`<span
      class="muted rest"
      title="Sorting, filters and best values know of the runs that are loaded"
      >${loaded.canLoad ? 'there are older runs' : 'there are older runs, more than memory holds: narrow the filter'}</span
    >
    ${loaded.canLoad ? link('Load the Rest', 'Load all older runs from the server', true) : nothing}`;
}

/** Of a table without a row. */
export function noneText({ total, loaded }: Found): string {
  return loaded?.isPart
    ? `No runs match among the ${total.toLocaleString('en-US')} that are loaded.`
    : loaded?.isFound
      ? 'No runs match.'
      : `No runs match (${count(total, 'run')} in all).`;
}
