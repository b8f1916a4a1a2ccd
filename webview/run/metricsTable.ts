import { html, nothing, type TemplateResult } from 'lit';
import type { Metric, MetricSummary } from '../../src/mlflow/entities';
import { repeatedStep, repeatSentence, type RepeatedStep } from '../../src/mlflow/earlyStopping';
import { exactNumber, plainText } from '../../src/mlflow/format';
import { metricText } from '../../src/mlflow/units';
import { wholeText } from '../../src/mlflow/wholeNumbers';
import type { Direction } from '../../src/state/metrics';
import { iconButton } from '../ui/icon';
import { onRowKey } from '../ui/rows';
import { sparklineGraphic } from '../ui/sparkline';
import { text } from '../ui/text';

export interface MetricsTableOptions {
  metrics: readonly Metric[];
  directions: ReadonlyMap<string, Direction>;
  sparklines: ReadonlyMap<string, MetricSummary>;
  openChart: (key: string) => void;
  copy: (text: string, what: string) => void;
}

/** Latest values, and of the history its shape and extremes; the better one is marked where a direction is known. */
export function metricsTable(options: MetricsTableOptions): TemplateResult {
  const repeated = repeatedStep(options.metrics);
  return html`<table class="rows metrics" @keydown=${onRowKey}>
    <colgroup>
      <col />
      <col class="spark" />
      <col class="metric-value" />
      <col class="metric-value" />
      <col class="metric-value" />
      <col class="copy" />
    </colgroup>
    <thead>
      <tr>
        <th scope="col">Metric</th>
        <th scope="col">History</th>
        <th scope="col" class="number">Last</th>
        <th scope="col" class="number">Min</th>
        <th scope="col" class="number">Max</th>
        <th><span class="visually-hidden">Copy</span></th>
      </tr>
    </thead>
    <tbody>
      ${options.metrics.map((metric) => row(metric, options, repeated))}
    </tbody>
  </table>`;
}

function row(
  metric: Metric,
  { directions, sparklines, openChart, copy }: MetricsTableOptions,
  repeated: RepeatedStep | null,
): TemplateResult {
  const drawn = sparklines.get(metric.key);
  const direction = directions.get(metric.key) ?? 'unknown';
  const isRepeat = repeated !== null && metric.step === repeated.step;
  return html`<tr data-row data-key=${metric.key}>
    <td>
      <button
        type="button"
        class="link"
        title="Open the chart of ${plainText(metric.key)}"
        @click=${() => openChart(metric.key)}
      >
        ${text(metric.key)}
      </button>
    </td>
    <td>${sparklineGraphic(drawn)}</td>
    <td
      class="number"
      title="${exactNumber(metric.value)} at step ${wholeText(metric.step, metric.stepRest)}${isRepeat ? `: ${repeatSentence(repeated)}` : ''}"
    >
      ${isRepeat ? html`<span class="muted">best </span>` : nothing}${metricText(metric.key, metric.value)}
    </td>
    ${extreme(metric.key, drawn?.min, drawn, direction === 'lower')}
    ${extreme(metric.key, drawn?.max, drawn, direction === 'higher')}
    <td class="row-actions">
      ${iconButton('copy', `Copy ${metric.key}`, () => copy(String(metric.value), metric.key))}
    </td>
  </tr>`;
}

/** Least or greatest of a history; a single value has no history to speak of. */
function extreme(
  key: string,
  value: number | null | undefined,
  drawn: MetricSummary | undefined,
  best: boolean,
): TemplateResult {
  if (!drawn || drawn.count < 2) {
    return html`<td></td>`;
  }
  const marked = best && value !== null;
  return html`<td class="number ${marked ? '' : 'muted'}" title=${exactNumber(value)}>
    ${marked ? html`<span class="best">best</span> ` : nothing}${metricText(key, value)}
  </td>`;
}
