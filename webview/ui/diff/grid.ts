import { html, nothing, type TemplateResult } from 'lit';
import { formatDate, plainText } from '../../../src/mlflow/format';
import type { ChangedFile } from '../../../src/provenance/git';
import type { DiffHistory } from '../../../src/protocol/diff';
import { icon } from '../icon';
import { styles } from '../styles';
import { cell, histories, runLabel, runMenuOf, type CellContext } from './cells';
import { visibleRange, type Line } from './lines';

/** What of the grid is in sight, px. */
export interface Viewport {
  top: number;
  left: number;
  width: number;
  height: number;
}

export interface GridOptions extends Omit<CellContext, 'columnWidth'> {
  lines: readonly Line[];
  offsets: Float64Array;
  viewport: Viewport;
  /** The cell that has the keyboard: index of its line, and of its column (0 is the key). */
  active: { line: number; column: number };
  histories: ReadonlyMap<string, readonly DiffHistory[]>;
  imageUrl: (side: number, path: string) => string | undefined;
  toggle: (section: string) => void;
  showEqual: () => void;
  /** All changed files of a side, or one of them. */
  openChanges: (side: number, file: string | null) => void;
  openCommit: (side: number, commit: string) => void;
  openRun: (side: number) => void;
  openChart: (metric: string) => void;
  openDetail: (line: number) => void;
  activate: (line: number, column: number) => void;
}

const NARROW = 700;
const KEYS = 230;
/** Shorter keys would be cut nearly all. */
const LEAST_KEYS = 150;
/** Px; names of runs in columns narrower than this take two lines. */
const SHORT_NAMES = 200;
const HEAD = 28;
const TALL_HEAD = 44;

/** The grid's columns, px. */
export interface GridWidths {
  keys: number;
  column: number;
  /** Whether the baseline stays beside the keys while the others scroll. */
  pinned: boolean;
  /** Of the runs' names. */
  head: number;
}

/** Sides in the order of their columns: the baseline first. */
export function columnOrder(count: number, baseline: number): number[] {
  return [baseline, ...Array.from({ length: count }, (_, i) => i).filter((i) => i !== baseline)];
}

/**
 * Columns share the width; where they are many, each keeps a width that can be read and the rest scrolls. What stays
 * in sight then takes a third of the width at most: first the keys get shorter, then the baseline scrolls, too.
 */
export function gridWidths(width: number, count: number): GridWidths {
  const third = Math.floor(width / 3);
  const isNarrow = width < NARROW;
  const least = isNarrow ? 140 : 190;
  const wanted = Math.min(third, isNarrow ? Math.max(120, Math.round(width * 0.28)) : KEYS);
  const shared = (keys: number): number => Math.max(least, Math.floor((width - keys) / Math.max(1, count)));
  const made = (keys: number, pinned: boolean): GridWidths => {
    const column = shared(keys);
    return { keys, column, pinned, head: column < SHORT_NAMES ? TALL_HEAD : HEAD };
  };
  if (wanted + shared(wanted) * count <= width) {
    return made(wanted, true);
  }
  const beside = Math.min(wanted, third - least);
  return beside >= LEAST_KEYS ? made(beside, true) : made(wanted, false);
}

const FILE_ICONS: Readonly<Record<ChangedFile['change'], string>> = {
  added: 'diff-added',
  deleted: 'diff-removed',
  renamed: 'diff-renamed',
  modified: 'diff-modified',
};

/** Which columns beside the pinned ones are in sight. */
function visibleColumns(viewport: Viewport, { column, keys }: GridWidths, count: number): [number, number] {
  const first = Math.max(1, Math.floor(viewport.left / column));
  const last = Math.min(count, 1 + Math.ceil((viewport.left + viewport.width - keys) / column) + 1);
  return [first, last];
}

export function grid(options: GridOptions): TemplateResult {
  const { data, lines, offsets, viewport } = options;
  const order = columnOrder(data.runs.length, data.baseline);
  const widths = gridWidths(viewport.width, order.length);
  const { keys, head } = widths;
  const total = keys + widths.column * order.length;
  const [first, last] = visibleRange(offsets, viewport.top, viewport.height);
  const columns = visibleColumns(viewport, widths, order.length);
  return html`<div
      class="diff-head ${head > HEAD ? 'tall' : ''}"
      role="row"
      aria-rowindex="1"
      ${styles({ width: `${total}px`, height: `${head}px` })}
    >
      <span class="cell key" role="columnheader" aria-label="Key" ${styles({ width: `${keys}px` })}></span>
      ${sides(
        options,
        order,
        columns,
        widths,
        (side) =>
          html`<button
            type="button"
            class="run-head"
            title="Open the run"
            data-vscode-context=${runMenuOf(data, side)}
            @click=${() => options.openRun(side)}
          >
            ${runLabel(data, side, head > HEAD)}
          </button>`,
        'columnheader',
        -1,
      )}
    </div>
    <div
      class="diff-lines"
      role="rowgroup"
      ${styles({ height: `${offsets.at(-1) ?? 0}px`, width: `${total}px` })}
    >
      ${lines
        .slice(first, last)
        .map((line, index) => drawLine(options, line, first + index, order, columns, widths))}
    </div>`;
}

/** Cells of the sides: the baseline's is pinned, those out of sight are a gap. */
function sides(
  options: GridOptions,
  order: readonly number[],
  [first, last]: [number, number],
  { keys, column: width, pinned }: GridWidths,
  content: (side: number) => unknown,
  role: string,
  line: number,
  extra: (side: number) => string = () => '',
): TemplateResult[] {
  const draw = (side: number, column: number): TemplateResult => {
    const isActive = options.active.line === line && options.active.column === column + 1;
    return html`<span
      class="cell ${column === 0 && pinned ? 'pinned' : ''} ${extra(side)}"
      role=${role}
      aria-colindex=${column + 2}
      tabindex=${line < 0 ? nothing : isActive ? 0 : -1}
      data-cell=${line < 0 ? nothing : `${line}:${column + 1}`}
      ${styles(column === 0 && pinned ? { width: `${width}px`, left: `${keys}px` } : { width: `${width}px` })}
      @focus=${line < 0 ? nothing : () => options.activate(line, column + 1)}
      >${content(side)}</span
    >`;
  };
  return [
    ...(order.length > 0 ? [draw(order[0]!, 0)] : []),
    html`<span class="gap" role="presentation" ${styles({ width: `${(first - 1) * width}px` })}></span>`,
    ...order.slice(first, last).map((side, index) => draw(side, first + index)),
  ];
}

/** What folds the lines below it: the only cell of its line. */
function foldButton(
  options: GridOptions,
  { name, open }: { name: string; open: boolean },
  index: number,
  content: TemplateResult,
): TemplateResult {
  return html`<button
    type="button"
    class="fold"
    aria-expanded=${String(open)}
    data-cell="${index}:0"
    tabindex=${options.active.line === index ? 0 : -1}
    @focus=${() => options.activate(index, 0)}
    @click=${() => options.toggle(name)}
  >
    ${icon(open ? 'chevron-down' : 'chevron-right')}${content}
  </button>`;
}

/** Where a line that is no row of values leads to: its only cell. */
function lineButton(
  options: GridOptions,
  index: number,
  content: TemplateResult | string,
  click: () => void,
  title?: string,
): TemplateResult {
  return html`<button
    type="button"
    class="link"
    title=${title ?? nothing}
    data-cell="${index}:0"
    tabindex=${options.active.line === index ? 0 : -1}
    @focus=${() => options.activate(index, 0)}
    @click=${click}
  >
    ${content}
  </button>`;
}

function drawLine(
  options: GridOptions,
  line: Line,
  index: number,
  order: readonly number[],
  columns: [number, number],
  widths: GridWidths,
): TemplateResult {
  const top = styles({ transform: `translateY(${options.offsets[index]!}px)` });
  const row = index + 2;
  switch (line.kind) {
    case 'section':
      return html`<div class="diff-line section-line" role="row" aria-rowindex=${row} ${top}>
        <h2 role="rowheader">
          ${foldButton(
            options,
            line,
            index,
            html`${line.title} <span class="muted count">${line.pending ? 'reading…' : line.count}</span>`,
          )}
        </h2>
      </div>`;
    case 'row':
      return drawRow(options, line, index, order, columns, widths, top);
    case 'range':
      return html`<div class="diff-line wide-line" role="row" aria-rowindex=${row} ${top}>
        <span role="cell"
          >${foldButton(
            options,
            line,
            index,
            html`<bdi>${plainText(line.title, 200)}</bdi>
              <span class="muted count">${plainText(line.count, 300)}</span>`,
          )}${
            line.side === null
              ? nothing
              : html`<button
                  type="button"
                  class="link"
                  title="Open the changes between the baseline and ${plainText(line.title)}"
                  @click=${() => options.openChanges(line.side!, null)}
                >
                  Open changes
                </button>`
          }</span
        >
      </div>`;
    case 'commit':
      return html`<div class="diff-line wide-line" role="row" aria-rowindex=${row} ${top}>
        <span role="cell"
          >${icon('git-commit')}
          ${lineButton(
            options,
            index,
            html`<span class="digits">${line.commit.commit.slice(0, 7)}</span>`,
            () => options.openCommit(line.side, line.commit.commit),
            'Open the changes of this commit',
          )}
          <bdi>${plainText(line.commit.subject, 120)}</bdi>
          <span class="muted"
            >${plainText(line.commit.author, 40)},
            ${formatDate(line.commit.time)}${line.behind ? ', only in the baseline' : ''}</span
          ></span
        >
      </div>`;
    case 'file':
      return html`<div class="diff-line wide-line" role="row" aria-rowindex=${row} ${top}>
        <span role="cell"
          >${icon(FILE_ICONS[line.file.change])}
          ${lineButton(
            options,
            index,
            plainText(line.file.path),
            () => options.openChanges(line.side, line.file.path),
            'Open the changes of this file',
          )}
          ${line.file.oldPath === null ? nothing : html`<span class="muted">was ${plainText(line.file.oldPath)}</span>`}
          ${line.file.added === null ? nothing : html`<span class="digits muted">+${line.file.added} −${line.file.deleted ?? 0}</span>`}
          ${line.used ? html`<span class="muted">used by the runs</span>` : nothing}
          ${line.file.uncommitted ? html`<span class="muted">not committed</span>` : nothing}</span
        >
      </div>`;
    case 'note':
      return html`<div class="diff-line wide-line" role="row" aria-rowindex=${row} ${top}>
        <span role="cell" class="muted" title=${plainText(line.text, 1000)}
          >${line.icon ? icon(line.icon) : nothing}
          <span class="note-text">${plainText(line.text, 300)}</span> ${
            line.action ? lineButton(options, index, line.action.label, options.showEqual) : nothing
          }</span
        >
      </div>`;
    case 'images':
      return html`<div class="diff-line image-line" role="row" aria-rowindex=${row} ${top}>
        <span
          class="cell key"
          role="rowheader"
          data-cell="${index}:0"
          tabindex=${options.active.line === index ? 0 : -1}
          @focus=${() => options.activate(index, 0)}
          ${styles({ width: `${widths.keys}px` })}
          ><bdi class="cut">${plainText(line.image.path)}</bdi></span
        >
        ${sides(options, order, columns, widths, (side) => picture(options, line.image.path, side, line.image.sides[side] ?? false), 'cell', -1)}
      </div>`;
  }
}

function picture(options: GridOptions, path: string, side: number, has: boolean): unknown {
  if (!has) {
    return html`<span class="missing">–</span>`;
  }
  const url = options.imageUrl(side, path);
  const label = `${path} of ${options.data.runs[side]?.label ?? ''}`;
  return url
    ? html`<img src=${url} alt=${plainText(label)} />`
    : html`<span class="muted" aria-busy="true">…</span>`;
}

function drawRow(
  options: GridOptions,
  line: Extract<Line, { kind: 'row' }>,
  index: number,
  order: readonly number[],
  columns: [number, number],
  widths: GridWidths,
  top: ReturnType<typeof styles>,
): TemplateResult {
  const { data } = options;
  const { row, section } = line;
  const base = row.values[data.baseline] ?? null;
  const equal = (side: number) =>
    side !== data.baseline &&
    !line.same &&
    !row.unknown?.includes(side) &&
    String(row.values[side] ?? '\0') === String(base ?? '\0');
  return html`<div
    class="diff-line data-line ${line.same ? 'same-line' : ''}"
    role="row"
    aria-rowindex=${index + 2}
    data-key=${row.key}
    @dblclick=${() => options.openDetail(index)}
    ${top}
  >
    <span
      class="cell key"
      role="rowheader"
      tabindex=${options.active.line === index && options.active.column === 0 ? 0 : -1}
      data-cell="${index}:0"
      @focus=${() => options.activate(index, 0)}
      ${styles({ width: `${widths.keys}px` })}
      >${
        section === 'metrics'
          ? html`<button
                type="button"
                class="link cut"
                tabindex="-1"
                title="Open the chart of ${plainText(row.key)}"
                @click=${() => options.openChart(row.key)}
              >
                ${plainText(row.key)}</button
              >${widths.keys < 200 ? nothing : histories(data, options.histories.get(row.key) ?? [])}`
          : html`<button
                type="button"
                class="plain cut"
                tabindex="-1"
                title="${plainText(row.key, 500)}: show the full values"
                @click=${() => options.openDetail(index)}
              >
                ${plainText(row.key)}</button
              >${row.covers === undefined ? nothing : icon('info', row.covers)}`
      }</span
    >
    ${sides(
      options,
      order,
      columns,
      widths,
      (side) => cell({ ...options, columnWidth: widths.column }, section, row, side),
      'cell',
      index,
      (side) => (equal(side) ? 'equal' : ''),
    )}
  </div>`;
}
