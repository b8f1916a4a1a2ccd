import { html, nothing, type TemplateResult } from 'lit';
import { count } from '../../src/mlflow/format';
import type { MenuItem } from '../ui/menu';
import type { PageActions } from './actions';
import { quickItems, selectionMenu } from './menus';
import type { TableModel } from './model';

/** px that a link of the bar takes, and what stands before the links and after them. */
const LINK = 100;
const AROUND = 330;

/**
 * What is selected, and what can be done with it: one line that is always there, so that a click on a row moves no other.
 * @param room px: what has no room is in the menu
 */
export function selectionBar(model: TableModel, actions: PageActions, room: number): TemplateResult {
  const matched = model.chunk?.answer.matched ?? 0;
  const selected = actions.selecting.amount;
  if (selected === 0) {
    return html`<div class="selection-bar">
      <span class="cut muted" role="status"
        >No runs selected. Click selects one, Ctrl+click one more, Shift+click a range.</span
      >
    </div>`;
  }
  const links = quickItems(actions.onSelection);
  const shown = Math.max(0, Math.min(links.length, Math.floor((room - AROUND) / LINK)));
  const link = ({ label, run }: MenuItem): TemplateResult =>
    html`<button type="button" class="link" @click=${run}>${label}</button>`;
  const all: MenuItem[] = model.selection.all
    ? []
    : [{ label: `Select All ${matched.toLocaleString('en-US')}`, run: () => actions.selecting.all() }];
  const wide = room >= AROUND;
  const rest = selectionMenu(selected, model.passing.deleted, actions.onSelection);
  const folded = [...links.slice(shown), ...(wide ? [] : all)];
  return html`<div class="selection-bar" role="toolbar" aria-label="Selected runs">
    <span role="status">${count(selected, 'run')} selected</span>
    ${wide ? all.map(link) : nothing} ${links.slice(0, shown).map(link)}
    ${link({ label: 'Select None', run: () => actions.selecting.none() })}
    <lens-menu
      .label=${'More for the Selected Runs…'}
      .items=${[...folded, ...rest.map((item, index) => (index === 0 && folded.length > 0 ? { ...item, separated: true } : item))]}
    ></lens-menu>
  </div>`;
}
