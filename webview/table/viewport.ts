import { Virtualizer, type VirtualizerOptions } from '@tanstack/virtual-core';
import { MARKS_WIDTH } from './frozen';

export const ROW_HEIGHT = 22;
export const HEAD_HEIGHT = 40;
/** Drawn to either side of what is seen. */
export const OVERSCAN_ROWS = 4;
export const OVERSCAN_COLUMNS = 1;

/** What is seen: rows from `from` to before `to`, and the places of columns that scroll. */
export interface Seen {
  from: number;
  to: number;
  columns: number[];
}

/**
 * Which rows and columns are to be drawn. The grid scrolls an empty sheet of the table's full size; what is drawn
 * stands on a stage that does not move, so that nothing blank is ever scrolled into view.
 */
export class Viewport {
  private readonly rows: Virtualizer<HTMLElement, HTMLElement>;
  private readonly columns: Virtualizer<HTMLElement, HTMLElement>;
  private readonly cleanups: (() => void)[];
  /** As last told: to ask the element after something was drawn would make the browser lay out the page at once. */
  private offset = { top: 0, left: 0 };
  private size = { width: 0, height: 0 };
  private readonly offsetListeners: (() => void)[] = [];
  private readonly sizeListeners: (() => void)[] = [];
  private pinnedRows = 0;
  private nameWidth = 240;
  /** px, of the columns after the name. */
  private widths: readonly number[] = [];
  private pinnedColumns = 0;

  /**
   * @param scrolled at each scroll, before anything is drawn
   * @param changed other rows or columns are to be drawn
   */
  constructor(
    private readonly element: HTMLElement,
    scrolled: () => void,
    changed: () => void,
  ) {
    const onScroll = (): void => {
      this.readOffset();
      scrolled();
      this.offsetListeners.forEach((tell) => tell());
    };
    const observer = new ResizeObserver(() => {
      this.readSize();
      this.sizeListeners.forEach((tell) => tell());
      // What stands still has more room now, or less.
      changed();
    });
    this.readOffset();
    this.readSize();
    element.addEventListener('scroll', onScroll, { passive: true });
    observer.observe(element);
    const shared = {
      getScrollElement: () => element,
      scrollToFn: () => undefined,
      onChange: changed,
    };
    this.rows = new Virtualizer<HTMLElement, HTMLElement>({
      ...shared,
      count: 0,
      overscan: OVERSCAN_ROWS,
      estimateSize: () => ROW_HEIGHT,
      ...this.observers(() => this.offset.top),
    });
    this.columns = new Virtualizer<HTMLElement, HTMLElement>({
      ...shared,
      count: 0,
      horizontal: true,
      overscan: OVERSCAN_COLUMNS,
      estimateSize: (index) => this.widths[this.pinnedColumns + index] ?? 0,
      ...this.observers(() => this.offset.left),
    });
    this.cleanups = [
      this.rows._didMount(),
      this.columns._didMount(),
      () => observer.disconnect(),
      () => element.removeEventListener('scroll', onScroll),
    ];
    this.update();
  }

  /** What the table is made of; draws nothing by itself. */
  setShape(shape: {
    rows: number;
    pinnedRows: number;
    nameWidth: number;
    widths: readonly number[];
    pinnedColumns: number;
  }): void {
    this.pinnedRows = shape.pinnedRows;
    this.nameWidth = shape.nameWidth;
    const resized =
      shape.pinnedColumns !== this.pinnedColumns ||
      (shape.widths !== this.widths &&
        (shape.widths.length !== this.widths.length ||
          shape.widths.some((width, index) => width !== this.widths[index])));
    this.widths = shape.widths;
    this.pinnedColumns = shape.pinnedColumns;
    this.rows.setOptions({ ...this.rows.options, count: shape.rows });
    this.columns.setOptions({
      ...this.columns.options,
      count: Math.max(0, shape.widths.length - shape.pinnedColumns),
    });
    if (resized) {
      this.columns.measure();
    }
    this.update();
  }

  get seen(): Seen {
    const items = this.rows.getVirtualItems();
    return {
      from: items[0]?.index ?? 0,
      to: (items.at(-1)?.index ?? -1) + 1,
      columns: this.columns.getVirtualItems().map(({ index }) => index + this.pinnedColumns),
    };
  }

  /** px from the left of all columns that scroll to that of one. */
  columnStart(place: number): number {
    return this.columns.measurementsCache[place - this.pinnedColumns]?.start ?? 0;
  }

  /** px from the left of the scrolling part to a column. */
  columnOffset(place: number): number {
    return this.columnStart(place) - this.offset.left;
  }

  rowOffset(first: number): number {
    return first * ROW_HEIGHT - this.offset.top;
  }

  /** The first row that is wholly or partly seen. */
  get topRow(): number {
    return Math.floor(this.offset.top / ROW_HEIGHT);
  }

  get bodyHeight(): number {
    return Math.max(0, this.size.height - HEAD_HEIGHT - this.pinnedRows * ROW_HEIGHT);
  }

  get pageRows(): number {
    return Math.max(1, Math.floor(this.bodyHeight / ROW_HEIGHT) - 1);
  }

  get stillWidth(): number {
    return MARKS_WIDTH + this.nameWidth + this.widths.slice(0, this.pinnedColumns).reduce((a, b) => a + b, 0);
  }

  get sheet(): { width: number; height: number } {
    return {
      width: this.stillWidth + this.columns.getTotalSize(),
      height: HEAD_HEIGHT + (this.pinnedRows + this.rows.options.count) * ROW_HEIGHT,
    };
  }

  /** Scrolls as little as needed. */
  reveal(row: number, column: number): void {
    const { element } = this;
    if (row >= 0) {
      const top = row * ROW_HEIGHT;
      if (top < element.scrollTop) {
        element.scrollTop = top;
      } else if (top + ROW_HEIGHT > element.scrollTop + this.bodyHeight) {
        element.scrollTop = top + ROW_HEIGHT - this.bodyHeight;
      }
    }
    const item = this.columns.measurementsCache[column - this.pinnedColumns];
    if (item && column >= this.pinnedColumns) {
      const width = Math.max(40, element.clientWidth - this.stillWidth);
      if (item.start < element.scrollLeft) {
        element.scrollLeft = item.start;
      } else if (item.end > element.scrollLeft + width) {
        element.scrollLeft = Math.min(item.start, item.end - width);
      }
    }
  }

  dispose(): void {
    this.cleanups.forEach((cleanup) => cleanup());
  }

  private update(): void {
    this.rows._willUpdate();
    this.columns._willUpdate();
  }

  /** Of the window that the table is seen through, px. */
  get stage(): { width: number; height: number } {
    return this.size;
  }

  private readOffset(): void {
    const { scrollTop, scrollLeft } = this.element;
    this.offset = { top: scrollTop, left: scrollLeft };
  }

  private readSize(): void {
    const { clientWidth, clientHeight } = this.element;
    this.size = { width: clientWidth, height: clientHeight };
  }

  private observers(
    offset: () => number,
  ): Pick<VirtualizerOptions<HTMLElement, HTMLElement>, 'observeElementRect' | 'observeElementOffset'> {
    return {
      observeElementRect: (_, tell) =>
        listen(this.sizeListeners, () =>
          tell({ width: Math.max(0, this.size.width - this.stillWidth), height: this.bodyHeight }),
        ),
      observeElementOffset: (_, tell) => listen(this.offsetListeners, () => tell(offset(), false)),
    };
  }
}

/** Says it once, and from then on whenever told. */
function listen(listeners: (() => void)[], say: () => void): () => void {
  listeners.push(say);
  say();
  return () => void listeners.splice(listeners.indexOf(say), 1);
}
