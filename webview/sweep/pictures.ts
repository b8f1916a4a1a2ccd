import { html, nothing, type TemplateResult } from 'lit';
import { count, plainText } from '../../src/mlflow/format';
import type { SweepColumn } from '../../src/protocol/sweep';
import type { ImportanceResult } from '../../src/series/importance';
import type { ChartLook } from '../ui/chartLook';
import { emptyState } from '../ui/states';
import { importanceView } from './importanceView';
import { valueText, varying, type Sweep, type SweepSettings } from './model';
import './plot';
import type { Plot, PlotHost } from './plot';
import { contourPlot, historyPlot, scatterPlot, type ScatterChoice } from './plots';
import { memoLast } from '../ui/memo';
import { columnSelect } from './sweepToolbar';

export interface PicturesOptions {
  sweep: Sweep;
  /** The same without what is hovered and brushed: the same object until something else changes. */
  still: Sweep;
  importance: ImportanceResult;
  look: ChartLook;
  theme: number;
  host: PlotHost;
  part: (id: string, title: string, body: () => unknown) => TemplateResult;
  change: (change: Partial<SweepSettings>) => void;
}

// Hovering and brushing change nothing of what the pictures hold.
const history = memoLast(historyPlot);
const scatterOf = memoLast(scatterPlot);
const contourOf = memoLast(contourPlot);
const choiceOf = memoLast(
  (
    x: SweepColumn,
    y: SweepColumn,
    color: SweepColumn | undefined,
    size: SweepColumn | undefined,
  ): ScatterChoice => ({ x, y, color, size }),
);

/** Importance, history, scatter and contour, side by side where there is room. */
export function pictures(options: PicturesOptions): TemplateResult {
  const { sweep, part, importance, change } = options;
  const { settings, objective } = sweep;
  const important = importantParams(sweep, importance);
  return html`<div class="pictures">
    <div class="picture">
      ${part('importance', 'Importance', () =>
        importanceView(importance, objective?.name ?? '', (name) =>
          change({
            scatter: { ...settings.scatter, x: `param:${name}` },
            contour: { ...settings.contour, x: `param:${name}` },
          }),
        ),
      )}
    </div>
    <div class="picture">
      ${part('history', 'History', () =>
        objective
          ? html`${plot(options, history(options.still, objective, options.look))}
              <p class="muted note">${bestSoFar(sweep, objective)}</p>`
          : emptyState('No metric to judge by was logged.'),
      )}
    </div>
    <div class="picture">${part('scatter', 'Scatter', () => scatter(options, important))}</div>
    <div class="picture">${part('contour', 'Contour', () => contour(options, important))}</div>
  </div>`;
}

function scatter(options: PicturesOptions, important: readonly SweepColumn[]): TemplateResult {
  const { sweep, change, look } = options;
  const { settings, objective, columns } = sweep;
  const choices = varying(columns.values());
  const get = (id: string | null): SweepColumn | undefined =>
    id === null ? undefined : choices.find((column) => column.id === id);
  const x = get(settings.scatter.x) ?? important[0] ?? choices[0];
  const y = get(settings.scatter.y) ?? objective ?? choices[1];
  if (!x || !y) {
    return emptyState('A scatter needs two columns that differ between the runs.');
  }
  const color = get(settings.scatter.color);
  const size = get(settings.scatter.size);
  const set = (name: keyof SweepSettings['scatter']) => (id: string) =>
    change({ scatter: { ...settings.scatter, [name]: id || null } });
  const drawn = scatterOf(options.still, choiceOf(x, y, color, size), look);
  const front = drawn.lines[0]?.points.length ?? 0;
  const without = sweep.data.runs.length - drawn.points.length;
  const numbers = choices.filter(({ categories }) => categories.length === 0);
  return html`<div class="toolbar">
      <label class="field">x ${columnSelect('Scatter: x', choices, x.id, set('x'))}</label>
      <label class="field">y ${columnSelect('Scatter: y', choices, y.id, set('y'))}</label>
      <label class="field"
        >color ${columnSelect('Scatter: color', numbers, color?.id ?? null, set('color'), 'objective')}</label
      >
      <label class="field"
        >size ${columnSelect('Scatter: size', numbers, size?.id ?? null, set('size'), 'same')}</label
      >
    </div>
    ${plot(options, drawn)}
    <p class="muted note">
      ${front > 1 ? `Dashed: the Pareto front, ${count(front, 'run')} that no other beats in both.` : nothing}
      ${without > 0 ? `${count(without, 'run')} without both values not drawn.` : nothing}
    </p>`;
}

function contour(options: PicturesOptions, important: readonly SweepColumn[]): TemplateResult {
  const { sweep, change } = options;
  const { settings, objective, columns } = sweep;
  const params = varying(columns.values()).filter(({ kindOf }) => kindOf === 'param');
  const get = (id: string | null): SweepColumn | undefined => params.find((column) => column.id === id);
  const x = get(settings.contour.x) ?? important[0];
  const y = get(settings.contour.y) ?? important.find((column) => column !== x);
  if (!x || !y || !objective) {
    return emptyState('A contour needs an objective and two params that differ between the runs.');
  }
  const set = (name: 'x' | 'y') => (id: string) => change({ contour: { ...settings.contour, [name]: id } });
  const drawn = contourOf(options.still, x, y, objective);
  return html`<div class="toolbar">
      <label class="field">x ${columnSelect('Contour: x', params, x.id, set('x'))}</label>
      <label class="field">y ${columnSelect('Contour: y', params, y.id, set('y'))}</label>
      <span class="muted">${plainText(objective.name, 40)}</span>
    </div>
    ${plot(options, drawn.plot)}
    <p class="muted note">${drawn.note}</p>`;
}

/** The best of the objective, which trial it was, and of which run. */
function bestSoFar({ data, direction }: Sweep, objective: SweepColumn): string {
  const sign = direction === 'lower' ? 1 : -1;
  let best = -1;
  objective.values.forEach((value, run) => {
    if (!Number.isNaN(value) && (best < 0 || sign * value < sign * objective.values[best]!)) {
      best = run;
    }
  });
  const without = objective.missing + objective.notFinite;
  const left = without > 0 ? ` ${count(without, 'run')} without a finite value not drawn.` : '';
  return best < 0
    ? 'No run has a finite value.'
    : `Best so far: ${valueText(objective, objective.values[best]!)}, trial ${best + 1} (${plainText(data.runs[best]!.name, 40)}).${left}`;
}

function plot({ sweep, host, theme }: PicturesOptions, drawn: Plot): TemplateResult {
  return html`<sweep-plot
    .host=${host}
    .plot=${drawn}
    .selected=${sweep.selected}
    .hovered=${sweep.hovered}
    .theme=${theme}
  ></sweep-plot>`;
}

function importantParams(sweep: Sweep, importance: ImportanceResult): SweepColumn[] {
  const params = varying(sweep.columns.values()).filter(({ kindOf }) => kindOf === 'param');
  if (importance.refused !== null) {
    return params;
  }
  const order = importance.params.map(({ name }) => name);
  return params.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}
