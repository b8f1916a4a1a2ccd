import { columnId, type TableColumn } from '../../src/mlflow/runTable';
import type { TableOpening, TableSettings } from '../../src/protocol/table';
import { defaultColumns, defaultWidth, NAME_COLUMN, sameColumn } from './columns';
import { GroupNames } from './groupNames';

/** Which columns there are and how wide: the same arrays until something changes, so that the grid can tell. */
export class ColumnLayout {
  readonly groups = new GroupNames();
  private defaults: { of: TableOpening | null; columns: readonly TableColumn[] } = { of: null, columns: [] };
  private known: {
    columns: readonly TableColumn[] | null;
    chosen: TableSettings['widths'];
    compared: boolean;
    grouped: boolean;
    widths: readonly number[];
  } = { columns: null, chosen: [], compared: false, grouped: false, widths: [] };

  /** All after the name. */
  columns(opening: TableOpening | null, settings: TableSettings): readonly TableColumn[] {
    if (settings.columns) {
      return settings.columns;
    }
    if (this.defaults.of !== opening) {
      const several = (opening?.whole ?? false) || (opening?.experiments.length ?? 0) > 1;
      this.defaults = { of: opening, columns: defaultColumns(opening?.suggested ?? [], several) };
    }
    return this.defaults.columns;
  }

  /** px. @param compared whether metrics show what they differ from a baseline by */
  widths(columns: readonly TableColumn[], settings: TableSettings, compared: boolean): readonly number[] {
    const { widths: chosen, group } = settings;
    const grouped = group.length > 0;
    const { known } = this;
    if (
      known.columns !== columns ||
      known.chosen !== chosen ||
      known.compared !== compared ||
      known.grouped !== grouped
    ) {
      const widths = columns.map((column) => this.width(column, settings, compared));
      this.known = { columns, chosen, compared, grouped, widths };
    }
    return this.known.widths;
  }

  /** px */
  width(column: TableColumn, { widths, group }: TableSettings, compared: boolean): number {
    const id = columnId(column);
    const chosen = widths.find(([known]) => known === id)?.[1];
    const grouped = group.length > 0;
    return (
      chosen ??
      (grouped && sameColumn(column, NAME_COLUMN)
        ? this.groups.width
        : defaultWidth(column, compared, grouped))
    );
  }
}
