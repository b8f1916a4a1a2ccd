import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TableRows } from '../../src/mlflow/runTable';
import { emptyState } from '../ui/states';
import { numberFont, textWidth } from '../ui/textWidth';
import type { PageActions } from './actions';
import type { Chunk } from './chunk';
import { NAME_COLUMN } from './columns';
import { gridRow, pinnedRow } from './grid';
import { gridHead } from './gridHead';
import type { GridModel } from './gridModel';
import { keyAction } from './keyboard';
import { noneText } from './loadedText';
import type { Kept } from './kept';
import type { TableModel } from './model';
import { perform } from './perform';
import { Pointer } from './pointer';
import { Slots } from './slots';
import { frozenPart, type Frozen } from './frozen';
import { OVERSCAN_COLUMNS, OVERSCAN_ROWS, ROW_HEIGHT, Viewport, type Seen } from './viewport';

/** Rows to either side that are asked for before they are needed. */
const NEAR = 20;
/** Without a scroll or an answer, ms: then a column is read whole for its best value. */
const IDLE = 600;
/** Rows and columns whose places are counted from the first of so many. */
const ROW_BLOCK = 1024;
const COLUMN_BLOCK = 64;
/** More columns than are ever seen at once stand from the last of a block on. */
const RULED = COLUMN_BLOCK * 3;

/** The grid in the page: a scroll draws it alone. */
@customElement('table-grid')
export class TableGrid extends LitElement {
  @property({ attribute: false }) view!: GridView;
  @property({ attribute: false }) chunk: Chunk | null = null;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult | typeof nothing {
    return this.chunk ? this.view.render(this.chunk) : nothing;
  }

  protected override updated(): void {
    this.view.drawn(this.querySelector<HTMLElement>('.grid'), () => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.view.drawn(null, () => undefined);
  }
}

/** The grid: what of the model is drawn, where it stands, and what comes from keys and mouse. */
export class GridView {
  private viewport: Viewport | null = null;
  private element: HTMLElement | null = null;
  private redraw: () => void = () => undefined;
  private readonly rowSlots = new Slots(OVERSCAN_ROWS + 1);
  private readonly columnSlots = new Slots(OVERSCAN_COLUMNS + 1);
  private focused = false;
  /** What stands still while the table scrolls sideways. */
  private frozen: Frozen = { name: 0, pinned: 0 };
  /** What was drawn last: it stays until what is seen is here. */
  private shown: Seen = { from: 0, to: 0, columns: [] };
  private readonly pointer: Pointer;
  private readonly sheet = new CSSStyleSheet();
  /** What the sheet's rules were made from. */
  private ruled: { widths: readonly number[] | null; first: number; pinned: number; name: number } = {
    widths: null,
    first: 0,
    pinned: 0,
    name: 0,
  };
  private idle: ReturnType<typeof setTimeout> | undefined;

  /** @param kept scroll position to go back to */
  constructor(
    private readonly model: TableModel,
    private readonly actions: PageActions,
    private kept: Kept | undefined,
    private readonly pickColumns: () => void,
  ) {
    this.pointer = new Pointer(model, actions, () => this.focus());
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.sheet];
  }

  get seen(): Seen | null {
    return this.viewport?.seen ?? null;
  }

  get topRow(): number {
    return this.viewport?.topRow ?? 0;
  }

  scrollToTop(): void {
    if (this.element) {
      this.element.scrollTop = 0;
    }
  }

  shiftRows(by: number): void {
    if (this.element) {
      this.element.scrollTop += by * ROW_HEIGHT;
    }
  }

  focus(): void {
    this.element?.focus({ preventScroll: true });
  }

  render(chunk: Chunk): TemplateResult {
    const { model } = this;
    const { columns, settings, cursor } = model;
    const { answer } = chunk;
    this.frozen = frozenPart(
      this.viewport?.stage.width ?? 0,
      model.width(NAME_COLUMN),
      model.widths.slice(0, settings.pinnedColumns),
    );
    const { pinned } = this.frozen;
    this.viewport?.setShape({
      rows: answer.rowCount,
      pinnedRows: answer.pinned.rows.length,
      nameWidth: this.frozen.name,
      widths: model.widths,
      pinnedColumns: pinned,
    });
    const seen = this.seen;
    if (seen && model.covers(seen, 0)) {
      this.shown = seen;
    } else if (seen && !model.covers(this.shown, 0)) {
      // It was scrolled on meanwhile: what has come and is nearest stands in.
      const rows = seen.to - seen.from;
      const first = Math.max(answer.from, Math.min(seen.from, chunk.to - rows));
      const here = seen.columns.filter((place) =>
        chunk.covers(answer.from, answer.from, model.placed([place])),
      );
      this.shown = { from: first, to: Math.min(first + rows, chunk.to), columns: here };
    }
    const { from } = this.shown;
    const to = Math.min(this.shown.to, answer.rowCount);
    const drawn = this.columnSlots.arrange(
      this.shown.columns.filter((place) => place < columns.length),
      (place) => place >= pinned && place < columns.length && chunk.covers(from, from, model.placed([place])),
    );
    const grid: GridModel = {
      chunk,
      columns,
      pinned,
      drawn,
      origin: blockOf(from, ROW_BLOCK),
      sort: settings.sort,
      cursor,
      focused: this.focused,
      hovered: model.hovered,
      isSelected: (runId) => model.selection.has(runId),
      shapeOf: (column) => model.shape(column),
      now: model.now,
    };
    const rows = this.rowSlots.arrange(numbers(from, to), (row) => chunk.row(row) !== undefined);
    return html`<div
      class="grid"
      role=${chunk.nests || settings.group.length > 0 ? 'treegrid' : 'grid'}
      tabindex="0"
      aria-label="Runs"
      aria-rowcount=${answer.rowCount + 1}
      aria-colcount=${columns.length + 2}
      aria-multiselectable="true"
      aria-activedescendant=${this.isDrawn(grid, from, to) ? `cell-${cursor.row}-${cursor.column}` : nothing}
      @keydown=${this.onKey}
      @click=${this.pointer.onClick}
      @dblclick=${this.pointer.onDoubleClick}
      @contextmenu=${this.pointer.onContextMenu}
      @pointerdown=${this.pointer.onPointerDown}
      @pointerover=${this.pointer.onPointerOver}
      @pointerleave=${this.pointer.onPointerLeave}
      @focus=${() => this.setFocused(true)}
      @blur=${() => this.setFocused(false)}
    >
      <div class="sheet" role="presentation">
        <div class="stage" role="presentation">
          <div role="rowgroup">${gridHead(grid)}</div>
          <div role="rowgroup" class="rows-pinned">
            ${answer.pinned.rows.map((_, place) => pinnedRow(grid, place))}
          </div>
          <div class="body-window" role="presentation">
            <div class="body" role="rowgroup">
              ${rows.map((index) => (index === null ? nothing : gridRow(grid, index)))}
            </div>
            ${answer.rowCount === 0 ? this.empty(answer) : nothing}
          </div>
        </div>
      </div>
    </div>`;
  }

  /** Whether the cell under the cursor is there. */
  private isDrawn(grid: GridModel, from: number, to: number): boolean {
    const { row, column } = grid.cursor;
    const rows =
      row === -1 || (row < -1 ? -2 - row < grid.chunk.answer.pinned.rows.length : row >= from && row < to);
    return rows && (column < grid.pinned || grid.drawn.includes(column));
  }

  private empty(answer: TableRows): TemplateResult {
    const { total } = answer;
    const { passing } = this.model;
    const showAll = (): void => {
      this.model.passing = { ...passing, starredOnly: false, shownOnly: false, withHidden: true };
      if (this.model.chunk?.answer.brushed !== null) {
        void this.model.clearBrush();
      }
      this.model.typed.type('', true);
    };
    const text =
      total > 0
        ? noneText(answer)
        : passing.deleted === 'DELETED_ONLY'
          ? 'These experiments have no deleted runs.'
          : 'No runs yet. They appear here as soon as they are logged.';
    return html`<div class="page" role="presentation">
      ${emptyState(text, total > 0 ? { label: 'Show All', run: showAll } : undefined)}
    </div>`;
  }

  /** After each drawing. @param redraw draws it again, soon */
  drawn(element: HTMLElement | null, redraw: () => void): void {
    this.element = element;
    this.redraw = redraw;
    if (!element) {
      this.viewport?.dispose();
      this.viewport = null;
      return;
    }
    if (!this.viewport) {
      this.viewport = new Viewport(element, this.shift, () => this.scrolled());
      redraw();
      return;
    }
    this.place(element, this.viewport);
    if (!this.model.covers(this.viewport.seen, NEAR)) {
      this.model.ask();
    }
    this.whenIdle();
  }

  /** Sizes and offsets, set through the DOM: they follow the scroll without a drawing. */
  private place(element: HTMLElement, viewport: Viewport): void {
    this.writeWidths(viewport);
    const { width, height } = viewport.sheet;
    resize(element.querySelector('.sheet'), width, height);
    resize(element.querySelector('.stage'), viewport.stage.width, viewport.stage.height);
    resize(element.querySelector('.body-window'), null, viewport.bodyHeight);
    if (this.kept) {
      element.scrollTop = this.kept.scrollTop;
      element.scrollLeft = this.kept.scrollLeft;
      this.kept = undefined;
    }
    this.shift();
  }

  private readonly shift = (): void => {
    const { element, viewport } = this;
    if (!element || !viewport) {
      return;
    }
    const { from, to, columns } = this.shown;
    // What is drawn fills the window even while the rows that are scrolled to are still on their way.
    const y = filling(viewport.rowOffset(from), (to - from) * ROW_HEIGHT, viewport.bodyHeight);
    const block = (from - blockOf(from, ROW_BLOCK)) * ROW_HEIGHT;
    move(element.querySelector<HTMLElement>('.body'), `translateY(${y - block}px)`);
    const [first, last] = [columns[0], columns.at(-1)];
    if (first === undefined || last === undefined) {
      return;
    }
    const start = viewport.columnStart(first);
    const width = viewport.columnStart(last) + (this.model.widths[last] ?? 0) - start;
    const room = Math.max(0, viewport.stage.width - viewport.stillWidth);
    const x =
      filling(viewport.columnOffset(first), width, room) -
      (start - viewport.columnStart(this.firstOfBlock()));
    for (const moving of element.querySelectorAll<HTMLElement>('.moving')) {
      move(moving, `translateX(${x}px)`);
    }
  };

  /** The column from whose left the places of the drawn ones count. */
  private firstOfBlock(): number {
    return Math.max(this.frozen.pinned, blockOf(this.shown.columns[0] ?? 0, COLUMN_BLOCK));
  }

  /** The widths and places of the columns round about: rules that change seldom, however far one scrolls. */
  private writeWidths(viewport: Viewport): void {
    const { model } = this;
    const { name, pinned } = this.frozen;
    const first = this.firstOfBlock();
    const { widths } = model;
    const origin = viewport.columnStart(first);
    const { ruled } = this;
    if (ruled.widths === widths && ruled.first === first && ruled.pinned === pinned && ruled.name === name) {
      return;
    }
    this.ruled = { widths, first, pinned, name };
    const point = textWidth('.', numberFont());
    const rules = [`.w-1 { width: ${name}px } .grid { --point: ${point}px }`];
    const column = (place: number, left: string): void => {
      const delta = (model.shape(model.columns[place]!)?.longest.length ?? 0) + 1;
      rules.push(`.w${place} { width: ${widths[place]!}px; --delta: ${delta}ch; ${left} }`);
    };
    numbers(0, pinned).forEach((place) => column(place, ''));
    numbers(first, Math.min(first + RULED, widths.length)).forEach((place) =>
      column(place, `left: ${viewport.columnStart(place) - origin}px`),
    );
    this.sheet.replaceSync(rules.join('\n'));
  }

  private scrolled(): void {
    const { viewport } = this;
    if (!viewport) {
      return;
    }
    if (this.model.covers(viewport.seen, 0)) {
      this.redraw();
    } else {
      this.model.ask();
    }
  }

  private whenIdle(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      if (this.pointer.pressed) {
        this.whenIdle();
        return;
      }
      const { from, to, columns } = this.shown;
      const moved = [this.rowSlots.settle(numbers(from, to)), this.columnSlots.settle(columns)];
      if (moved.includes(true)) {
        this.redraw();
      }
      this.model.loadNext();
      const kept: Kept = {
        passing: this.model.passing,
        scrollTop: this.element?.scrollTop ?? 0,
        scrollLeft: this.element?.scrollLeft ?? 0,
      };
      this.model.connection.saveView(kept);
    }, IDLE);
  }

  private setFocused(focused: boolean): void {
    this.focused = focused;
    this.redraw();
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const { model } = this;
    const answer = model.chunk?.answer;
    const action = keyAction(event, model.cursor, model.rowAt(model.cursor.row), {
      rows: answer?.rowCount ?? 0,
      pinned: answer?.pinned.rows.length ?? 0,
      columns: model.columns.length,
      page: this.viewport?.pageRows ?? 10,
    });
    if (action?.type === 'columns') {
      event.preventDefault();
      this.pickColumns();
    } else if (action) {
      event.preventDefault();
      event.stopPropagation();
      perform(action, model, this.actions, (row, column) => this.viewport?.reveal(row, column));
    }
  };
}

/** The first of the block that a place is in. */
function blockOf(place: number, size: number): number {
  return place - (place % size);
}

/** From the first to before the second. */
function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

/** The offset at which something of this size leaves no gap in a window, as near to the wanted one as can be. */
function filling(wanted: number, size: number, room: number): number {
  return Math.max(Math.min(0, room - size), Math.min(0, wanted));
}

function resize(element: HTMLElement | null, width: number | null, height: number): void {
  if (element) {
    if (width !== null) {
      element.style.width = `${width}px`;
    }
    element.style.height = `${height}px`;
  }
}

function move(element: HTMLElement | null, transform: string): void {
  if (element && element.style.transform !== transform) {
    element.style.transform = transform;
  }
}
