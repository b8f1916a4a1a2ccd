import { html, type TemplateResult } from 'lit';
import { plainText } from '../../src/mlflow/format';
import type { RunSources } from '../../src/protocol/run';
import { sourcePlace } from '../ui/sourcePlace';
import { skeleton } from '../ui/states';

/** Where a param was set: a link to the line, or why it is not known. */
export function paramSource(
  source: RunSources['params'][number] | undefined,
  loading: boolean,
  open: (key: string) => void,
): TemplateResult {
  if (!source) {
    return loading ? skeleton(1, 'Looking for the source') : html`<span class="muted">unknown</span>`;
  }
  const why = plainText(source.why, 500);
  if (source.file === null) {
    return html`<span class="muted" title=${why}>${source.status}</span>`;
  }
  const place = sourcePlace(source);
  const commit = source.commit ? ` @ ${source.commit.slice(0, 7)}` : '';
  return html`<span class="cut">
    ${source.status === 'found' ? '' : html`<span class="muted" title=${why}>${source.status}: </span>`}
    <button
      type="button"
      class="link"
      title=${why || `Open ${plainText(place)}`}
      @click=${() => open(source.key)}
    >
      ${plainText(place)}</button
    ><span class="muted">${plainText(commit)}</span>
  </span>`;
}
