import { Environment } from './environment';
import type { Expr, Stmt } from './ast';
import type { Choice, Files } from './files';
import type { AutologEvent, LogEvent, ModelEvent, Owner, RunToken } from './events';
import { parsePython } from './parse';
import { notebookSource, SourceText } from './sourceText';
import { asSupposed } from './supposed';
import {
  anyOf,
  snapshot,
  UNKNOWN,
  type CallArguments,
  type Container,
  type FunctionData,
  type Module,
  type Origin,
  type Scope,
  type Value,
} from './values';

/** Thrown when a trace took its share of work. What was found stands; what was not is unknown. */
export class Exhausted extends Error {}

export interface Site {
  scope: Scope;
  at: number;
}

const MOST_STEPS = 400_000;
/** What all steps together may cost: a step that makes much costs more than one that makes little. */
const MOST_WORK = 32_000_000;
const STEP_WORK = 16;
/** Work between two looks at the clock. */
const LOOK_EVERY = 16 * 1024;
/** Containers that code makes are followed up to this size. */
const MOST_ITEMS = 10_000;
const MOST_DEPTH = 48;
/** Options of one choice that are tried. */
const MOST_CHOSEN = 1000;

/** State of one trace of a program: what was read, what runs, what was logged. */
export class Machine {
  readonly events: LogEvent[] = [];
  readonly autologs: AutologEvent[] = [];
  readonly models: ModelEvent[] = [];
  /** Runs that the code starts, also those that log no param. */
  readonly runs: RunToken[] = [];
  /** Flavors of autologging that are on; `*` for all. */
  readonly autologging = new Map<string, boolean>();
  /** Functions that were defined, in order; those never called may be entered from outside. */
  readonly functions = new Set<FunctionData>();
  readonly called = new Set<FunctionData>();
  /** Of these, functions that code which is not here may call with anything. */
  readonly calledBack = new Set<FunctionData>();
  /** Arguments of the command line that are known: option or position -> value. */
  commandLine: Map<string, Value> | null = null;
  /** The program's file. */
  entry = '';
  /** Functions of libraries that the program replaced, by their dotted path. */
  readonly patched = new Map<string, Value>();
  /** Flags of absl, by name. */
  readonly flags = new Map<string, Value>();
  readonly environment = new Environment();
  /** Nodes of Hydra's ConfigStore, by `group/name`. */
  readonly hydraNodes = new Map<string, Value>();
  /** Folders of configurations that `hydra.initialize` named, the last one on top. */
  readonly hydraFolders: (string | null)[] = [];
  /** The command line that Hydra recorded beside the run's output; null where none is at hand. */
  hydraOverrides: readonly string[] | null = null;
  /** The program's configuration is Hydra's. */
  usesHydra = false;
  /** Values of configurations that stand for other ones, `${a.b}`. */
  readonly interpolations: {
    holder: Map<string, { key: Value; value: Value }>;
    key: string;
    names: readonly string[];
  }[] = [];
  /** Functions that the program gave OmegaConf to resolve `${name:…}` with. */
  readonly resolvers = new Map<string, Value>();
  /** What was decided outside of the code, as far as the program came to it. */
  readonly choices = new Map<string, Choice>();
  /** What this trace supposes of it. */
  chosen: ReadonlyMap<string, string> = new Map();
  /** Files that are too large to be parsed. */
  readonly tooLarge = new Set<string>();
  /** The program could not be followed to its end. */
  incomplete = false;
  depth = 0;
  /** Product of the loops that are unrolled now. */
  unrolled = 1;
  private readonly modules = new Map<string, Module>();
  private readonly sources = new Map<string, SourceText>();
  private readonly regionParents: number[] = [-1];
  private readonly partial = new Set<number>();
  private region_ = 0;
  private steps = 0;
  private work = 0;
  private nextLook = 0;
  private nextRun = 1;
  private readonly runStack: RunToken[] = [{ id: 0, name: null, nested: false, region: 0, tags: new Map() }];

  constructor(
    readonly files: Files,
    readonly searchPath: readonly string[],
    private readonly deadline: number,
    private readonly now: () => number,
  ) {}

  /** One of some options that is chosen from outside: the one that this trace supposes, else the code's own. */
  choose(
    id: string,
    options: readonly string[],
    preset: string | null,
    required = false,
    isWritten = false,
  ): string | null {
    const others = options.slice(0, MOST_CHOSEN);
    if (!this.choices.has(id) && others.some((option) => option !== preset)) {
      this.choices.set(id, { id, options: others, preset, required: required && preset === null, isWritten });
    }
    return this.chosen.get(id) ?? preset;
  }

  step(): void {
    this.steps++;
    if (this.steps > MOST_STEPS) {
      throw new Exhausted();
    }
    this.spend(STEP_WORK);
  }

  /** Counts work whose amount the followed code decides: characters written, items copied. @throws Exhausted */
  spend(work: number): void {
    this.work += work;
    if (this.work < this.nextLook) {
      return;
    }
    if (this.work > MOST_WORK || this.now() > this.deadline) {
      throw new Exhausted();
    }
    this.nextLook = this.work + LOOK_EVERY;
  }

  /** A value that an expression made, counted; one that is larger than any that is logged is not followed. */
  made(value: Value): Value {
    const { data } = value;
    const size =
      data.kind === 'list'
        ? data.items.length
        : data.kind === 'dict'
          ? data.entries.size
          : data.kind === 'constant' && typeof data.constant.value === 'string'
            ? data.constant.value.length >> 2
            : 0;
    this.spend(size);
    return data.kind !== 'constant' && size > MOST_ITEMS ? UNKNOWN : value;
  }

  get tooDeep(): boolean {
    return this.depth > MOST_DEPTH;
  }

  get region(): number {
    return this.region_;
  }

  /**
   * Runs what may or may not happen: changes of what was there before are only possible ones.
   * @param inPart it may also end in its midst
   */
  uncertain<T>(work: () => T, inPart = false): T {
    const before = this.region_;
    this.regionParents.push(before);
    this.region_ = this.regionParents.length - 1;
    if (inPart) {
      this.partial.add(this.region_);
    }
    try {
      return work();
    } finally {
      this.region_ = before;
    }
  }

  private rehearsing = false;

  /** Runs a loop's body for what it changes; what it logs is forgotten. Inside of such a turn there is no other. */
  rehearse(work: () => unknown): void {
    if (this.rehearsing) {
      return;
    }
    const lists: unknown[][] = [this.events, this.autologs, this.models, this.runs, this.runStack];
    const lengths = lists.map(({ length }) => length);
    const sets = [this.called, this.calledBack].map((set) => ({ set, before: new Set(set) }));
    this.rehearsing = true;
    try {
      work();
    } finally {
      this.rehearsing = false;
      lists.forEach((list, index) => list.splice(lengths[index]!));
      for (const { set, before } of sets) {
        [...set].filter((target) => !before.has(target)).forEach((target) => set.delete(target));
      }
    }
  }

  /** Whether a change of this container, made now, happens whenever the container exists. */
  isCertain(container: { region: number }): boolean {
    for (let region = container.region; region !== -1; region = this.regionParents[region]!) {
      if (region === this.region_) {
        return true;
      }
    }
    return false;
  }

  private regionsAround(): number[] {
    const regions: number[] = [];
    for (let region = this.region_; region !== -1; region = this.regionParents[region]!) {
      regions.push(region);
    }
    return regions;
  }

  /** Sets an entry of a container that exists already. */
  update(container: Container, entries: Map<string, Value>, key: string, value: Value): void {
    const old = entries.get(key);
    entries.set(key, this.isCertain(container) || !old ? value : anyOf([old, value]));
  }

  get run(): RunToken {
    return this.runStack.at(-1)!;
  }

  startRun(name: Value | null, nested: boolean): RunToken {
    const token = this.newRun(name, nested);
    this.runStack.push(token);
    this.runs.push(token);
    return token;
  }

  /** A call of autologging, whose params are then logged with it. */
  autolog(flavour: string, site: Site, owners: readonly Owner[], open = false, run = this.run): AutologEvent {
    const event = { run, flavour, site: this.origin(site), open, owners };
    this.autologs.push(event);
    return event;
  }

  endRun(token?: RunToken): void {
    const index = token ? this.runStack.lastIndexOf(token) : this.runStack.length - 1;
    if (index > 0) {
      this.runStack.length = index;
    } else if (!token && this.isCertain(this.run) && this.events.some(({ run }) => run === this.run)) {
      // What is logged without a run began one; the next call begins another.
      this.runStack[0] = this.newRun(null, false);
    }
  }

  private newRun(name: Value | null, nested: boolean): RunToken {
    return { id: this.nextRun++, name, nested, region: this.region_, tags: new Map() };
  }

  /** A tag that the code sets, or may set. */
  setTag(key: string, value: Value, token = this.run): void {
    const old = token.tags.get(key);
    token.tags.set(key, this.isCertain(token) ? value : anyOf([...(old ? [old] : []), value, UNKNOWN]));
  }

  log(key: Value, value: Value, site: Site, autolog: AutologEvent | null = null, run = this.run): void {
    // Which of several values belongs to which of several names is not known.
    const isMixed = key.data.kind === 'any' && value.data.kind === 'any';
    this.events.push({
      run,
      isCertain: this.isCertain(run),
      regions: this.regionsAround(),
      isWhole: !this.partial.has(this.region_),
      key,
      value: isMixed ? UNKNOWN : snapshot(asSupposed(this.chosen, value), (work) => this.spend(work)),
      site: this.origin(site),
      autolog,
    });
  }

  origin({ scope, at }: Site): Origin {
    return this.source(scope.module.file).origin(at);
  }

  originOf(scope: Scope, expr: Expr | Stmt): Origin {
    return this.source(scope.module.file).origin(expr.at);
  }

  source(file: string): SourceText {
    let source = this.sources.get(file);
    if (!source) {
      // Reading another file begins the trace anew: that too must end.
      this.spend(LOOK_EVERY);
      const text = this.files.read(file);
      source = (file.endsWith('.ipynb') ? notebookSource(file, text) : null) ?? new SourceText(file, text);
      this.sources.set(file, source);
    }
    return source;
  }

  statements(module: Module): Stmt[] {
    const source = this.source(module.file);
    this.spend(source.text.length);
    if (source.text.length > LONGEST_FILE) {
      this.incomplete = true;
      this.tooLarge.add(module.file);
      return [];
    }
    return statementsOf(source);
  }

  module(file: string): Module {
    let module = this.modules.get(file);
    if (!module) {
      const created: Module = { file, state: 'new', isMain: false, scope: undefined as never };
      created.scope = { module: created, parent: null, names: new Map(), outer: new Set() };
      module = created;
      this.modules.set(file, module);
    }
    return module;
  }

  /** Names that were imported from a module keep the value that it had, when it is about to get another. */
  bindImported(module: Module, name: string): void {
    const value = module.scope.names.get(name);
    for (const { scope } of value ? this.modules.values() : []) {
      for (const [own, { data }] of scope.names) {
        if (data.kind === 'lazy' && data.module === module && data.name === name) {
          scope.names.set(own, value!);
        }
      }
    }
  }

  /** The file of a module of the project, looked for as Python does, then beside and above the importer. */
  findModule(dotted: string, importer: string): string | null {
    const relative = dotted.replace(/\./g, '/');
    const folders = [...this.searchPath];
    for (let folder = dirname(importer); ; folder = dirname(folder)) {
      folders.push(folder);
      if (folder === '') {
        break;
      }
    }
    for (const folder of folders) {
      const base = folder === '' ? relative : `${folder}/${relative}`;
      for (const file of [`${base}/__init__.py`, `${base}.py`]) {
        if (this.files.exists(file)) {
          return file;
        }
      }
    }
    return null;
  }
}

/** The same text is parsed once: traces start again when a file was missing. */
const parsed = new WeakMap<SourceText, Stmt[]>();
const byText = new Map<string, Stmt[]>();
/** Characters of the files whose statements are kept. */
const MOST_PARSED = 2_000_000;
/** Longer files of Python are not parsed, characters: the largest module of CPython itself has a third of it. */
export const LONGEST_FILE = 1 << 20;
let parsedLength = 0;

function statementsOf(source: SourceText): Stmt[] {
  let statements = parsed.get(source) ?? byText.get(source.text);
  if (!statements) {
    statements = parsePython(source.text);
    byText.set(source.text, statements);
    parsedLength += source.text.length;
    for (const [oldest] of byText) {
      if (parsedLength <= MOST_PARSED || oldest === source.text) {
        break;
      }
      byText.delete(oldest);
      parsedLength -= oldest.length;
    }
  }
  parsed.set(source, statements);
  return statements;
}

export function dirname(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function noArguments(): CallArguments {
  return { positional: [], named: new Map(), open: false };
}

/** An argument by its position or its name. */
export function argument(args: CallArguments, position: number, name: string): Value | undefined {
  return args.named.get(name) ?? (position >= 0 ? args.positional[position] : undefined);
}

export function unknownArguments(): CallArguments {
  return { positional: [], named: new Map(), open: true };
}
