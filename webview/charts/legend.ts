import { html, nothing, type TemplateResult } from 'lit';
import { count, formatNumber, plainText } from '../../src/mlflow/format';
import { keyOf, type RunKey } from '../../src/state/viewState';
import { iconButton } from '../ui/icon';
import { styles } from '../ui/styles';
import { runColor } from '../ui/theme';
import type { GroupLine, RunLine } from './lines';
import type { ChartSettings } from './settings';

export type LegendRow =
  { kind: 'run'; line: RunLine } | { kind: 'group'; group: GroupLine; settings: ChartSettings };

export interface LegendOptions {
  limit: number;
  more: () => void;
  hover: (run: RunKey | null) => void;
  hide: (run: RunKey) => void;
  hovered: string | null;
}

/** Min, max, last, and the value at the crosshair of each line. The table that a screen reader reads the chart by. */
export function legend(rows: readonly LegendRow[], options: LegendOptions): TemplateResult {
  const shown = rows.slice(0, options.limit);
  const hidden = rows.length - shown.length;
  return html`<table class="legend">
      <thead>
        <tr>
          <th scope="col"><span class="visually-hidden">Run</span></th>
          <th scope="col" class="number">min</th>
          <th scope="col" class="number">max</th>
          <th scope="col" class="number">last</th>
          <th scope="col" class="number at-cursor"><span class="visually-hidden">at the crosshair</span></th>
        </tr>
      </thead>
      <tbody>
        ${shown.map((row) => (row.kind === 'run' ? runRow(row.line, options) : groupRow(row, options)))}
      </tbody>
    </table>
    ${
      hidden > 0
        ? html`<button type="button" class="link more" @click=${options.more}>
            ${count(hidden, 'more line')}
          </button>`
        : nothing
    }`;
}

function runRow({ run, series }: RunLine, options: LegendOptions): TemplateResult {
  const key = keyOf(run);
  const target = { store: run.store, runId: run.runId };
  const state = run.state === 'finished' ? '' : ` (${run.deleted ? 'deleted' : run.state})`;
  return html`<tr
    class=${options.hovered === key ? 'hovered' : ''}
    @pointerenter=${() => options.hover(target)}
    @pointerleave=${() => options.hover(null)}
  >
    <th scope="row">
      <span class="legend-name">
        <span class="dot" ${styles({ background: runColor(run.color) })}></span>
        <bdi class="cut" title=${nameTitle(run)}>${plainText(run.name)}${state}</bdi>
        ${iconButton('eye', `Hide ${plainText(run.name)}`, () => options.hide(target), { className: 'hide-run' })}
      </span>
    </th>
    <td class="number" title=${full(series.min?.y)}>${formatNumber(series.min?.y)}</td>
    <td class="number" title=${full(series.max?.y)}>${formatNumber(series.max?.y)}</td>
    <td class="number" title=${full(series.last?.[1])}>${formatNumber(series.last?.[1])}</td>
    <td class="number at-cursor" data-cursor=${key}></td>
  </tr>`;
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
  return html`<tr @pointerenter=${() => options.hover(target)} @pointerleave=${() => options.hover(null)}>
    <th scope="row">
      <span class="legend-name">
        <span class="dot" ${styles({ background: runColor(first.color) })}></span>
        <bdi class="cut" title=${members.map(({ run }) => plainText(run.name)).join('\n')}>${label}</bdi>
        <span class="muted">${count(members.length, 'run')}, ${n}</span>
      </span>
    </th>
    <td class="number">${formatNumber(least(mean))}</td>
    <td class="number">${formatNumber(greatest(mean))}</td>
    <td class="number">${formatNumber(mean.at(-1))}</td>
    <td class="number at-cursor" data-group=${label}></td>
  </tr>`;
}

function full(value: number | null | undefined): string | typeof nothing {
  return value === null || value === undefined ? nothing : String(value);
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.min(a, b));
}

function greatest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
}
