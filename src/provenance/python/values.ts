import type { Constant, ConstantType, FunctionNode, Expr, Parameter } from './ast';

/**
 * What a Python value can be, as far as the code alone tells, and where it was written. Containers are shared
 * by reference, as in Python: a change through one name is seen through the other.
 */

/** A place in a file; lines and cells from 1, a notebook's line within its cell. */
export interface Origin {
  file: string;
  line: number;
  cell?: number;
}

/** How a value can come, or came, from outside the code. */
export type Outside =
  /** The code's own value stands unless the user gave another: an option, an environment variable. */
  | { kind: 'default'; name: string }
  /** It was given; `origin` of the value is the outermost definition, if a file holds one. */
  | { kind: 'given'; why: string; by?: 'mlflow run -P' };

export interface Value {
  readonly data: Data;
  /** The line that sets it; null where no line does. */
  readonly origin: Origin | null;
  readonly outside?: Outside;
}

export interface Container {
  /** The uncertain region in which it was made: a change from a deeper one may not have happened. */
  region: number;
  /** A DictConfig or ListConfig of OmegaConf, which is no dict and no list to `isinstance`. */
  config?: boolean;
}

export interface ListData extends Container {
  kind: 'list';
  type: 'list' | 'tuple' | 'set';
  items: Value[];
  /** It may hold more than `items`, or one of them any number of times. */
  open: boolean;
  /** Changed since it was written: no line holds it whole. */
  changed: boolean;
  /** What it held beyond `items`, when it was made, were words of the command line. */
  words?: boolean;
}

export interface DictData extends Container {
  kind: 'dict';
  /** By `keyOf`. */
  entries: Map<string, { key: Value; value: Value }>;
  open: boolean;
  changed: boolean;
}

export interface InstanceData extends Container {
  kind: 'instance';
  type: ClassData;
  attributes: Map<string, Value>;
  open: boolean;
}

/** An object of a library whose behaviour is modelled: a parser of options, a trial, an estimator… */
export interface ObjectData extends Container {
  kind: 'object';
  /** Dotted path of what made it: `argparse.ArgumentParser`. */
  path: string;
  args: CallArguments;
  attributes: Map<string, Value>;
  /** Where the call stands that made it. */
  madeAt: Origin | null;
}

export interface FunctionData {
  kind: 'function';
  name: string;
  params: Parameter[];
  defaults: Map<string, Value>;
  node: FunctionNode | null;
  /** The body of a lambda. */
  body: Expr | null;
  scope: Scope;
  decorators: Value[];
  /** What a property's `@name.setter` added. */
  setter?: FunctionData;
  /** The class it was written in, for `super()`. */
  owner: ClassData | null;
}

export interface ClassData {
  kind: 'class';
  name: string;
  bases: Value[];
  attributes: Map<string, Value>;
  /** Annotated names of the body, in order: fields of a dataclass. */
  fields: string[];
  /** Something else makes its objects. */
  hasMetaclass: boolean;
  /** Where each is annotated. */
  fieldOrigins: Map<string, Origin>;
  decorators: Value[];
  origin: Origin | null;
}

export interface RangeData {
  kind: 'range';
  low: number;
  high: number;
  /** Only whole numbers. */
  whole: boolean;
}

export interface CallArguments {
  positional: Value[];
  named: Map<string, Value>;
  /** There were `*args` or `**kwargs` whose content is not known. */
  open: boolean;
  /** What is open are words of the command line, `*sys.argv[1:]`, from this one on: 1 is the first. */
  words?: number;
}

export type Data =
  | { kind: 'constant'; constant: Constant }
  | ListData
  | DictData
  | InstanceData
  | ObjectData
  | FunctionData
  | ClassData
  | RangeData
  | { kind: 'method'; receiver: Value; name: string; target: FunctionData | null }
  | { kind: 'module'; module: Module }
  | { kind: 'lazy'; module: Module; name: string }
  | { kind: 'library'; path: string }
  /** A library's function with some arguments fixed. */
  | { kind: 'partial'; callee: Value; args: CallArguments }
  | { kind: 'any'; options: Value[] }
  /** `from` says what was given from outside that it was made of. */
  | { kind: 'unknown'; from?: string };

/** A module of the project: run when something of it is first needed. */
export interface Module {
  file: string;
  scope: Scope;
  state: 'new' | 'running' | 'done';
  /** The program itself. */
  isMain: boolean;
}

export interface Scope {
  module: Module;
  parent: Scope | null;
  names: Map<string, Value>;
  /** Names declared `global` or `nonlocal`. */
  outer: Set<string>;
  /** The class whose method runs, and its receiver, for `super()`. */
  owner?: ClassData | null;
  self?: Value;
  isClass?: boolean;
}

export const UNKNOWN: Value = { data: { kind: 'unknown' }, origin: null };

export function constant(
  type: ConstantType,
  value: Constant['value'],
  origin: Origin | null,
  outside?: Outside,
): Value {
  return { data: { kind: 'constant', constant: { type, value } }, origin, ...(outside ? { outside } : {}) };
}

/** A constant whose exact text only the run knew. */
export function loosely(value: Value, loose: 'number' | 'path'): Value {
  return value.data.kind === 'constant'
    ? { ...value, data: { kind: 'constant', constant: { ...value.data.constant, loose } } }
    : value;
}

/**
 * A container as it is now: later changes are not seen. What it holds twice is copied once.
 * @param spend told of each container's size
 */
export function snapshot(value: Value, spend: (work: number) => void): Value {
  const copies = new Map<Data, Data>();
  const copy = (each: Value, depth: number): Value => {
    const { data } = each;
    if (depth > 8 || (data.kind !== 'list' && data.kind !== 'dict')) {
      return each;
    }
    const known = copies.get(data);
    if (known) {
      return { ...each, data: known };
    }
    if (data.kind === 'list') {
      spend(data.items.length);
      const made: ListData = { ...data, items: [] };
      copies.set(data, made);
      made.items = data.items.map((item) => copy(item, depth + 1));
      return { ...each, data: made };
    }
    spend(data.entries.size);
    const made: DictData = { ...data, entries: new Map() };
    copies.set(data, made);
    for (const [key, entry] of data.entries) {
      made.entries.set(key, { key: entry.key, value: copy(entry.value, depth + 1) });
    }
    return { ...each, data: made };
  };
  return copy(value, 0);
}

/** Texts that code puts together are followed up to this length, in characters: MLflow logs at most 6,000. */
export const LONGEST_TEXT = 1 << 16;

export function text(value: Value): string | null {
  return value.data.kind === 'constant' && value.data.constant.type === 'str'
    ? String(value.data.constant.value)
    : null;
}

export function number(value: Value): number | null {
  if (value.data.kind !== 'constant') {
    return null;
  }
  const { type, value: raw } = value.data.constant;
  return type === 'int' || type === 'float' ? Number(raw) : type === 'bool' ? Number(raw) : null;
}

/** The key under which a dict keeps a constant; null for what cannot be a known key. */
export function keyOf(value: Value): string | null {
  if (value.data.kind !== 'constant') {
    return null;
  }
  const { type, value: raw } = value.data.constant;
  return type === 'int' || type === 'float' || type === 'bool'
    ? `n:${Number(raw)}`
    : `${type}:${String(raw)}`;
}

/** True or false where the code alone decides; null where it does not. */
export function truth(value: Value): boolean | null {
  if (value.outside) {
    return null;
  }
  switch (value.data.kind) {
    case 'constant':
      return Boolean(value.data.constant.value);
    case 'list':
      return value.data.items.length > 0 ? true : value.data.open ? null : false;
    case 'dict':
      return value.data.entries.size > 0 ? true : value.data.open ? null : false;
    case 'function':
    case 'class':
    case 'module':
    case 'method':
    case 'partial':
      return true;
    default:
      return null;
  }
}

const MOST_OPTIONS = 200;

/** One of several; flat, without repetitions. */
export function anyOf(values: readonly Value[]): Value {
  const options: Value[] = [];
  for (const value of values) {
    for (const option of value.data.kind === 'any' ? value.data.options : [value]) {
      if (!options.some((known) => same(known, option))) {
        options.push(option);
      }
    }
  }
  if (options.length === 0 || options.length > MOST_OPTIONS) {
    return UNKNOWN;
  }
  return options.length === 1 ? options[0]! : { data: { kind: 'any', options }, origin: null };
}

/** Whether only words of the command line are not known of a list. */
export function isOpenForWords({ data }: Value): boolean {
  return data.kind === 'list' && data.open && data.words === true && !data.changed;
}

export function optionsOf(value: Value): Value[] {
  return value.data.kind === 'any' ? value.data.options : [value];
}

function same(a: Value, b: Value): boolean {
  if (a === b || (a.data === b.data && a.origin === b.origin)) {
    return true;
  }
  if (a.data.kind === 'unknown' && b.data.kind === 'unknown') {
    return true;
  }
  return (
    a.data.kind === 'constant' &&
    b.data.kind === 'constant' &&
    a.data.constant.type === b.data.constant.type &&
    a.data.constant.value === b.data.constant.value &&
    sameOrigin(a.origin, b.origin) &&
    a.outside?.kind === b.outside?.kind
  );
}

export function sameOrigin(a: Origin | null, b: Origin | null): boolean {
  return a === b || (a !== null && b !== null && a.file === b.file && a.line === b.line && a.cell === b.cell);
}

/** The same value, set by another line. */
export function at(value: Value, origin: Origin | null): Value {
  return { ...value, origin };
}
