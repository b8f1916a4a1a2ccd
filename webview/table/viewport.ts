import { Virtualizer, type VirtualizerOptions } from '@tanstack/virtual-core';

export const ROW_HEIGHT = 22;
export const HEAD_HEIGHT = 40;
const MARKS_WIDTH = 74;
const OVERSCAN_ROWS = 4;
const OVERSCAN_COLUMNS = 1;

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
  private pinnedRows = 0;
  private nameWidth = 240;
  /** px, of the columns after the name. */
  private widths: readonly number[] = [];
  private pinnedColumns = 0;

  constructor(
    private readonly element: HTMLElement,
    changed: () => void,
  ) {
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
      ...this.observers(() => element.scrollTop),
    });
    this.columns = new Virtualizer<HTMLElement, HTMLElement>({
      ...shared,
      count: 0,
      horizontal: true,
      overscan: OVERSCAN_COLUMNS,
      estimateSize: (index) => this.widths[this.pinnedColumns + index] ?? 0,
      ...this.observers(() => element.scrollLeft),
    });
    this.cleanups = [this.rows._didMount(), this.columns._didMount()];
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
      shape.widths.length !== this.widths.length ||
      shape.pinnedColumns !== this.pinnedColumns ||
      shape.widths.some((width, index) => width !== this.widths[index]);
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

  /** px from the left of the scrolling part to the first drawn column. */
  columnOffset(first: number): number {
    return (this.columns.measurementsCache[first - this.pinnedColumns]?.start ?? 0) - this.element.scrollLeft;
  }

  rowOffset(first: number): number {
    return first * ROW_HEIGHT - this.element.scrollTop;
  }

  /** The first row that is wholly or partly seen. */
  get topRow(): number {
    return Math.floor(this.element.scrollTop / ROW_HEIGHT);
  }

  get bodyHeight(): number {
    return Math.max(0, this.element.clientHeight - HEAD_HEIGHT - this.pinnedRows * ROW_HEIGHT);
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

  private observers(
    offset: () => number,
  ): Pick<VirtualizerOptions<HTMLElement, HTMLElement>, 'observeElementRect' | 'observeElementOffset'> {
    const { element } = this;
    return {
      observeElementRect: (_, tell) => {
        const say = (): void =>
          tell({ width: Math.max(0, element.clientWidth - this.stillWidth), height: this.bodyHeight });
        const observer = new ResizeObserver(say);
        observer.observe(element);
        say();
        return () => observer.disconnect();
      },
      observeElementOffset: (_, tell) => {
        const say = (): void => tell(offset(), false);
        element.addEventListener('scroll', say, { passive: true });
        say();
        return () => element.removeEventListener('scroll', say);
      },
    };
  }
}
