import { html, type TemplateResult } from 'lit';
import { plainText } from '../../src/mlflow/format';
import type { ParamSource } from '../../src/protocol/run';
import { skeleton } from '../ui/states';

/** Where a param was set: a link to the line, or why it is not known. */
export function paramSource(
  source: ParamSource | undefined,
  loading: boolean,
  open: (key: string) => void,
): TemplateResult {
  if (!source) {
    return loading ? skeleton(1, 'Looking for the source') : html`<span class="muted">unknown</span>`;
  }
  const why = plainText(source.why ?? '', 500);
  if (source.file === null) {
    return html`<span class="muted" title=${why}>${source.status}</span>`;
  }
  const place = `${source.file}${source.line === null ? '' : `:${source.line}`}`;
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
