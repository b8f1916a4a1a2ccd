import { html, nothing, type TemplateResult } from 'lit';
import { count, exactNumber, plainText } from '../../src/mlflow/format';
import type { SweepColumn } from '../../src/protocol/sweep';
import { rankRuns, tradeOff, type Objective, type Ranking } from '../../src/series/pareto';
import { icon, iconButton } from '../ui/icon';
import { memoLast } from '../ui/memo';
import { runMenu } from '../ui/runMenu';
import { emptyState } from '../ui/states';
import { cellText, directionOf, type Sweep } from './model';

export interface BestModelOptions {
  sweep: Sweep;
  objectives: readonly SweepColumn[];
  /** Columns that may be added. */
  choices: readonly SweepColumn[];
  setObjectives: (ids: string[]) => void;
  flip: (column: SweepColumn) => void;
  hover: (run: number | null) => void;
  open: (run: number) => void;
  register: (run: number) => void;
  diff: (runs: number[]) => void;
  limit: number;
  more: () => void;
}

const rank = memoLast((key: string, values: readonly Float64Array[], runs: number) => {
  const named = JSON.parse(key) as Pick<Objective, 'name' | 'direction'>[];
  const objectives = named.map((objective, i): Objective => ({ ...objective, values: values[i]! }));
  return { objectives, found: rankRuns(objectives, runs) };
});
const sameList = memoLast((...values: Float64Array[]) => values);

function ranking(sweep: Sweep, columns: readonly SweepColumn[]): { objectives: Objective[]; found: Ranking } {
  const key = columns.map((column) => ({
    name: column.name.replace(/ \(s\)$/, ''),
    direction: directionOf(column, sweep.settings),
  }));
  return rank(JSON.stringify(key), sameList(...columns.map(({ values }) => values)), sweep.data.runs.length);
}

/** The Pareto front of the chosen objectives, and each run's trade-off against the best in words. */
export function bestModel(options: BestModelOptions): TemplateResult {
  const { sweep, objectives: columns } = options;
  const { objectives, found } = ranking(sweep, columns);
  const order = found.order.filter((run) => !sweep.selected || sweep.selected.has(run));
  const front = order.filter((run) => found.fronts[run] === 1);
  return html`<div class="best">
    ${chooser(options)}
    ${
      columns.length === 0 || found.order.length === 0
        ? emptyState(
            columns.length === 0
              ? 'Choose an objective to rank the runs by.'
              : 'No run has all of these objectives.',
          )
        : html`<p class="muted note" role="status">
              ${count(front.length, 'run')} on the Pareto front: no other is at least as good in everything.
              ${found.dropped > 0 ? `${count(found.dropped, 'run')} without all objectives left out.` : ''}
              ${
                front.length > 1
                  ? html`<button type="button" class="link" @click=${() => options.diff(front.slice(0, 10))}>
                      Diff ${front.length > 10 ? 'the first 10' : 'them'}
                    </button>`
                  : nothing
              }
            </p>
            <table class="rows best-model">
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  ${columns.map((column) => html`<th scope="col" class="number">${plainText(column.name, 30)}</th>`)}
                  <th scope="col" class="words">Against the first</th>
                  <th scope="col"><span class="visually-hidden">Actions</span></th>
                </tr>
              </thead>
              <tbody>
                ${order.slice(0, options.limit).map((run) => row(options, objectives, found, order[0]!, run))}
              </tbody>
            </table>
            ${
              order.length > options.limit
                ? html`<button type="button" class="link" @click=${options.more}>
                    ${count(order.length - options.limit, 'more run')}
                  </button>`
                : nothing
            }`
    }
  </div>`;
}

function row(
  options: BestModelOptions,
  objectives: readonly Objective[],
  found: Ranking,
  first: number,
  run: number,
): TemplateResult {
  const { sweep, objectives: columns } = options;
  const { name } = sweep.data.runs[run]!;
  const onFront = found.fronts[run] === 1;
  const words = run === first ? `best ${objectives[0]!.name} on the front` : tradeOff(objectives, run, first);
  return html`<tr
    class="${onFront ? 'on-front' : ''} ${sweep.hovered === run ? 'hovered' : ''}"
    data-run=${sweep.data.runs[run]!.runId}
    data-vscode-context=${runMenu({ store: sweep.data.store, runId: sweep.data.runs[run]!.runId })}
    @pointerenter=${() => options.hover(run)}
    @pointerleave=${() => options.hover(null)}
  >
    <td class="cut">
      ${onFront ? icon('debug-breakpoint-log', 'on the Pareto front') : html`<span class="no-sign"></span>`}
      <button type="button" class="link" @click=${() => options.open(run)}>
        <bdi>${plainText(name, 60)}</bdi>
      </button>
      ${run === found.compromise && objectives.length > 1 ? html`<span class="muted"> balanced</span>` : nothing}
    </td>
    ${columns.map((column) => html`<td class="number" data-name=${plainText(column.name, 30)} title=${exactNumber(column.values[run])}>${cellText(column, run)}</td>`)}
    <td class="words" title=${words}>${plainText(words, 300)}</td>
    <td class="row-actions">
      ${run === first ? nothing : iconButton('diff', `Diff ${plainText(name, 40)} with the first`, () => options.diff([first, run]))}
      ${iconButton('package', `Register the model of ${plainText(name, 40)}…`, () => options.register(run))}
    </td>
  </tr>`;
}

function chooser({ sweep, objectives, choices, setObjectives, flip }: BestModelOptions): TemplateResult {
  const ids = objectives.map(({ id }) => id);
  const free = choices.filter(({ id }) => !ids.includes(id));
  return html`<div class="objectives" role="group" aria-label="Objectives">
    ${objectives.map((column) => {
      const direction = directionOf(column, sweep.settings);
      return html`<span class="objective">
        <bdi>${plainText(column.name, 40)}</bdi>
        ${iconButton(
          direction === 'lower' ? 'arrow-down' : 'arrow-up',
          `${direction === 'lower' ? 'Lower' : 'Higher'} is better: click to reverse`,
          () => flip(column),
        )}
        ${iconButton('close', `Leave out ${plainText(column.name, 40)}`, () =>
          setObjectives(ids.filter((id) => id !== column.id)),
        )}
      </span>`;
    })}
    <select
      aria-label="Add an objective"
      @change=${(event: Event) => {
        const select = event.target as HTMLSelectElement;
        setObjectives([...ids, select.value]);
        select.value = '';
      }}
    >
      <option value="">Add an objective…</option>
      ${free.map((column) => html`<option value=${column.id}>${plainText(column.name, 60)}</option>`)}
    </select>
  </div>`;
}
