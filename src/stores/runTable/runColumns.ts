import { columnId, type TableColumn, type TableScope } from '../../mlflow/runTable';
import { TAG_COMMIT, TAG_PARENT } from '../../search/syntax';
import { NumberColumn, TextColumn, type Column } from './columns';
import type { KeyKind, TableLoader } from './loader';
import { modelFlavor, modelSize } from './models';
import { RunIndex } from './runIndex';

/** JSON about the models that a run logged (MLflow < 3). */
export const HISTORY_TAG = 'mlflow.log-model.history';

/** Attributes that are a tag's value and nothing else. */
export const TAG_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['source', 'mlflow.source.name'],
  ['commit', TAG_COMMIT],
  ['autologged', 'mlflow.autologging'],
]);

/** Beyond this many runs a commit of somebody else does not make every column be read again. */
const SMALL = 4000;
/** More runs than this, looked up one by one, cost more than a column. */
const MAX_PATCHED = 500;
/** How long a patched column of a large store may go without being read anew, ms. */
const MAX_AGE = 30_000;
/** What the columns of one table may take, bytes. */
const MEMORY = 96 * 1024 * 1024;

const READY_ATTRIBUTES = new Set(['name', 'status', 'start', 'duration', 'experiment', 'runId']);

/** Under which a column is held: some attributes are tags. */
function heldId(column: TableColumn): string {
  const tag = column.kind === 'attribute' ? TAG_ATTRIBUTES.get(column.key) : undefined;
  return tag === undefined ? columnId(column) : `tag:${tag}`;
}

interface Held {
  column: Column;
  /** When it was read whole, ms. */
  readAt: number;
  /** The request in which it was read: trusted once that request's state of the store is proven. */
  request: number;
}

/** Runs of a scope as columns, read when asked for and kept. Rows are numbered; a number keeps its run. */
export class RunColumns {
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
  private readonly held = new Map<string, Held>();
  private readonly derived = new Map<string, unknown>();
  private bytes = 0;
  private request = 0;
  private proven = 0;

  /** @param previous the same scope at an earlier state, whose columns are kept where that is cheaper */
  constructor(
    private loader: TableLoader,
    readonly scope: TableScope,
    previous: RunColumns | null,
    private readonly now: () => number,
  ) {
    const kept = previous && previous.ids.length > SMALL ? previous : null;
    this.ids = kept ? kept.ids.slice() : [];
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
    if (kept) {
      this.takeOver(kept, known);
    }
  }

  get rows(): number {
    return this.ids.length;
  }

  /** The loader of the request that begins; what is read from now on belongs to it. */
  begin(loader: TableLoader): void {
    this.loader = loader;
    this.request++;
  }

  /** The request's state of the store is proven: what it read may outlive it. */
  settle(): void {
    this.proven = this.request;
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
    return this.read(columnId({ ...column, kind: 'metric' }), () => {
      const made = new NumberColumn(this.rows);
      this.loader.metric(column.key, column.rule ?? 'last', column.step ?? 0, (runId, value) => {
        const row = this.index.get(runId);
        if (row !== undefined) {
          made.set(row, value);
        }
      });
      return made;
    });
  }

  text(kind: 'param' | 'tag', key: string): TextColumn {
    return this.read(`${kind}:${key}`, () => {
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

  /** The values of an attribute column (TABLE_ATTRIBUTES). */
  attribute(key: string): Column {
    switch (key) {
      case 'name':
        return this.name;
      case 'status':
        return this.status;
      case 'start':
        return this.start;
      case 'user':
        return this.read('attribute:user', () => this.withFallback('mlflow.user', this.user));
      case 'source':
      case 'commit':
      case 'autologged':
        return this.text('tag', TAG_ATTRIBUTES.get(key) ?? key);
      case 'duration':
        return this.memo('duration', () => {
          const made = new NumberColumn(this.rows);
          for (let row = 0; row < this.rows; row++) {
            const [start, end] = [this.start.get(row), this.end.get(row)];
            made.set(row, start === undefined || end === undefined ? null : end - start);
          }
          return made;
        });
      case 'experiment':
        return this.read('attribute:experiment', () => this.experimentNames());
      case 'dataset':
        return this.read('attribute:dataset', () => this.joined(this.lists('dataset name')));
      case 'registered':
        return this.read('attribute:registered', () => this.joined(this.lists('registered version')));
      case 'model':
      case 'modelSize':
        return this.read(`attribute:${key}`, () => this.models(key));
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
    return this.read('attribute:artifactUri', () => {
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
    const small = this.rows <= SMALL;
    const ready = column.kind === 'attribute' && READY_ATTRIBUTES.has(column.key);
    return small || ready || this.held.has(heldId(column)) ? this.column(column) : undefined;
  }

  private read<T extends Column>(id: string, make: () => T): T {
    const known = this.held.get(id);
    if (known) {
      // The last used stand last.
      this.held.delete(id);
      this.held.set(id, known);
      return known.column as T;
    }
    const column = make();
    this.hold(id, { column, readAt: this.now(), request: this.request });
    return column;
  }

  private hold(id: string, held: Held): void {
    this.held.set(id, held);
    this.bytes += held.column.bytes;
    for (const [oldest, { column }] of this.held) {
      if (this.bytes <= MEMORY || oldest === id) {
        break;
      }
      this.held.delete(oldest);
      this.bytes -= column.bytes;
    }
  }

  /** Columns of an earlier state, with the runs read again that can have changed: new, running or altered ones. */
  private takeOver(kept: RunColumns, known: number): void {
    const changed: string[] = this.ids.slice(known);
    for (let row = 0; row < known; row++) {
      const running = /^(RUNNING|SCHEDULED)$/;
      const altered =
        running.test(this.status.get(row) ?? '') ||
        this.status.get(row) !== kept.status.get(row) ||
        this.name.get(row) !== kept.name.get(row) ||
        this.end.get(row) !== kept.end.get(row);
      if (this.alive[row] && altered) {
        changed.push(this.ids[row]!);
      }
    }
    if (changed.length > MAX_PATCHED) {
      return;
    }
    for (const [id, { column, readAt, request }] of kept.held) {
      const [, kind, key] = /^(metric|param|tag):([^]*)$/.exec(id) ?? [];
      if (kind === undefined || key === undefined || request > kept.proven || this.now() - readAt > MAX_AGE) {
        continue;
      }
      // A copy: this state may yet turn out to be none, and then the earlier column is taken again.
      const copy = column.copy(this.rows);
      changed.forEach((runId) => copy.set(this.index.get(runId)!, null));
      if (copy instanceof NumberColumn) {
        this.loader.metricsOf([key], changed, (runId, _, value) => copy.set(this.index.get(runId)!, value));
      } else {
        this.loader.textsOf(kind as 'param' | 'tag', [key], changed, (runId, _, value) =>
          copy.set(this.index.get(runId)!, value),
        );
      }
      this.hold(id, { column: copy, readAt, request: this.request });
    }
  }

  private withFallback(tag: string, fallback: TextColumn): TextColumn {
    const tags = this.text('tag', tag);
    const made = new TextColumn(this.rows);
    for (let row = 0; row < this.rows; row++) {
      made.set(row, tags.get(row) ?? (fallback.get(row) || null));
    }
    return made;
  }

  private experimentNames(): TextColumn {
    const names = new Map<string, string>();
    this.loader.experimentNames((id, name) => names.set(id, name));
    const made = new TextColumn(this.rows);
    for (let row = 0; row < this.rows; row++) {
      const id = this.experiment.get(row);
      made.set(row, id === undefined ? null : (names.get(id) ?? id));
    }
    return made;
  }

  private joined(lists: string[][]): TextColumn {
    const made = new TextColumn(this.rows);
    lists.forEach((list, row) => made.set(row, [...new Set(list)].join(', ')));
    return made;
  }

  private models(what: 'model' | 'modelSize'): Column {
    const size = new NumberColumn(this.rows);
    const flavor = new TextColumn(this.rows);
    if (what === 'model') {
      this.loader.modelTypes((runId, type) => {
        const row = this.index.get(runId);
        if (row !== undefined && type !== '') {
          flavor.set(row, type);
        }
      });
    }
    // Not kept as a column: a kilobyte of JSON a run.
    this.loader.text('tag', HISTORY_TAG, (runId, value) => {
      const row = this.index.get(runId);
      if (row !== undefined && value !== null) {
        if (what === 'model') {
          flavor.set(row, modelFlavor(value) ?? flavor.get(row) ?? null);
        } else {
          size.set(row, modelSize(value));
        }
      }
    });
    return what === 'model' ? flavor : size;
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

/** Cuts the members of circles loose: they hang nowhere, what hangs on them stays. */
function breakCircles(parents: Int32Array): void {
  /** 0: not seen, else the walk in which it was. */
  const seen = new Int32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    const walk = start + 1;
    let row = start;
    while (row !== -1 && seen[row] === 0) {
      seen[row] = walk;
      row = parents[row]!;
    }
    if (row !== -1 && seen[row] === walk) {
      let member = row;
      do {
        const next = parents[member]!;
        parents[member] = -1;
        member = next;
      } while (member !== row && member !== -1);
    }
  }
}
