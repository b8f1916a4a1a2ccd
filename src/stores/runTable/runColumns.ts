import { breakCircles, TAG_PARENT } from '../../mlflow/family';
import { columnId, type TableColumn, type TableScope } from '../../mlflow/runTable';
import { foldAscii } from '../../search/like';
import { TAG_COMMIT } from '../../search/syntax';
import { durations, experimentNames, joined, models, withFallback } from './attributes';
import { NumberColumn, TextColumn, type Column } from './columns';
import { HeldColumns, type HeldColumn } from './heldColumns';
import { isRuleColumn, type KeyKind, type TableLoader } from './loader';
import { RunIndex } from './runIndex';
import type { RunRows } from './runRows';
import { shownTimes } from './trials';

/** Attributes that are a tag's value and nothing else. */
export const TAG_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['source', 'mlflow.source.name'],
  ['commit', TAG_COMMIT],
  ['autologged', 'mlflow.autologging'],
]);

/** Of so few runs every column costs next to nothing. */
const SMALL = 4000;

const READY_ATTRIBUTES = new Set(['name', 'experiment', 'runId', 'status', 'start', 'duration']);

/** Under which a column is held: some attributes are tags. */
function heldId(column: TableColumn): string {
  const tag = column.kind === 'attribute' ? TAG_ATTRIBUTES.get(column.key) : undefined;
  return tag === undefined ? columnId(column) : `tag:${tag}`;
}

/** Runs of a scope as columns, read when asked for and kept. Rows are numbered; a number keeps its run. */
export class RunColumns implements RunRows {
  readonly ids: string[];
  readonly index: RunIndex;
  readonly experiment: TextColumn;
  readonly name: TextColumn;
  readonly status: TextColumn;
  readonly user: TextColumn;
  readonly start: NumberColumn;
  readonly end: NumberColumn;
  readonly deleted: Uint8Array;
  /** 0 for a run that has left the scope. */
  readonly alive: Uint8Array;
  total = 0;
  readonly marks: unknown;
  private readonly held: HeldColumns;
  private readonly derived = new Map<string, unknown>();

  /** @param previous the same scope at an earlier state: its runs keep their rows */
  constructor(
    private loader: TableLoader,
    readonly scope: TableScope,
    previous: RunColumns | null,
    now: () => number,
  ) {
    this.held = new HeldColumns(now);
    this.marks = loader.marks();
    this.ids = previous?.ids.slice() ?? [];
    this.index = new RunIndex(this.ids);
    const known = this.ids.length;
    const loaded: Parameters<Parameters<TableLoader['runs']>[1]>[0][] = [];
    loader.runs(scope, (run) => {
      loaded.push(run);
      if (known === 0 || !this.index.has(run.runId)) {
        this.index.add(run.runId);
      }
    });
    const rows = this.ids.length;
    this.experiment = new TextColumn(rows);
    this.name = new TextColumn(rows);
    this.status = new TextColumn(rows);
    this.user = new TextColumn(rows);
    this.start = new NumberColumn(rows);
    this.end = new NumberColumn(rows);
    this.deleted = new Uint8Array(rows);
    this.alive = new Uint8Array(rows);
    this.total = loaded.length;
    for (const run of loaded) {
      const row = this.index.get(run.runId)!;
      this.experiment.set(row, run.experimentId);
      this.name.set(row, run.name);
      this.status.set(row, run.status);
      this.user.set(row, run.userId);
      this.start.set(row, run.startTime);
      this.end.set(row, run.endTime);
      this.deleted[row] = run.deleted ? 1 : 0;
      this.alive[row] = 1;
    }
  }

  get rows(): number {
    return this.ids.length;
  }

  /** The loader of the request that begins; what is read from now on belongs to it. */
  begin(loader: TableLoader): void {
    this.loader = loader;
    if (this.held.begin()) {
      this.derived.clear();
    }
  }

  /** The request's state of the store is proven: what it read may outlive it. */
  settle(): void {
    this.held.settle();
  }

  /** A value that depends on the runs and columns, made once. */
  memo<T>(key: string, make: () => T): T {
    if (!this.derived.has(key)) {
      // What a table derives (orders, masks) is an array of its rows: a few are enough.
      if (this.derived.size >= 24) {
        this.derived.delete(this.derived.keys().next().value ?? '');
      }
      this.derived.set(key, make());
    }
    return this.derived.get(key) as T;
  }

  metric(column: TableColumn): NumberColumn {
    return this.held.read(columnId(column), () => {
      const made = new NumberColumn(this.rows);
      const take = (runId: string, value: number): void => {
        const row = this.index.get(runId);
        if (row !== undefined) {
          made.set(row, value);
        }
      };
      if (isRuleColumn(column)) {
        const alive = this.ids.filter((_, row) => this.alive[row] === 1);
        this.loader.ruled([column], alive, (runId, _, value) => take(runId, value));
      } else {
        this.loader.metric(column.key, take);
      }
      return made;
    });
  }

  text(kind: 'param' | 'tag', key: string): TextColumn {
    return this.held.read(`${kind}:${key}`, () => {
      const made = new TextColumn(this.rows);
      this.loader.text(kind, key, (runId, value) => {
        const row = this.index.get(runId);
        if (row !== undefined) {
          made.set(row, value);
        }
      });
      return made;
    });
  }

  holdsTags(keys: readonly string[]): boolean {
    return keys.every((key) => this.held.has(`tag:${key}`));
  }

  /** Several tags whole, read in one walk. */
  tags(keys: readonly string[]): TextColumn[] {
    if (!this.holdsTags(keys)) {
      const made = new Map(keys.map((key) => [key, new TextColumn(this.rows)]));
      this.loader.tags(keys, (runId, key, value) => {
        const row = this.index.get(runId);
        if (row !== undefined) {
          made.get(key)?.set(row, value);
        }
      });
      keys.forEach((key) => this.held.read(`tag:${key}`, () => made.get(key)!));
    }
    return keys.map((key) => this.text('tag', key));
  }

  /** The values of an attribute column (TABLE_ATTRIBUTES). */
  attribute(key: string): Column {
    switch (key) {
      case 'name':
        return this.name;
      case 'status':
        return shownTimes(this).status;
      case 'start':
        return shownTimes(this).start;
      case 'user':
        return this.held.read('attribute:user', () => withFallback(this, 'mlflow.user', this.user));
      case 'source':
      case 'commit':
      case 'autologged':
        return this.text('tag', TAG_ATTRIBUTES.get(key) ?? key);
      case 'duration':
        return this.memo('duration', () => durations(this.rows, shownTimes(this)));
      case 'experiment':
        return this.held.read('attribute:experiment', () => experimentNames(this));
      case 'dataset':
        return this.held.read('attribute:dataset', () => joined(this.rows, this.lists('dataset name')));
      case 'registered':
        return this.held.read('attribute:registered', () =>
          joined(this.rows, this.lists('registered version')),
        );
      case 'model':
      case 'modelSize':
        return this.held.read(`attribute:${key}`, () => models(this, key));
      case 'runId':
        return this.memo('runId', () => {
          const made = new TextColumn(this.rows);
          this.ids.forEach((id, row) => made.set(row, id));
          return made;
        });
      default:
        return new TextColumn(this.rows);
    }
  }

  column(column: TableColumn): Column {
    switch (column.kind) {
      case 'metric':
        return this.metric(column);
      case 'param':
      case 'tag':
        return this.text(column.kind, column.key);
      case 'attribute':
        return this.attribute(column.key);
    }
  }

  /** Several texts a run: datasets and registered models. */
  lists(
    what: 'dataset name' | 'dataset digest' | 'dataset context' | 'registered name' | 'registered version',
  ): string[][] {
    return this.memo(`lists ${what}`, () => {
      const found: string[][] = [];
      const add = (runId: string, value: string | null): void => {
        const row = this.index.get(runId);
        if (row !== undefined && value !== null) {
          (found[row] ??= []).push(value);
        }
      };
      if (what.startsWith('dataset')) {
        this.loader.datasets((runId, name, digest, context) =>
          add(runId, what === 'dataset name' ? name : what === 'dataset digest' ? digest : context),
        );
      } else {
        this.loader.registered((runId, name, version) =>
          add(runId, what === 'registered name' ? name : `${name} v${version}`),
        );
      }
      return found;
    });
  }

  artifactUris(): TextColumn {
    return this.held.read('attribute:artifactUri', () => {
      const made = new TextColumn(this.rows);
      this.loader.artifactUris((runId, uri) => {
        const row = this.index.get(runId);
        if (row !== undefined) {
          made.set(row, uri);
        }
      });
      return made;
    });
  }

  /** Rows with the folded text somewhere. */
  term(folded: string): Uint8Array {
    return this.memo(`term ${folded}`, () => {
      const found = new Uint8Array(this.rows);
      this.loader.term(folded, (runId) => {
        const row = this.index.get(runId);
        if (row !== undefined) {
          found[row] = 1;
        }
      });
      return found;
    });
  }

  /** Rows with the folded text in the run's name. */
  nameTerm(folded: string): Uint8Array {
    return Uint8Array.from(this.ids, (_, row) =>
      foldAscii(this.name.get(row) ?? '').includes(folded) ? 1 : 0,
    );
  }

  /** The row of each run's parent; −1 where it has none in the scope, or is a member of a circle of parents. */
  parents(): Int32Array {
    const tag = this.text('tag', TAG_PARENT);
    return this.memo('parents', () => {
      const parents = new Int32Array(this.rows).fill(-1);
      for (let row = 0; row < this.rows; row++) {
        const parent = tag.get(row);
        const found = parent === undefined ? undefined : this.index.get(parent);
        parents[row] = found !== undefined && this.alive[found] ? found : -1;
      }
      breakCircles(parents);
      return parents;
    });
  }

  /** Whether any run stands below another. */
  get nests(): boolean {
    const parents = this.parents();
    return this.memo('nests', () => parents.some((parent) => parent !== -1));
  }

  /** A column, if it is here already or costs next to nothing. */
  peek(column: TableColumn): Column | undefined {
    const small = this.rows <= SMALL && !(isRuleColumn(column) && this.loader.rulesCostByRun);
    const ready = column.kind === 'attribute' && READY_ATTRIBUTES.has(column.key);
    return small || ready || this.held.has(heldId(column)) ? this.column(column) : undefined;
  }

  /** Begins with a column that an earlier state had. */
  adopt(id: string, column: HeldColumn): void {
    this.held.take(id, column);
  }

  /** The columns that a later state may begin with. */
  trustedColumns(): [string, HeldColumn][] {
    return this.held.trusted();
  }

  /** In how many ms to ask again, because a column may be old by then; null where none is. */
  refreshIn(): number | null {
    return this.held.refreshIn();
  }

  /**
   * Looks up the values of these rows in the columns that may be old. Those that turn out to be so are forgotten:
   * then it answers true, and what was made of them is to be made again.
   */
  recheck(rows: Int32Array, columns: readonly TableColumn[]): boolean {
    const runIds = [...new Set(rows)].flatMap((row) => (row < 0 ? [] : [this.ids[row]!]));
    const unsure = new Set(columns.map(heldId).filter((id) => this.held.isUnsure(id)));
    const keys = [...unsure].map((id) => id.slice('tag:'.length));
    if (keys.length === 0 || runIds.length === 0) {
      return false;
    }
    const now = new Map<string, string>();
    this.loader.textsOf('tag', keys, runIds, (runId, key, value) => now.set(`${runId} ${key}`, value));
    const old = keys.filter((key) => {
      const column = this.text('tag', key);
      return runIds.some((runId) => column.get(this.index.get(runId)!) !== now.get(`${runId} ${key}`));
    });
    old.forEach((key) => this.held.drop(`tag:${key}`));
    if (old.length > 0) {
      this.derived.clear();
    }
    return old.length > 0;
  }

  /** More is known of the runs' models. */
  forgetModels(): void {
    this.held.drop('attribute:model');
    this.held.drop('attribute:modelSize');
    this.derived.clear();
  }

  /** How many parents stand above each run, as the search language counts them. */
  depths(): Int32Array {
    return this.memo('depths', () => {
      const depths = new Int32Array(this.rows);
      this.loader.depths((runId, depth) => {
        const row = this.index.get(runId);
        if (row !== undefined) {
          depths[row] = depth;
        }
      });
      return depths;
    });
  }

  /** Newest time of a logged metric, ms, of those of the rows whose runs say RUNNING; asked once a state. */
  lastLogged(rows: Int32Array): ReadonlyMap<number, number | null> {
    const logged = this.memo('last logged', () => new Map<number, number | null>());
    const running = [...rows].filter(
      (row) => row >= 0 && !logged.has(row) && this.status.get(row) === 'RUNNING' && !this.end.present[row],
    );
    running.forEach((row) => logged.set(row, null));
    if (running.length > 0) {
      this.loader.lastLogged(
        running.map((row) => this.ids[row]!),
        (runId, time) => logged.set(this.index.get(runId)!, time),
      );
    }
    return logged;
  }

  /** All keys of the store, by kind. */
  keys(kind: KeyKind): string[] {
    return this.memo(`keys ${kind}`, () => this.loader.keys(kind));
  }

  get source(): TableLoader {
    return this.loader;
  }
}
