import type { Selection } from '../../src/protocol/table';

/**
 * The selected runs, chosen as in VS Code's lists: some, or all for which the filter holds but some. What commands act on;
 * never stored.
 */
export class SelectedRuns {
  private runs = new Set<string>();
  /** Then `runs` are those that are not selected. */
  all = false;
  /** The run or group from which Shift selects on, and the row where it stands; −1 where that is not known. */
  anchor: string | null = null;
  anchorRow = -1;
  /** What was selected when the anchor was set: a range comes in its place or beside it. */
  private base: { runs: ReadonlySet<string>; all: boolean } = { runs: new Set(), all: false };

  has(runId: string): boolean {
    return this.runs.has(runId) !== this.all;
  }

  /** This one and no other; a range from here replaces it. */
  only(runId: string, row: number): void {
    this.clear();
    this.setAnchor(runId, row);
    this.runs.add(runId);
  }

  toggle(runId: string, row: number): void {
    if (!this.runs.delete(runId)) {
      this.runs.add(runId);
    }
    this.setAnchor(runId, row);
  }

  /** Where a range begins; a range that is drawn from here leaves what is selected now. */
  setAnchor(id: string | null, row = -1): void {
    this.anchor = id;
    this.anchorRow = row;
    this.base = { runs: new Set(this.runs), all: this.all };
  }

  /** Rows came and went: the anchor went with its run. */
  anchorIsAt(id: string | null, row: number): void {
    if (id !== null && id === this.anchor) {
      this.anchorRow = row;
    }
  }

  /** From the anchor: the runs of an earlier range from there are let go. */
  extendTo(runIds: readonly string[]): void {
    this.all = this.base.all;
    this.runs = new Set(this.base.runs);
    for (const runId of runIds) {
      if (!this.has(runId)) {
        if (this.all) {
          this.runs.delete(runId);
        } else {
          this.runs.add(runId);
        }
      }
    }
  }

  selectAll(): void {
    this.clear();
    this.all = true;
  }

  clear(): void {
    this.all = false;
    this.runs = new Set();
    this.setAnchor(null);
  }

  /** @param matched runs for which the filter holds */
  count(matched: number): number {
    return this.all ? Math.max(0, matched - this.runs.size) : this.runs.size;
  }

  /** null where none is selected. */
  get selection(): Selection | null {
    if (this.all) {
      return { allBut: [...this.runs] };
    }
    return this.runs.size > 0 ? { runIds: [...this.runs] } : null;
  }
}
