import { html, nothing, type TemplateResult } from 'lit';
import { count, exactNumber, formatNumber, plainText } from '../../src/mlflow/format';
import { repeatSentence } from '../../src/mlflow/earlyStopping';
import type { ChartRun } from '../../src/protocol/charts';
import { keyOf } from '../../src/mlflow/runKey';
import { iconButton } from '../ui/icon';
import { onRowKey } from '../ui/rows';
import { runDot } from '../ui/runDot';
import { repeatsBest, type GroupLine, type RunLine } from './lines';
import { onRunKey, type RunActions } from './runsLine';
import type { ChartSettings } from './settings';
import { runMenu } from '../ui/runMenu';

export type LegendRow =
  { kind: 'run'; line: RunLine } | { kind: 'group'; group: GroupLine; settings: ChartSettings };

export interface LegendOptions {
  limit: number;
  more: () => void;
  actions: RunActions;
  hovered: string | null;
  /** Each run has one value: least, greatest and last are the same. */
  single: boolean;
}

/** Min, max, last, and the value at the crosshair of each line. The table that a screen reader reads the chart by. */
export function legend(rows: readonly LegendRow[], options: LegendOptions): TemplateResult {
  const shown = rows.slice(0, options.limit);
  const hidden = rows.length - shown.length;
  return html`<div class="legend-scroll">
      <table class="legend">
        <thead>
          <tr>
            <th scope="col"><span class="visually-hidden">Run</span></th>
            ${
              options.single
                ? html`<th scope="col" class="number">value</th>`
                : html`<th scope="col" class="number">min</th>
                    <th scope="col" class="number">max</th>
                    <th scope="col" class="number">last</th>`
            }
            <th scope="col" class="number at-cursor">
              <span class="visually-hidden">at the crosshair</span>
            </th>
          </tr>
        </thead>
        <tbody @keydown=${onRowKey}>
          ${shown.map((row) => (row.kind === 'run' ? runRow(row.line, options) : groupRow(row, options)))}
        </tbody>
      </table>
    </div>
    ${
      hidden > 0
        ? html`<button type="button" class="link more" @click=${options.more}>
            ${count(hidden, 'more line')}
          </button>`
        : nothing
    }`;
}

function runRow(line: RunLine, options: LegendOptions): TemplateResult {
  const { run, series } = line;
  const repeat = repeatsBest(line) ? `: ${repeatSentence(run.repeated!)}` : '';
  const last = series.last ? `${exactNumber(series.last.y)}${repeat}` : nothing;
  const key = keyOf(run);
  const target = { store: run.store, runId: run.runId };
  const state = run.state === 'finished' ? '' : ` (${run.deleted ? 'deleted' : run.state})`;
  const { actions } = options;
  return html`<tr
    class=${options.hovered === key ? 'hovered' : ''}
    data-row=${key}
    data-vscode-context=${runMenu(target)}
    @pointerenter=${() => actions.hover(target)}
    @pointerleave=${() => actions.hover(null)}
    @focusin=${() => actions.hover(target)}
    @focusout=${() => actions.hover(null)}
    @keydown=${(event: KeyboardEvent) => onLegendKey(event, run, actions)}
  >
    <th scope="row">
      <span class="legend-name">
        <span class="set-color" title="Set Color…" @click=${() => actions.setColor(target)}
          >${runDot(run.color)}</span
        >
        <button
          type="button"
          class="legend-run"
          title=${nameTitle(run)}
          aria-label=${`Open ${plainText(run.name)}${state}`}
          @click=${() => actions.open(target)}
        >
          <bdi class="cut">${plainText(run.name)}${state}</bdi>
        </button>
        ${iconButton(run.pinned ? 'pinned' : 'pin', `${run.pinned ? 'Unpin' : 'Pin'} ${plainText(run.name)}`, () => actions.pin(target, !run.pinned), { pressed: run.pinned, className: `row-action ${run.pinned ? 'on' : ''}` })}
        ${iconButton('eye', `Hide ${plainText(run.name)}`, () => actions.toggle(target), { className: 'row-action' })}
      </span>
    </th>
    ${
      options.single
        ? nothing
        : html`<td class="number" title=${full(series.min?.y)}>${formatNumber(series.min?.y)}</td>
            <td class="number" title=${full(series.max?.y)}>${formatNumber(series.max?.y)}</td>`
    }
    <td class="number" title=${last}>${formatNumber(series.last?.y)}</td>
    <td class="number at-cursor" data-cursor=${key}></td>
  </tr>`;
}

/** On a control of the row Space and Enter are the control's own. */
function onLegendKey(event: KeyboardEvent, run: ChartRun, actions: RunActions): void {
  if (event.key !== 'Enter' && event.key !== ' ') {
    onRunKey(event, run, actions);
  }
}

function nameTitle(run: RunLine['run']): string {
  const params = run.params
    .slice(0, 12)
    .map(({ key, value }) => `${plainText(key)} = ${plainText(value, 80)}`);
  return [plainText(run.name, 1000), plainText(run.experimentName), ...params].filter(Boolean).join('\n');
}

function groupRow(
  { group, settings }: Extract<LegendRow, { kind: 'group' }>,
  options: LegendOptions,
): TemplateResult {
  const { band, members } = group;
  const first = members[0]!.run;
  const target = { store: first.store, runId: first.runId };
  const by = settings.groupBy?.kind === 'param' ? `${plainText(settings.groupBy.key)} = ` : '';
  const label = group.label === null ? 'undefined' : `${by}${plainText(group.label, 60)}`;
  const ns = band.n.reduce((set, n) => set.add(n), new Set<number>());
  const n = ns.size === 1 ? `n = ${[...ns][0]}` : `n = ${Math.min(...ns)} to ${Math.max(...ns)}`;
  const mean = [...band.mean].filter(Number.isFinite);
  return html`<tr
    data-row=${label}
    @pointerenter=${() => options.actions.hover(target)}
    @pointerleave=${() => options.actions.hover(null)}
    @focusin=${() => options.actions.hover(target)}
    @focusout=${() => options.actions.hover(null)}
  >
    <th scope="row">
      <span class="legend-name">
        ${runDot(first.color)}
        <bdi
          class="cut"
          data-focusable
          tabindex="-1"
          title=${members.map(({ run }) => plainText(run.name)).join('\n')}
          >${label}</bdi
        >
        <span class="muted">${count(members.length, 'run')}, ${n}</span>
      </span>
    </th>
    <td class="number" title=${full(least(mean))}>${formatNumber(least(mean))}</td>
    <td class="number" title=${full(greatest(mean))}>${formatNumber(greatest(mean))}</td>
    <td class="number" title=${full(mean.at(-1))}>${formatNumber(mean.at(-1))}</td>
    <td class="number at-cursor" data-group=${label}></td>
  </tr>`;
}

function full(value: number | null | undefined): string | typeof nothing {
  return value === null || value === undefined ? nothing : exactNumber(value);
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.min(a, b));
}

function greatest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
}
