/**
 * Which row each run is. A store's tables mostly hold their rows in the order of the runs, so the run after the one
 * found last is tried first; the map is made when that fails for the first time.
 */
export class RunIndex {
  private rows: Map<string, number> | null = null;
  private last = -1;

  /** @param ids by row; grows by `add` alone */
  constructor(readonly ids: string[]) {}

  /** Of a run that is not here yet. Its row. */
  add(runId: string): number {
    const row = this.ids.push(runId) - 1;
    this.rows?.set(runId, row);
    return row;
  }

  get(runId: string): number | undefined {
    if (this.ids[this.last + 1] === runId) {
      return ++this.last;
    }
    this.rows ??= new Map(this.ids.map((id, row) => [id, row]));
    const row = this.rows.get(runId);
    this.last = row ?? this.last;
    return row;
  }

  has(runId: string): boolean {
    return this.get(runId) !== undefined;
  }
}
