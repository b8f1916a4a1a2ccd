import type { TableModel } from './model';
import { rowId } from './model';

/** What keys and clicks do to the selection: as in VS Code's lists. */
export class Selecting {
  /** Ranges that were asked for: the last one counts, whichever comes last. */
  private ranges = 0;

  constructor(
    private readonly model: TableModel,
    private readonly changed: () => void,
  ) {}

  /** How many runs are selected. */
  get amount(): number {
    return this.model.selection.count(this.model.chunk?.answer.matched ?? 0);
  }

  only(index: number): void {
    const row = this.model.rowAt(index);
    if (row?.type === 'run') {
      this.model.selection.only(row.runId, index);
      this.changed();
    } else {
      this.anchor(index);
    }
  }

  toggle(index: number): void {
    const row = this.model.rowAt(index);
    if (row?.type === 'run') {
      this.model.selection.toggle(row.runId, index);
      this.changed();
    }
  }

  /** Where a range would begin. */
  anchor(index: number): void {
    const row = index >= 0 ? this.model.rowAt(index) : undefined;
    this.model.selection.setAnchor(row ? rowId(row) : null, index);
  }

  /** From the anchor to this row. @param otherwise the row to begin at where nothing is anchored */
  extendTo(index: number, otherwise = this.model.cursor.row): void {
    const { model } = this;
    const { selection } = model;
    if (selection.anchor === null || selection.anchorRow < 0) {
      this.anchor(Math.max(0, otherwise));
    }
    const { anchor, anchorRow } = selection;
    const from = Math.max(0, Math.min(anchorRow, index));
    const count = Math.max(anchorRow, index) - from + 1;
    const range = ++this.ranges;
    const take = (runIds: readonly string[]): void => {
      if (range === this.ranges && anchor === selection.anchor) {
        selection.extendTo(runIds);
        this.changed();
      }
    };
    const here = this.runsHere(from, count);
    if (here) {
      take(here);
      return;
    }
    const { view, connection } = model;
    void model.act(async () => take(await connection.client.request('runsOfRows', { view, from, count })));
  }

  all(): void {
    this.model.selection.selectAll();
    this.changed();
  }

  none(): void {
    this.model.selection.clear();
    this.changed();
  }

  /** Ids of the runs in these rows; null where they are not all here. */
  private runsHere(from: number, count: number): string[] | null {
    const { chunk } = this.model;
    if (!chunk?.covers(from, from + count, [])) {
      return null;
    }
    const rows = Array.from({ length: count }, (_, index) => chunk.row(from + index));
    return rows.flatMap((row) => (row?.type === 'run' ? [row.runId] : []));
  }
}
