/** The grid's head and rows as templates. What is clicked is found by `data-` attributes (see tablePage). */
import { html, nothing, type TemplateResult } from 'lit';
import { count, plainText } from '../../src/mlflow/format';
import { columnId, type SortTerm, type TableColumn, type TableRow } from '../../src/mlflow/runTable';
import type { RunMark } from '../../src/protocol/table';
import { icon } from '../ui/icon';
import { styles } from '../ui/styles';
import { runColor } from '../ui/theme';
import type { CellValue, Chunk } from './chunk';
import { columnTitle, kindTitle, NAME_COLUMN, ruleTitle } from './columns';
import { cellText, deltaText } from './format';

/** Everything that a drawing of the grid depends on. */
export interface GridModel {
  chunk: Chunk;
  /** All columns after the name, in order. */
  columns: readonly TableColumn[];
  /** The first so many of them stand still. */
  pinned: number;
  /** Places of the drawn columns that scroll. */
  drawn: readonly number[];
  sort: readonly SortTerm[];
  cursor: { row: number; column: number };
  focused: boolean;
  isSelected(runId: string): boolean;
  now: number;
}

/** aria-colindex of a column: the marks and the name come first. */
const FIRST = 3;

/** The columns of a row from left to right: pinned, then those that scroll. */
function cells(model: GridModel, cell: (place: number) => TemplateResult): TemplateResult {
  const pinned = Array.from({ length: model.pinned }, (_, place) => place);
  return html`${pinned.map(cell)}<span class="window" role="none"
      ><span class="moving" role="none">${model.drawn.map(cell)}</span></span
    >`;
}

export function gridHead(model: GridModel): TemplateResult {
  const { columns, sort, cursor, focused, chunk } = model;
  const head = (place: number): TemplateResult => {
    const column = place === -1 ? NAME_COLUMN : columns[place]!;
    const term = sort.findIndex((candidate) => columnId(candidate.column) === columnId(column));
    const descending = term >= 0 && sort[term]!.descending;
    const before = place > 0 ? columns[place - 1] : undefined;
    const title = plainText(columnTitle(column));
    const rule = ruleTitle(column);
    const direction = column.kind === 'metric' ? chunk.direction(column) : 'unknown';
    const better = direction === 'unknown' ? '' : `, ${direction} is better`;
    return html`<div
      role="columnheader"
      id="cell--1-${place}"
      class="cell head-cell w${place} ${chunk.isRight(column) ? 'head-right' : ''} ${focused && cursor.row === -1 && cursor.column === place ? 'cursor' : ''}"
      data-column=${place}
      data-row="-1"
      aria-colindex=${place + FIRST}
      aria-sort=${term === -1 ? 'none' : descending ? 'descending' : 'ascending'}
      title=${`${kindTitle(column.kind) ? `${kindTitle(column.kind)}.` : ''}${plainText(column.key, 1000)}${rule ? ` (${rule})` : ''}${better}. Click to sort, Shift+click to sort by several.`}
    >
      <span class="kind" aria-hidden="true"
        >${before?.kind === column.kind ? nothing : kindTitle(column.kind)}</span
      >
      <span class="head-title"
        ><span class="cut">${title}</span>${rule ? html`<span class="muted rule">${rule}</span>` : nothing}${
          term === -1
            ? nothing
            : html`<span class="sort"
                >${icon(descending ? 'arrow-down' : 'arrow-up')}${sort.length > 1 ? term + 1 : nothing}</span
              >`
        }</span
      >
      <span class="grip" data-grip=${place} aria-hidden="true"></span>
    </div>`;
  };
  return html`<div class="row head" role="row" aria-rowindex="1">
    <div class="cell marks" role="columnheader" aria-colindex="1">
      <span class="visually-hidden">Selected, shown, starred</span>
    </div>
    ${head(-1)}${cells(model, head)}
  </div>`;
}

/** @param nests some rows stand below others: then they say how deep */
export function gridRow(model: GridModel, index: number, nests: boolean): TemplateResult {
  const row = model.chunk.row(index);
  return row
    ? drawRow(model, row, index, nests, model.chunk.mark(index), (column) => model.chunk.cell(index, column))
    : html`<div class="row" role="row" aria-rowindex=${index + 2}></div>`;
}

/** A row that stands above the others, whatever is scrolled. `place` counts from −2 downwards. */
export function pinnedRow(model: GridModel, place: number, nests: boolean): TemplateResult {
  const { answer } = model.chunk;
  const row = answer.pinned.rows[place]!;
  return drawRow(model, row, -2 - place, nests, answer.pinnedMarks[place] ?? null, (column) =>
    model.chunk.pinnedCell(place, column),
  );
}

function drawRow(
  model: GridModel,
  row: TableRow,
  index: number,
  nests: boolean,
  mark: RunMark | null,
  valueOf: (column: TableColumn) => CellValue,
): TemplateResult {
  const { cursor, focused, columns, chunk } = model;
  const run = row.type === 'run' ? row : null;
  const selected = run !== null && model.isSelected(run.runId);
  const baseline = run !== null && run.runId === chunk.answer.baseline;
  const classes = [
    'row',
    row.type === 'group' ? 'group' : '',
    selected ? 'selected' : '',
    run?.context || mark?.hidden ? 'context' : '',
    index < -1 ? 'pinned' : '',
  ].join(' ');
  const cell = (place: number): TemplateResult => {
    const column = columns[place]!;
    const here = focused && cursor.row === index && cursor.column === place;
    return valueCell(model, column, valueOf(column), place, index, here, baseline);
  };
  const expandable = row.type === 'group' || row.children > 0;
  return html`<div
    class=${classes}
    role="row"
    aria-rowindex=${index < -1 ? nothing : index + 2}
    aria-selected=${run ? String(selected) : nothing}
    aria-level=${nests ? (run ? run.depth + 1 : 1) : nothing}
    aria-expanded=${nests && expandable ? String(row.open) : nothing}
    data-row=${index}
  >
    <div class="cell marks" role="gridcell" aria-colindex="1">
      ${run ? marks(run.name, selected, mark) : nothing}
    </div>
    ${nameCell(row, index, focused && cursor.row === index && cursor.column === -1, baseline)}
    ${cells(model, cell)}
  </div>`;
}

function marks(name: string, selected: boolean, mark: RunMark | null): TemplateResult {
  const color = mark?.color ?? null;
  const title = plainText(name, 60);
  return html`<button
      type="button"
      tabindex="-1"
      class="mark ${selected ? 'on' : ''}"
      data-act="select"
      title="Select (x)"
      aria-label="Select ${title}"
      aria-pressed=${String(selected)}
    >
      <span class="check">${selected ? icon('check') : nothing}</span></button
    ><button
      type="button"
      tabindex="-1"
      class="mark ${color ? 'on' : ''}"
      data-act="show"
      title=${color ? 'Shown in pictures (Space)' : 'Show in pictures (Space)'}
      aria-label="Show ${title}"
      aria-pressed=${String(color !== null)}
    >
      ${
        color
          ? html`<span class="dot" ${styles({ background: runColor(color) })}></span>`
          : icon('eye-closed')
      }</button
    ><button
      type="button"
      tabindex="-1"
      class="mark ${mark?.starred ? 'on' : ''}"
      data-act="star"
      title="Star (*)"
      aria-label="Star ${title}"
      aria-pressed=${String(mark?.starred ?? false)}
    >
      ${icon(mark?.starred ? 'star-full' : 'star-empty')}
    </button>`;
}

const STATUS: Record<string, { icon: string; label: string }> = {
  FINISHED: { icon: 'pass', label: 'finished' },
  FAILED: { icon: 'error', label: 'failed' },
  KILLED: { icon: 'circle-slash', label: 'killed' },
  RUNNING: { icon: 'sync', label: 'running' },
  SCHEDULED: { icon: 'clock', label: 'scheduled' },
};

function nameCell(row: TableRow, index: number, here: boolean, baseline: boolean): TemplateResult {
  const twisty = row.type === 'group' || row.children > 0;
  const depth = row.type === 'run' ? row.depth : 0;
  const status = row.type === 'run' ? STATUS[row.status] : undefined;
  const label =
    row.type === 'group'
      ? row.values.map((value) => (value === null ? '(none)' : plainText(value))).join(' · ')
      : plainText(row.name) || row.runId.slice(0, 8);
  return html`<div
    role="rowheader"
    id="cell-${index}--1"
    class="cell name w-1 ${here ? 'cursor' : ''}"
    aria-colindex="2"
    data-column="-1"
    title=${row.type === 'run' ? `${plainText(row.name, 1000)} (${row.runId})` : label}
  >
    <span class="indent" ${styles({ width: `${Math.min(depth, 12) * 14}px` })}></span>
    ${
      twisty
        ? html`<span class="twisty" data-act="toggle"
            >${icon(row.open ? 'chevron-down' : 'chevron-right')}</span
          >`
        : html`<span class="twisty"></span>`
    }${
      status
        ? html`<span class="status status-${status.label}">${icon(status.icon, status.label)}</span>`
        : nothing
    }<span
      class="cut name-text ${row.type === 'run' ? 'open' : ''}"
      data-act=${row.type === 'run' ? 'open' : 'toggle'}
      >${label}</span
    >${
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

function valueCell(
  model: GridModel,
  column: TableColumn,
  value: CellValue,
  place: number,
  index: number,
  here: boolean,
  isBaseline: boolean,
): TemplateResult {
  const { text, full, right } = cellText(column, value, model.now);
  const { chunk } = model;
  const number = value.type === 'number' && column.kind === 'metric' ? value.value : null;
  const best = number !== null && number === chunk.best(column);
  const delta =
    number === null || isBaseline
      ? null
      : deltaText(number, chunk.baselineValue(column), chunk.direction(column));
  return html`<div
    role="gridcell"
    id="cell-${index}-${place}"
    class="cell w${place} ${right || chunk.isRight(column) ? 'right' : ''} ${value.type === 'missing' ? 'missing' : ''} ${here ? 'cursor' : ''} ${best ? 'best' : ''}"
    aria-colindex=${place + FIRST}
    data-column=${place}
    title=${full}
  >
    <span class="cut">${text}</span>${
      best ? html`<span class="best-mark">${icon('star-full', 'best')}</span>` : nothing
    }${delta ? html`<span class="delta ${delta.verdict}">${delta.text}</span>` : nothing}
  </div>`;
}
