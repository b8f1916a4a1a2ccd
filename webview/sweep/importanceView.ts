import { html, nothing, type TemplateResult } from 'lit';
import { count, exactNumber, formatNumber, formatPercent, plainText } from '../../src/mlflow/format';
import type { ImportanceResult, ParamImportance } from '../../src/series/importance';
import { banner, emptyState } from '../ui/states';
import { styles } from '../ui/styles';

const MOST = 12;

/** Which params moved the objective: bars with whiskers, the signed correlation beside, and what was left out. */
export function importanceView(
  result: ImportanceResult,
  objective: string,
  pick: (param: string) => void,
): TemplateResult {
  if (result.refused !== null) {
    return emptyState(result.refused);
  }
  const constants = result.params.filter(({ kind }) => kind === 'constant' || kind === 'empty');
  const params = result.params.filter((param) => !constants.includes(param));
  if (params.length === 0) {
    return emptyState('Every param has one value in all runs: none can have moved the objective.');
  }
  const shown = params.slice(0, MOST);
  return html`${result.caution === null ? nothing : banner('info', result.caution)}
    <p class="muted note">
      ${result.method}, over
      ${count(result.used, 'run')}${
        result.dropped > 0 ? `, ${result.dropped} without ${plainText(objective, 40)} left out` : ''
      }.
      Whiskers: the middle 80% of 100 resamplings. ρ: Spearman’s rank correlation.
    </p>
    <table class="importance rows ${result.caution === null ? '' : 'unsure'}">
      <thead>
        <tr>
          <th scope="col">Param</th>
          <th scope="col">Importance</th>
          <th scope="col" class="number">ρ</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map((param) => row(param, pick))}
      </tbody>
    </table>
    ${params.length > shown.length ? html`<p class="muted note">And ${count(params.length - shown.length, 'param')} less important.</p>` : nothing}
    ${
      constants.length > 0
        ? html`<p class="muted note">
            Constant, so not compared: ${constants.map(({ name }) => plainText(name, 40)).join(', ')}.
          </p>`
        : nothing
    }
    ${result.collinear
      .slice(0, 3)
      .map(({ a, b, correlation }) =>
        banner(
          'warning',
          `${plainText(a, 40)} and ${plainText(b, 40)} moved together (ρ ${formatNumber(correlation, 2)}): their bars cannot be told apart.`,
        ),
      )}`;
}

function row(param: ParamImportance, pick: (param: string) => void): TemplateResult {
  const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;
  const best = param.medians[0];
  return html`<tr>
    <td class="cut">
      <button
        type="button"
        class="link"
        title=${`Use ${plainText(param.name, 200)} in scatter and contour`}
        @click=${() => pick(param.name)}
      >
        <bdi>${plainText(param.name, 60)}</bdi>
      </button>
      ${best ? html`<span class="muted"> best: ${plainText(best.category, 30)}</span>` : nothing}
    </td>
    <td>
      <span
        class="bar-track"
        title=${`${formatPercent(param.importance)} (${formatPercent(param.low)} to ${formatPercent(param.high)}), ${count(param.runs, 'run')}`}
      >
        <span class="bar" ${styles({ width: percent(param.importance) })}></span>
        <span
          class="whisker"
          ${styles({ left: percent(param.low), width: percent(param.high - param.low) })}
        ></span>
      </span>
      <span class="bar-value">${formatPercent(param.importance)}</span>
    </td>
    <td class="number" title=${exactNumber(param.correlation)}>
      ${param.correlation === null ? '–' : signed(param.correlation)}
    </td>
  </tr>`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}`;
}
