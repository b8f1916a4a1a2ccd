import { html, nothing, type TemplateResult } from 'lit';
import { plainText } from '../../src/mlflow/format';
import { icon } from './icon';
import { styles } from './styles';

/** Messages may hold a store's text. */
const LONGEST = 1000;

/** The shape of what is loading. */
export function skeleton(rows: number, label = 'Loading'): TemplateResult {
  return html`<div role="status" aria-label=${label} aria-busy="true">
    ${Array.from(
      { length: rows },
      (_, row) => html`<span class="skeleton" ${styles({ width: `${35 + ((row * 37) % 50)}%` })}></span>`,
    )}
  </div>`;
}

export interface StateAction {
  label: string;
  run: () => void;
}

/** Why there is nothing, and the way out of it. */
export function emptyState(text: string | TemplateResult, action?: StateAction): TemplateResult {
  return html`<div class="state-message" role="status">
    ${text} ${action ? actionLink(action) : nothing}
  </div>`;
}

/** One sentence, where it happened. */
export function errorState(message: string, actions: readonly StateAction[]): TemplateResult {
  return html`<div class="state-message" role="alert">
    <span class="state-error">${icon('error')} ${plainText(message, LONGEST)}</span>
    ${actions.map(actionLink)}
  </div>`;
}

/** A line above content that is still shown: stale, deleted, moved. */
export function banner(
  kind: 'info' | 'warning',
  text: string,
  actions: readonly StateAction[] = [],
): TemplateResult {
  return html`<div class="banner" role="status">
    ${icon(kind)}<span>${plainText(text, LONGEST)}</span>${actions.map(actionLink)}
  </div>`;
}

function actionLink({ label, run }: StateAction): TemplateResult {
  return html`<button type="button" class="link" @click=${run}>${label}</button>`;
}
