import type { Selection } from '../../src/protocol/table';

/** The selected runs: some, or all for which the filter holds but some. What commands act on; never stored. */
export class SelectedRuns {
  private readonly runs = new Set<string>();
  /** Then `runs` are those that are not selected. */
  all = false;

  has(runId: string): boolean {
    return this.runs.has(runId) !== this.all;
  }

  toggle(runId: string): void {
    if (!this.runs.delete(runId)) {
      this.runs.add(runId);
    }
  }

  add(runId: string): void {
    if (!this.has(runId)) {
      this.toggle(runId);
    }
  }

  selectAll(): void {
    this.all = true;
    this.runs.clear();
  }

  clear(): void {
    this.all = false;
    this.runs.clear();
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
