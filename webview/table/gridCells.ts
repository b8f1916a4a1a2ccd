import { html, nothing, type TemplateResult } from 'lit';
import { count, plainText } from '../../src/mlflow/format';
import { conditionIcon, noEndSentence, runCondition, type RunCondition } from '../../src/mlflow/runCondition';
import type { RunTableRow, TableColumn, TableRow } from '../../src/mlflow/runTable';
import { nameOfRun, shortRunId } from '../../src/mlflow/tellApart';
import type { RunMark } from '../../src/protocol/table';
import { icon } from '../ui/icon';
import { runDot } from '../ui/runDot';
import { styles } from '../ui/styles';
import type { CellValue } from './chunk';
import { cellText, deltaText, unitOf, type CellText } from './format';
import { groupLabel } from './groupNames';
import { FIRST_COLUMN, type GridModel } from './gridModel';

/** What a run is: shown in pictures (the eye, with the run's color), starred. Selection has no sign of its own. */
export function marks(name: string, mark: RunMark | null): TemplateResult {
  const color = mark?.color ?? null;
  const title = plainText(name, 60);
  return html`<button
      type="button"
      tabindex="-1"
      class="mark eye ${color ? 'on' : ''}"
      data-act="show"
      title=${color ? 'Hide from charts (Space)' : 'Show in charts (Space)'}
      aria-label="Show ${title}"
      aria-pressed=${String(color !== null)}
    >
      ${color ? html`${icon('eye')}${runDot(color)}` : icon('eye-closed')}</button
    ><button
      type="button"
      tabindex="-1"
      class="mark ${mark?.starred ? 'on' : ''}"
      data-act="star"
      title=${mark?.starred ? 'Unstar (*)' : 'Star (*)'}
      aria-label="Star ${title}"
      aria-pressed=${String(mark?.starred ?? false)}
    >
      ${icon(mark?.starred ? 'star-full' : 'star-empty')}
    </button>`;
}

/** What a row's run is called. */
export function nameOfRow({ runId, name }: RunTableRow): string {
  return nameOfRun({ runId, runName: name });
}

/** The name and what tells it from others of the same name, with what hangs below it, and how the run stands. */
export function nameCell(
  row: TableRow,
  mark: RunMark | null,
  index: number,
  here: boolean,
  baseline: boolean,
  by: readonly TableColumn[],
  now: number,
): TemplateResult {
  const twisty = row.type === 'group' || row.children > 0;
  const depth = row.type === 'run' ? row.depth : 0;
  const condition = row.type === 'run' ? conditionOf(row, now) : null;
  const label = row.type === 'group' ? groupLabel(by, row.values) : plainText(nameOfRow(row));
  const apart = mark?.apart ?? null;
  return html`<div
    role="rowheader"
    id="cell-${index}--1"
    class="cell name w-1 ${here ? 'cursor' : ''}"
    aria-colindex="2"
    data-column="-1"
    title=${row.type === 'run' ? runTitle(row, apart, condition, now) : label}
  >
    <span class="indent" ${styles({ width: `${Math.min(depth, 12) * 14}px` })}></span>
    ${
      twisty
        ? html`<span class="twisty" data-act="toggle"
            >${icon(row.open ? 'chevron-down' : 'chevron-right')}</span
          >`
        : html`<span class="twisty"></span>`
    }${condition === null ? nothing : conditionSign(condition)}<span
      class="cut name-text ${row.type === 'run' ? 'open' : ''} ${label.length < 7 ? 'brief' : ''}"
      data-act=${row.type === 'run' ? 'open' : 'toggle'}
      >${label}</span
    >${apart === null ? nothing : html`<span class="apart">· ${apart}</span>`}${
      row.type === 'group'
        ? html`<span class="muted badge">${count(row.count, 'run')}</span>`
        : row.children > 0
          ? html`<span class="muted badge">(${row.children})</span>`
          : nothing
    }${row.type === 'run' && row.deleted ? html`<span class="muted badge">deleted</span>` : nothing}${
      baseline ? html`<span class="badge baseline">baseline</span>` : nothing
    }
  </div>`;
}

function runTitle(
  row: RunTableRow,
  apart: string | null,
  condition: RunCondition | null,
  now: number,
): string {
  const stands =
    condition === 'no end'
      ? `\n${noEndSentence(row, row.lastLogged, now)}`
      : row.trial
        ? `\n${row.trial.sentence}`
        : '';
  const told = [apart, shortRunId(row.runId)].filter(
    (text, index, all) => text && all.indexOf(text) === index,
  );
  return `${plainText(nameOfRow(row), 1000)} · ${told.join(' · ')}${stands}`;
}

/** As in the sidebar; whether it is deleted is said beside the name. */
function conditionOf(row: RunTableRow, now: number): RunCondition {
  return runCondition({ ...row, lifecycleStage: 'active' }, row.lastLogged, now);
}

function conditionSign(condition: RunCondition): TemplateResult {
  const sign = conditionIcon(condition).icon.replace('~', ' codicon-modifier-');
  return html`<span class="status status-${condition.replace(' ', '-')}">${icon(sign, condition)}</span>`;
}

/** One value of a run or group, with its delta to the baseline, marked where it is the best. */
export function valueCell(
  model: GridModel,
  row: TableRow,
  column: TableColumn,
  value: CellValue,
  place: number,
  index: number,
  here: boolean,
  isBaseline: boolean,
): TemplateResult {
  const own = model.shapeOf(column)?.decimals ?? null;
  // The mean of whole numbers has a decimal: those below it leave room for one.
  const isBelow = row.type === 'run' && column.kind === 'metric' && model.chunk.groupedBy.length > 0;
  const decimals = own === 0 && isBelow ? 1 : own;
  const { text, full, right, unit, pad } =
    row.type === 'run' && column.kind === 'attribute' && column.key === 'status'
      ? statusText(row, model.now)
      : cellText(column, value, model.now, decimals);
  const isSize = unitOf(column) === 'bytes';
  const { chunk } = model;
  const number = value.type === 'number' && column.kind === 'metric' ? value.value : null;
  const best = number !== null && number === chunk.best(column);
  const isCompared = number !== null && chunk.baselineValue(column) !== null;
  const delta =
    number === null || isBaseline
      ? null
      : deltaText(number, chunk.baselineValue(column), chunk.direction(column), column, decimals);
  return html`<div
    role="gridcell"
    id="cell-${index}-${place}"
    class="cell w${place} ${right || chunk.isRight(column) ? 'right' : ''} ${value.type === 'missing' ? 'missing' : ''} ${here ? 'cursor' : ''} ${best ? 'best' : ''}"
    aria-colindex=${place + FIRST_COLUMN}
    data-column=${place}
    title=${full}
  >
    <span class="cut ${unit ? '' : blank('pad', text, pad)}"
      >${text}${unit ? html`<span class="unit ${isSize ? 'size' : ''} ${blank('gap', text, pad)}">${unit}</span>` : nothing}</span
    >${best ? html`<span class="best-mark">best</span>` : nothing}${
      delta
        ? html`<span class="delta ${delta.verdict}" title=${delta.full}>${delta.text}</span>`
        : isCompared
          ? html`<span class="delta-room"></span>`
          : nothing
    }
  </div>`;
}

/** The class that leaves room for what a number lacks to the decimals of its column. */
function blank(where: 'gap' | 'pad', text: string, digits = 0): string {
  return digits === 0 ? '' : `${text.includes('.') ? '' : 'whole-'}${where}-${digits}`;
}

function statusText(row: RunTableRow, now: number): CellText {
  const condition = conditionOf(row, now);
  const text = condition === 'unknown' ? plainText(row.status) : condition;
  const full =
    condition === 'no end' ? noEndSentence(row, row.lastLogged, now) : (row.trial?.sentence ?? row.status);
  return { text, full, right: false };
}
