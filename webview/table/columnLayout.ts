import type { ColumnShape } from '../../src/mlflow/columnNumbers';
import { columnId, type TableColumn } from '../../src/mlflow/runTable';
import type { TableOpening, TableSettings } from '../../src/protocol/table';
import type { Chunk } from './chunk';
import { defaultColumns, defaultWidth, NAME_COLUMN, sameColumn, type Needs } from './columns';
import { GroupNames } from './groupNames';

/** In a wider table widths do not follow the values: columns would move while one scrolls to others. */
const MOST_MEASURED = 60;

/** Which columns there are and how wide: the same arrays until something changes, so that the grid can tell. */
export class ColumnLayout {
  readonly groups = new GroupNames();
  /** How the values of a column are written, as it was first known. */
  private readonly shapes = new Map<string, ColumnShape>();
  /** Ids of columns of which no row has a value. The same set until it holds others. */
  empty: ReadonlySet<string> = new Set();
  private defaults: { of: TableOpening | null; columns: readonly TableColumn[] } = { of: null, columns: [] };
  private seen: { of: readonly unknown[]; columns: readonly TableColumn[] } = { of: [], columns: [] };
  private known: { of: readonly unknown[]; widths: readonly number[] } = { of: [], widths: [] };
  private changes = 0;
  private isMeasured = true;

  /** All after the name that have values, or that the user chose. */
  columns(opening: TableOpening | null, settings: TableSettings): readonly TableColumn[] {
    const all = this.all(opening, settings);
    const of = [all, settings.columns === null, settings.unpicked, this.empty];
    if (!sameItems(of, this.seen.of)) {
      const unpicked = new Set(settings.columns === null ? all.map(columnId) : settings.unpicked);
      const columns = all.filter(
        (column) => !unpicked.has(columnId(column)) || !this.empty.has(columnId(column)),
      );
      this.seen = { of, columns };
    }
    return this.seen.columns;
  }

  /** With those that are left out because no row has a value. */
  all(opening: TableOpening | null, settings: TableSettings): readonly TableColumn[] {
    if (settings.columns) {
      return settings.columns;
    }
    if (this.defaults.of !== opening) {
      const several = (opening?.whole ?? false) || (opening?.experiments.length ?? 0) > 1;
      this.defaults = { of: opening, columns: defaultColumns(opening?.suggested ?? [], several) };
    }
    return this.defaults.columns;
  }

  leftOut(opening: TableOpening | null, settings: TableSettings): TableColumn[] {
    const shown = new Set(this.columns(opening, settings));
    return this.all(opening, settings).filter((column) => !shown.has(column));
  }

  /** The choice of these columns, in this order. Those that are left out stay behind what they stand behind. */
  chosen(
    opening: TableOpening | null,
    settings: TableSettings,
    columns: readonly TableColumn[],
  ): Pick<TableSettings, 'columns' | 'unpicked'> {
    const all = this.all(opening, settings);
    const before = settings.columns === null ? all.map(columnId) : settings.unpicked;
    const result = [...columns];
    const isThere = (column: TableColumn): boolean => result.some((other) => sameColumn(other, column));
    const leftOut = columns.length === 0 ? [] : this.leftOut(opening, settings);
    const own = new Set([...this.columns(opening, settings), ...leftOut].map(columnId));
    const added = columns.filter((column) => leftOut.some((other) => sameColumn(other, column)));
    for (const column of leftOut.filter((each) => !isThere(each))) {
      const previous = all[all.indexOf(column) - 1];
      const place = previous ? result.findIndex((other) => sameColumn(other, previous)) : -1;
      result.splice(Math.max(place + 1, settings.pinnedColumns), 0, column);
    }
    const picked = new Set(added.map(columnId));
    const unpicked = before.filter(
      (id) => own.has(id) && !picked.has(id) && result.some((each) => columnId(each) === id),
    );
    return { columns: result, unpicked };
  }

  /** Takes in what an answer says of its columns. */
  see(chunk: Chunk): void {
    this.groups.see(chunk);
    const { answer, columns } = chunk;
    columns.forEach((column, place) => this.learn(columnId(column), answer.shapes[place] ?? null));
    // What is found in names alone is not all.
    if (!chunk.glance) {
      const empty = new Set(this.empty);
      columns.forEach((column, place) => {
        empty.delete(columnId(column));
        if (answer.empty[place]) {
          empty.add(columnId(column));
        }
      });
      if (empty.size !== this.empty.size || [...empty].some((id) => !this.empty.has(id))) {
        this.empty = empty;
      }
    }
  }

  /** One decimal less would make all values of a column jump, and say no more. */
  private learn(id: string, shape: ColumnShape | null): void {
    const before = this.shapes.get(id);
    if (!shape) {
      return;
    }
    const [was, is] = [before?.decimals ?? null, shape.decimals];
    const decimals = was !== null && is !== null && is > 0 && is === was - 1 ? was : is;
    const longest = before && before.longest.length >= shape.longest.length ? before.longest : shape.longest;
    if (!before || decimals !== was || longest !== before.longest) {
      this.shapes.set(id, { decimals, longest });
      this.changes++;
    }
  }

  shape(column: TableColumn): ColumnShape | null {
    return this.shapes.get(columnId(column)) ?? null;
  }

  /** px. @param compared whether metrics show what they differ from a baseline by */
  widths(columns: readonly TableColumn[], settings: TableSettings, compared: boolean): readonly number[] {
    const of = [columns, settings.widths, compared, settings.group.length > 0, this.changes];
    if (!sameItems(of, this.known.of)) {
      this.isMeasured = columns.length <= MOST_MEASURED;
      const widths = columns.map((column) => this.width(column, settings, compared));
      this.known = { of, widths };
    }
    return this.known.widths;
  }

  /** px */
  width(column: TableColumn, { widths, group }: TableSettings, compared: boolean): number {
    const id = columnId(column);
    const chosen = widths.find(([known]) => known === id)?.[1];
    const grouped = group.length > 0;
    if (chosen !== undefined) {
      return chosen;
    }
    if (grouped && sameColumn(column, NAME_COLUMN)) {
      return this.groups.width;
    }
    const needs: Needs = { compared, grouped, shape: this.isMeasured ? this.shape(column) : null };
    return defaultWidth(column, needs);
  }
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
