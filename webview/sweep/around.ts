import { html, nothing, type TemplateResult } from 'lit';
import { count, plainText } from '../../src/mlflow/format';
import type { SweepColumn, SweepPageData } from '../../src/protocol/sweep';
import type { Crumb } from '../ui/breadcrumb';
import type { KeyLine } from '../ui/keySheet';
import { banner, emptyState, type StateAction } from '../ui/states';
import { brushText, type Brushes } from './brush';
import { cellText, type Sweep } from './model';
import type { CommandName } from '../../src/protocol/commands';

/** The page's keys, as "?" lists them. */
export const SWEEP_KEYS: readonly KeyLine[] = [
  ['drag', 'along an axis: brush it; across its title: move it; around points: brush them'],
  ['Alt+← and →', 'on an axis’s title: move it'],
  ['Enter', 'on an axis’s title: brush it; the bounds are typed or chosen below'],
  ['Delete, Esc', 'on an axis’s title: remove its brush'],
  ['l', 'on an axis’s title: logarithmic or linear'],
  ['double-click', 'on a line or a point: open the run'],
  ['?', 'show these shortcuts'],
];

/** Where the page is: store, experiment, the sweep's parent. */
export function crumbs(data: SweepPageData, run: (command: CommandName, args: unknown) => void): Crumb[] {
  const open = (experimentIds: string[]) => () => run('openRunTable', { store: data.store, experimentIds });
  const { parent } = data;
  return [
    { label: data.storeName, title: data.store, open: open([]) },
    ...data.experiments
      .slice(0, 2)
      .map(({ experimentId, name }) => ({ label: name, open: open([experimentId]) })),
    ...(parent
      ? [{ label: parent.name, open: () => run('openRun', { store: data.store, runId: parent.runId }) }]
      : []),
    { label: 'Sweep' },
  ];
}

/** What is to be known of the runs: which are left out, which are gone. */
export function notes({ omitted, omittedColumns, gone, runs }: SweepPageData): unknown[] {
  return [
    omitted > 0
      ? banner('info', `Only the newest ${runs.length.toLocaleString('en-US')} runs are drawn.`)
      : nothing,
    omittedColumns > 0
      ? banner(
          'info',
          `${count(omittedColumns, 'param or metric', 'params and metrics')} that few runs have ${omittedColumns === 1 ? 'is' : 'are'} left out.`,
        )
      : nothing,
    gone > 0
      ? banner(
          'warning',
          `${count(gone, 'run')} of this page ${gone === 1 ? 'is' : 'are'} no longer in the store.`,
        )
      : nothing,
  ];
}

/** Why there is no picture, and the way out of it. */
export function emptySweep({ parent }: SweepPageData, tryAgain: StateAction): TemplateResult {
  return emptyState(
    parent
      ? `“${plainText(parent.name, 60)}” has no child runs: open the sweep of a parent run or of an experiment.`
      : 'No runs to show: this experiment has none yet.',
    tryAgain,
  );
}

export interface BrushActions {
  clear: () => void;
  /** Checks the selected runs, for every view. */
  show: (runs: number[]) => void;
  /** Opens their histories. */
  chart: (runs: number[]) => void;
}

/** How many runs are inside the brushes, which these are, and what can be done with the runs. */
export function brushLine(sweep: Sweep, brushes: Brushes, actions: BrushActions): TemplateResult {
  const { selected, data, columns } = sweep;
  const texts = [...brushes.axes].flatMap(([id, brush]) => {
    const column = columns.get(id);
    return column ? [plainText(brushText(column, brush), 120)] : [];
  });
  return html`<div class="brush-line" role="status" aria-live="polite">
    ${
      selected
        ? html`<span>${selected.size} of ${count(data.runs.length, 'run')}</span>
            <span class="muted">${[...texts, ...(brushes.runs ? ['drawn around'] : [])].join(' · ')}</span>
            <button type="button" class="link" @click=${actions.clear}>Clear</button>
            <button type="button" class="link" @click=${() => actions.show([...selected])}>
              Show in Charts
            </button>
            <button type="button" class="link" @click=${() => actions.chart([...selected])}>Chart</button>`
        : html`<span class="muted"
            >${count(data.runs.length, 'run')}. Drag along an axis, or around points, to select.</span
          >`
    }
  </div>`;
}

/** The run under the pointer with its values on the axes. */
export function hoverText({ hovered, data }: Sweep, axes: readonly SweepColumn[]): string {
  const run = hovered === null ? undefined : data.runs[hovered];
  return run && hovered !== null
    ? [run.name, ...axes.map((column) => `${plainText(column.name, 30)} ${cellText(column, hovered)}`)].join(
        ' · ',
      )
    : ' ';
}
