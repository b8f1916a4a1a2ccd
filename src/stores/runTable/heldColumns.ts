import type { Column } from './columns';

/** What the columns of one table may take, bytes. */
const MEMORY = 96 * 1024 * 1024;
/** A column that may be old is read anew when it is this old, ms, or so many times as old as its reading took. */
const LEAST_PATIENCE = 2000;
const PATIENCE = 6;

export interface HeldColumn {
  column: Column;
  /** When it was read whole, ms. */
  readAt: number;
  /** What that took, ms. */
  cost: number;
  /** The request in which it was read: trusted once that request's state of the store is proven. */
  request: number;
  /** It comes from before the last commit, which may have changed it in rows that nobody can name. */
  unsure: boolean;
}

/** The columns that were read whole, by name; those that were used longest ago go first. */
export class HeldColumns {
  private readonly held = new Map<string, HeldColumn>();
  private bytes = 0;
  private request = 0;
  private proven = 0;

  constructor(private readonly now: () => number) {}

  /** Before each request. Whether columns went because they may be old. */
  begin(): boolean {
    this.request++;
    let dropped = false;
    for (const [id, held] of this.held) {
      if (held.unsure && this.now() >= dueAt(held)) {
        this.drop(id);
        dropped = true;
      }
    }
    return dropped;
  }

  /** The request's state of the store is proven: what it read may outlive it. */
  settle(): void {
    this.proven = this.request;
  }

  has(id: string): boolean {
    return this.held.has(id);
  }

  isUnsure(id: string): boolean {
    return this.held.get(id)?.unsure ?? false;
  }

  /** In how many ms the first of the columns that may be old is read anew when it is asked for; null for none. */
  refreshIn(): number | null {
    const due = [...this.held.values()].filter(({ unsure }) => unsure).map(dueAt);
    return due.length === 0 ? null : Math.max(0, Math.min(...due) - this.now());
  }

  read<T extends Column>(id: string, make: () => T): T {
    const known = this.held.get(id);
    if (known) {
      // The last used stand last.
      this.held.delete(id);
      this.held.set(id, known);
      return known.column as T;
    }
    const started = this.now();
    const column = make();
    const readAt = this.now();
    this.hold(id, { column, readAt, cost: readAt - started, request: this.request, unsure: false });
    return column;
  }

  /** Takes in a column of an earlier state. */
  take(id: string, held: HeldColumn): void {
    this.hold(id, { ...held, request: this.request });
  }

  drop(id: string): void {
    const held = this.held.get(id);
    if (held) {
      this.held.delete(id);
      this.bytes -= held.column.bytes;
    }
  }

  /** Those that a later state may take: read in a proven request. */
  trusted(): [string, HeldColumn][] {
    return [...this.held].filter(([, { request }]) => request <= this.proven);
  }

  private hold(id: string, held: HeldColumn): void {
    this.held.set(id, held);
    this.bytes += held.column.bytes;
    for (const oldest of this.held.keys()) {
      if (this.bytes <= MEMORY || oldest === id) {
        break;
      }
      this.drop(oldest);
    }
  }
}

function dueAt({ readAt, cost }: HeldColumn): number {
  return readAt + Math.max(LEAST_PATIENCE, PATIENCE * cost);
}
