import { html, type TemplateResult } from 'lit';
import { plainText } from '../../src/mlflow/format';
import type { SweepColumn } from '../../src/protocol/sweep';
import { iconButton } from '../ui/icon';
import { styles } from '../ui/styles';
import { canBeLog, isCategory, type Sweep } from './model';

export interface ObjectiveBarOptions {
  setObjective: (id: string) => void;
  flip: () => void;
  colorBy: (by: 'value' | 'rank') => void;
}

export function objectiveBar(sweep: Sweep, options: ObjectiveBarOptions): TemplateResult {
  const { objective, direction, settings, columns, ramp } = sweep;
  const choices = [...columns.values()].filter(
    (column) => column.kindOf !== 'param' && !isCategory(column) && column.kind !== 'empty',
  );
  return html`<div class="toolbar" role="toolbar" aria-label="Sweep options">
    <label class="field"
      >objective ${columnSelect('Objective', choices, objective?.id ?? null, options.setObjective)}
    </label>
    <span class="field">
      ${direction === 'lower' ? 'lower is better' : 'higher is better'}
      ${iconButton(direction === 'lower' ? 'arrow-down' : 'arrow-up', 'Reverse the direction', options.flip)}
    </span>
    <label class="field"
      >color by
      <select
        aria-label="Color by"
        @change=${(event: Event) => options.colorBy((event.target as HTMLSelectElement).value as 'value' | 'rank')}
      >
        <option value="rank" ?selected=${settings.colorBy === 'rank'}>rank</option>
        <option value="value" ?selected=${settings.colorBy === 'value'}>value</option>
      </select>
    </label>
    <span class="field muted"
      >worst
      <span
        class="ramp"
        aria-hidden="true"
        ${styles({ background: `linear-gradient(90deg, ${ramp.join(', ')})` })}
      ></span>
      best</span
    >
  </div>`;
}

export function columnSelect(
  label: string,
  choices: readonly SweepColumn[],
  value: string | null,
  choose: (id: string) => void,
  none?: string,
): TemplateResult {
  return html`<select
    aria-label=${label}
    @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}
  >
    ${none === undefined ? '' : html`<option value="" ?selected=${value === null}>${none}</option>`}
    ${choices.map(
      (column) =>
        html`<option value=${column.id} ?selected=${column.id === value}>
          ${plainText(column.name, 60)}
        </option>`,
    )}
  </select>`;
}

/** Which columns are axes; constants are listed last, so that it is seen why they are not drawn. */
export function axisChooser(
  sweep: Sweep,
  axes: readonly SweepColumn[],
  { choose, setLog }: { choose: (ids: string[]) => void; setLog: (axis: string, log: boolean) => void },
): TemplateResult {
  const ids = axes.map(({ id }) => id);
  const columns = [...sweep.columns.values()].filter(({ kind }) => kind !== 'empty');
  const constant = ({ kind }: SweepColumn): number => (kind === 'constant' ? 1 : 0);
  return html`<div class="axis-choice" role="group" aria-label="Axes">
    ${columns
      .toSorted((a, b) => constant(a) - constant(b))
      .map(
        (column) =>
          html`<span class="axis-option"
            ><label class="cut"
              ><input
                type="checkbox"
                .checked=${ids.includes(column.id)}
                @change=${(event: Event) =>
                  choose(
                    (event.target as HTMLInputElement).checked
                      ? [...ids, column.id]
                      : ids.filter((id) => id !== column.id),
                  )}
              />${plainText(column.name, 60)}${column.kind === 'constant' ? ' (constant)' : ''}</label
            >
            ${
              canBeLog(column)
                ? html`<label class="muted"
                    ><input
                      type="checkbox"
                      aria-label=${`${plainText(column.name, 60)} on a logarithmic axis`}
                      .checked=${column.kind === 'log'}
                      @change=${(event: Event) => setLog(column.id, (event.target as HTMLInputElement).checked)}
                    />log</label
                  >`
                : ''
            }</span
          >`,
      )}
  </div>`;
}
