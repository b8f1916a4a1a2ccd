import { html, type TemplateResult } from 'lit';
import { formatAge, formatDateTime } from '../../src/mlflow/format';

/** A time as its age, the full time on hover. `time` and `now` in ms. */
export function age(time: number | null | undefined, now: number): TemplateResult {
  return html`<time class="age" title=${formatDateTime(time)}>${formatAge(time, now)}</time>`;
}
