import type { PageActions } from './actions';
import type { TableModel } from './model';

/** The mouse in the grid: clicks, menus, dragging of widths and columns. */
export class Pointer {
  /** A column or a width was just dropped: the click that follows is none. */
  private dragged = false;
  /**
   * A button is down: a click goes to the element that it was pressed and released on, so what an element shows must
   * not change meanwhile.
   */
  pressed = false;

  constructor(
    private readonly model: TableModel,
    private readonly actions: PageActions,
    private readonly focus: () => void,
  ) {}

  readonly onClick = (event: MouseEvent): void => {
    const place = placeOf(event);
    if (!place || closest(event, '[data-grip]')) {
      return;
    }
    this.focus();
    const from = this.model.cursor.row;
    this.model.moveTo(place);
    if (place.row === -1) {
      if (!this.dragged) {
        this.actions.cycleSort(place.column, event.shiftKey);
      }
      return;
    }
    const row = this.model.rowAt(place.row);
    if (place.act === 'show') {
      this.actions.show(row, place.row, true);
    } else if (place.act === 'star') {
      this.actions.star(row, place.row);
    } else if (place.act === 'toggle') {
      this.model.toggleRow(row);
    } else if (event.shiftKey && place.row >= 0) {
      this.actions.selecting.extendTo(place.row, from);
    } else if (event.ctrlKey || event.metaKey) {
      this.actions.selecting.toggle(place.row);
    } else {
      this.actions.selecting.only(place.row);
      if (place.act === 'open') {
        this.actions.openRun(row);
      }
    }
  };

  readonly onDoubleClick = (event: MouseEvent): void => {
    const place = placeOf(event);
    if (place && place.row !== -1 && place.act === undefined) {
      this.actions.openRun(this.model.rowAt(place.row));
    }
  };

  readonly onContextMenu = (event: MouseEvent): void => {
    const place = placeOf(event);
    if (place) {
      event.preventDefault();
      this.focus();
      this.model.moveTo(place);
      this.actions.openMenu({ x: event.clientX, y: event.clientY });
    }
  };

  readonly onPointerOver = (event: PointerEvent): void => {
    this.model.hover(closest(event, '[data-run]')?.dataset.run ?? null);
  };

  readonly onPointerLeave = (): void => this.model.hover(null);

  readonly onPointerDown = (event: PointerEvent): void => {
    this.press();
    const head = closest(event, '.head-cell');
    this.dragged = false;
    if (event.button !== 0 || !head) {
      return;
    }
    const place = Number(head.dataset.column);
    if (closest(event, '[data-grip]')) {
      event.preventDefault();
      this.dragWidth(event, place, Math.round(head.getBoundingClientRect().width));
    } else if (place >= 0) {
      this.dragColumn(event, place);
    }
  };

  private press(): void {
    this.pressed = true;
    const released = new AbortController();
    const release = (): void => {
      this.pressed = false;
      released.abort();
    };
    window.addEventListener('pointerup', release, { signal: released.signal });
    window.addEventListener('pointercancel', release, { signal: released.signal });
  }

  /** @param before px, as it is drawn: there may be no room for more */
  private dragWidth(start: PointerEvent, place: number, before: number): void {
    const column = this.model.columnAt(place);
    if (!column) {
      return;
    }
    this.drag(
      (event) => this.actions.setWidth(column, before + event.clientX - start.clientX, false),
      () => this.actions.setWidth(column, this.model.width(column)),
    );
  }

  private dragColumn(start: PointerEvent, from: number): void {
    let target: HTMLElement | null = null;
    this.drag(
      (event) => {
        if (Math.abs(event.clientX - start.clientX) < 6 && !this.dragged) {
          return;
        }
        this.dragged = true;
        target?.classList.remove('drop-target');
        const under = document.elementFromPoint(event.clientX, start.clientY);
        target = under?.closest<HTMLElement>('.head-cell') ?? null;
        target?.classList.add('drop-target');
      },
      () => {
        target?.classList.remove('drop-target');
        const to = Number(target?.dataset.column ?? NaN);
        if (this.dragged && to >= 0 && to !== from) {
          this.actions.moveColumnTo(from, to);
        }
      },
    );
  }

  private drag(move: (event: PointerEvent) => void, drop: () => void): void {
    window.addEventListener('pointermove', move);
    window.addEventListener(
      'pointerup',
      () => {
        window.removeEventListener('pointermove', move);
        drop();
      },
      { once: true },
    );
  }
}

function closest(event: Event, selector: string): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
}

function placeOf(event: Event): { row: number; column: number; act: string | undefined } | null {
  const row = closest(event, '[data-row]')?.dataset.row;
  return row === undefined
    ? null
    : {
        row: Number(row),
        column: Number(closest(event, '[data-column]')?.dataset.column ?? -1),
        act: closest(event, '[data-act]')?.dataset.act,
      };
}
