import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { plainText } from '../../src/mlflow/format';
import type { ChartRun } from '../../src/protocol/charts';
import { meanWindow } from '../../src/series/smoothing';
import { icon } from '../ui/icon';
import { DEFAULT_SETTINGS, type ChartSettings } from './settings';

/** How the charts are drawn. In a narrow panel what is seldom changed folds behind a button. */
@customElement('charts-toolbar')
export class ChartsToolbar extends LitElement {
  @property({ attribute: false }) settings!: ChartSettings;
  @property({ attribute: false }) runs: readonly ChartRun[] = [];
  @property({ attribute: false }) change!: (change: Partial<ChartSettings>) => void;
  @property({ attribute: false }) filter: TemplateResult | typeof nothing = nothing;
  @state() private open = false;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { settings, runs, change } = this;
    const set = setOptions(settings);
    const label = set.length === 0 ? 'More Options' : `More Options (${set.length} set)`;
    return html`<div class="toolbar ${this.open ? 'unfolded' : ''}" role="toolbar" aria-label="Chart options">
      ${often(settings, change)}
      <button
        type="button"
        class="icon-button unfold ${set.length === 0 ? '' : 'set'}"
        aria-expanded=${String(this.open)}
        aria-label=${label}
        title=${[label, ...set].join('\n')}
        @click=${() => (this.open = !this.open)}
      >
        ${icon('settings')}
      </button>
      <span class="folding">${seldom(settings, runs, change)}</span>
      <span class="spacer"></span>
      ${this.filter}
    </div>`;
  }
}

/** What of the folded options is not as at first, in words. */
function setOptions({ logX, logY, yRange, smoothing, groupBy, shareX }: ChartSettings): string[] {
  return [
    logX ? 'log x' : '',
    logY ? 'log y' : '',
    yRange === 'free' ? '' : yRange === 'shared' ? 'shared y range' : 'without outliers',
    smoothing.kind === DEFAULT_SETTINGS.smoothing.kind ? '' : 'kind of smoothing',
    groupBy === null ? '' : 'grouped',
    shareX ? '' : 'separate x',
  ].filter(Boolean);
}

type Change = (change: Partial<ChartSettings>) => void;

function often(settings: ChartSettings, change: Change): TemplateResult {
  const { smoothing } = settings;
  return html` ${select(
      'x',
      settings.x,
      [
        ['step', 'step'],
        ['time', 'wall time'],
        ['relative', 'relative time'],
      ],
      (x) => change({ x }),
    )}
    <label class="field"
      >smoothing
      <input
        type="range"
        min="0"
        max="0.99"
        step="0.01"
        .value=${String(smoothing.weight)}
        aria-valuetext=${smoothing.weight === 0 ? 'off' : String(smoothing.weight)}
        @input=${(event: Event) =>
          change({ smoothing: { ...smoothing, weight: Number((event.target as HTMLInputElement).value) } })}
      />
      <output class="smoothing-value">${smoothingText(settings)}</output>
    </label>`;
}

function seldom(settings: ChartSettings, runs: readonly ChartRun[], change: Change): TemplateResult {
  const { smoothing } = settings;
  const group = settings.groupBy;
  return html`${select(
    '',
    smoothing.kind,
    [
      ['twema', 'time-weighted'],
      ['ema', 'exponential'],
      ['mean', 'running mean'],
    ],
    (kind) => change({ smoothing: { ...smoothing, kind } }),
    'Kind of smoothing',
  )}
  ${settings.x === 'time' ? nothing : check('log x', settings.logX, (logX) => change({ logX }))}
  ${check('log y', settings.logY, (logY) => change({ logY }))}
  ${select(
    'y range',
    settings.yRange,
    [
      ['free', 'separate'],
      ['shared', 'shared'],
      ['robust', 'without outliers'],
    ],
    (yRange) => change({ yRange }),
  )}
  ${
    runs.length > 1
      ? select('group', groupValue(group), groupChoices(runs, group), (value) =>
          change({
            groupBy:
              value === ''
                ? null
                : value === 'parent'
                  ? { kind: 'parent' }
                  : { kind: 'param', key: value.slice(6) },
          }),
        )
      : nothing
  }
  ${
    group
      ? select(
          'band',
          settings.band,
          [
            ['interval', '95% interval (t)'],
            ['std', 'standard deviation'],
            ['minmax', 'min to max'],
          ],
          (band) => change({ band }),
        )
      : nothing
  }
  ${check('same x', settings.shareX, (shareX) => change({ shareX }), 'Zooming one chart zooms all')}`;
}

function smoothingText({ smoothing }: ChartSettings): string {
  if (smoothing.weight === 0) {
    return 'off';
  }
  return smoothing.kind === 'mean' ? `${meanWindow(smoothing.weight)} points` : smoothing.weight.toFixed(2);
}

function groupValue(group: ChartSettings['groupBy']): string {
  return group === null ? '' : group.kind === 'parent' ? 'parent' : `param:${group.key}`;
}

function groupChoices(
  runs: readonly ChartRun[],
  group: ChartSettings['groupBy'],
): [value: string, label: string][] {
  const keys = new Set(runs.flatMap(({ params }) => params.map(({ key }) => key)));
  if (group?.kind === 'param') {
    keys.add(group.key);
  }
  const nested = group?.kind === 'parent' || runs.some(({ parentRunId }) => parentRunId !== null);
  return [
    ['', 'single runs'],
    ...(nested ? [['parent', 'by parent run'] as [string, string]] : []),
    ...[...keys].sort().map((key): [string, string] => [`param:${key}`, `by ${plainText(key, 40)}`]),
  ];
}

function select<Value extends string>(
  label: string,
  value: Value,
  choices: readonly (readonly [Value, string])[],
  choose: (value: Value) => void,
  title = label,
): TemplateResult {
  return html`<label class="field"
    >${label}
    <select
      aria-label=${title}
      @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as Value)}
    >
      ${choices.map(([choice, text]) => html`<option value=${choice} ?selected=${choice === value}>${text}</option>`)}
    </select>
  </label>`;
}

function check(
  label: string,
  checked: boolean,
  change: (checked: boolean) => void,
  title: string | typeof nothing = nothing,
): TemplateResult {
  return html`<label class="field" title=${title}
    ><input
      type="checkbox"
      .checked=${checked}
      @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}
    />${label}</label
  >`;
}
