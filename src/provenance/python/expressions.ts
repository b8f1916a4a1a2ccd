import type { Argument, Expr } from './ast';
import { callMethod, callValue, memberOf } from './calls';
import { comprehension } from './comprehensions';
import { makeLambda } from './definitions';
import { resolveLazy, runModule, member } from './imports';
import { anyElement, elementsOf, listOf } from './iteration';
import { chosenEntry } from './libraries/fileChoice';
import { libraryName } from './libraries/torch';
import { commandLineWord, commandLineWords } from './libraries/options';
import type { Machine, Site } from './machine';
import { methodOf } from './methods';
import { binary, compare, formatted, unary } from './operations';
import {
  anyOf,
  at,
  isOpenForWords,
  keyOf,
  number,
  truth,
  UNKNOWN,
  type CallArguments,
  type DictData,
  type Scope,
  type Value,
} from './values';

/** Expressions that make a value, rather than name one. */
const MAKING = new Set<Expr['kind']>(['sequence', 'dict', 'call', 'binary', 'comprehension', 'format']);

export function evaluate(m: Machine, scope: Scope, expr: Expr): Value {
  m.step();
  const value = valueOf(m, scope, expr);
  return MAKING.has(expr.kind) ? m.made(value) : value;
}

function valueOf(m: Machine, scope: Scope, expr: Expr): Value {
  switch (expr.kind) {
    case 'name':
      return lookup(m, scope, expr.id);
    case 'constant':
      return { data: { kind: 'constant', constant: expr.constant }, origin: m.originOf(scope, expr) };
    case 'sequence':
      return sequence(m, scope, expr);
    case 'dict':
      return dictionary(m, scope, expr);
    case 'call':
      return call(m, scope, expr);
    case 'attribute':
      return attributeOf(m, evaluate(m, scope, expr.object), expr.name);
    case 'subscript':
      return expr.index.kind === 'slice'
        ? slice(m, scope, expr.object, expr.index)
        : itemOf(m, evaluate(m, scope, expr.object), evaluate(m, scope, expr.index), {
            scope,
            at: expr.at,
          });
    case 'slice':
      return UNKNOWN;
    case 'binary':
      return binary(
        m,
        expr.operator,
        evaluate(m, scope, expr.left),
        evaluate(m, scope, expr.right),
        m.originOf(scope, expr),
      );
    case 'unary':
      return unary(expr.operator, evaluate(m, scope, expr.operand), m.originOf(scope, expr));
    case 'boolean':
      return boolean(m, scope, expr);
    case 'compare': {
      const left = evaluate(m, scope, expr.left);
      const right = evaluate(m, scope, expr.right);
      // `a < b < c` asks of both pairs.
      return expr.left.kind === 'compare'
        ? UNKNOWN
        : compare(expr.operator, left, right, m.originOf(scope, expr));
    }
    case 'conditional': {
      const known = truth(evaluate(m, scope, expr.test));
      const origin = m.originOf(scope, expr);
      const ways = known === null ? [expr.yes, expr.no] : [known ? expr.yes : expr.no];
      // The line that holds the condition decides, whatever its branches name.
      return anyOf(ways.map((way) => setBy(evaluate(m, scope, way), origin)));
    }
    case 'lambda':
      return makeLambda(m, scope, expr.params, expr.body);
    case 'comprehension':
      return comprehension(m, scope, expr);
    case 'format':
      return formatted(
        expr.parts.map((part) =>
          typeof part === 'string' ? part : { value: evaluate(m, scope, part.value), plain: part.plain },
        ),
        m.originOf(scope, expr),
      );
    case 'star':
      return evaluate(m, scope, expr.value);
    case 'walrus': {
      const value = evaluate(m, scope, expr.value);
      scope.names.set(expr.name, value);
      return value;
    }
    case 'await':
      return evaluate(m, scope, expr.value);
    case 'other':
      expr.parts.forEach((part) => evaluate(m, scope, part));
      return UNKNOWN;
  }
}

function setBy(value: Value, origin: Value['origin']): Value {
  return value.data.kind === 'any'
    ? anyOf(value.data.options.map((option) => setBy(option, origin)))
    : value.data.kind === 'constant' && value.outside?.kind !== 'given'
      ? at(value, origin)
      : value;
}

export function lookup(m: Machine, scope: Scope, name: string): Value {
  for (let current: Scope | null = scope; current; current = current.parent) {
    const value = current.names.get(name);
    if (value) {
      return force(m, value);
    }
  }
  return { data: { kind: 'library', path: `builtins.${name}` }, origin: null };
}

export function force(m: Machine, value: Value): Value {
  return value.data.kind === 'lazy' ? resolveLazy(m, value.data.module, value.data.name) : value;
}

function sequence(m: Machine, scope: Scope, expr: Extract<Expr, { kind: 'sequence' }>): Value {
  const items: Value[] = [];
  let open = false;
  let words = true;
  for (const item of expr.items) {
    if (item.kind === 'star') {
      const value = evaluate(m, scope, item.value);
      const elements = elementsOf(m, value);
      items.push(...elements.items);
      open ||= !elements.exact;
      words &&= elements.exact || isOpenForWords(value);
    } else {
      items.push(evaluate(m, scope, item));
    }
  }
  const list = listOf(m, items, m.originOf(scope, expr), expr.type, open);
  return open && words && list.data.kind === 'list' ? { ...list, data: { ...list.data, words } } : list;
}

function dictionary(m: Machine, scope: Scope, expr: Extract<Expr, { kind: 'dict' }>): Value {
  const data: DictData = {
    kind: 'dict',
    entries: new Map(),
    open: false,
    changed: false,
    region: m.region,
  };
  for (const entry of expr.entries) {
    const value = evaluate(m, scope, entry.value);
    if (!entry.key) {
      mergeInto(data, value);
      continue;
    }
    const key = evaluate(m, scope, entry.key);
    const name = keyOf(key);
    if (name === null) {
      data.open = true;
    } else {
      data.entries.set(name, { key, value });
    }
  }
  return { data, origin: m.originOf(scope, expr) };
}

/** `{**value}` and `dict.update(value)`, when it surely happens. */
export function mergeInto(data: DictData, value: Value): void {
  const { data: other } = value;
  if (other.kind === 'dict') {
    for (const [key, entry] of other.entries) {
      data.entries.set(key, { ...entry });
    }
    data.open ||= other.open;
    return;
  }
  if (other.kind === 'any') {
    const dicts = other.options.map((option) => option.data);
    const keys = new Set(dicts.flatMap((dict) => (dict.kind === 'dict' ? [...dict.entries.keys()] : [])));
    for (const key of keys) {
      const entries = dicts.flatMap((dict) => (dict.kind === 'dict' ? (dict.entries.get(key) ?? []) : []));
      const old = data.entries.get(key);
      const values = entries.map((entry) => entry.value);
      if (entries.length < dicts.length) {
        // Without it, whoever reads it may have it from elsewhere: another default.
        values.push(old?.value ?? UNKNOWN);
      }
      data.entries.set(key, { key: entries[0]!.key, value: anyOf(values) });
    }
    data.open ||= dicts.some((dict) => dict.kind !== 'dict' || dict.open);
    return;
  }
  data.open = true;
  // What was written before may have been replaced by what is not known.
  for (const [key, entry] of data.entries) {
    data.entries.set(key, { key: entry.key, value: anyOf([entry.value, UNKNOWN]) });
  }
}

function boolean(m: Machine, scope: Scope, expr: Extract<Expr, { kind: 'boolean' }>): Value {
  const left = evaluate(m, scope, expr.left);
  const known = truth(left);
  if (known !== null && known === (expr.operator === 'or')) {
    return left;
  }
  const right = evaluate(m, scope, expr.right);
  if (known !== null) {
    return right;
  }
  const origin = m.originOf(scope, expr);
  return anyOf([setBy(left, origin), setBy(right, origin)]);
}

function call(m: Machine, scope: Scope, expr: Extract<Expr, { kind: 'call' }>): Value {
  const site = { scope, at: expr.at };
  if (expr.callee.kind === 'attribute') {
    const receiver = evaluate(m, scope, expr.callee.object);
    return callMethod(m, receiver, expr.callee.name, evaluateArguments(m, scope, expr.args), site);
  }
  const callee = evaluate(m, scope, expr.callee);
  return callValue(m, callee, evaluateArguments(m, scope, expr.args), site);
}

export function evaluateArguments(m: Machine, scope: Scope, args: readonly Argument[]): CallArguments {
  const result: CallArguments = { positional: [], named: new Map(), open: false };
  for (const arg of args) {
    const value = evaluate(m, scope, arg.value);
    const words = arg.star === 1 ? firstWord(m, scope, arg.value) : null;
    if (words !== null) {
      result.open = true;
      result.words = words;
    } else if (arg.star === 1) {
      const elements = elementsOf(m, value);
      result.positional.push(...(elements.exact ? elements.items : []));
      result.open ||= !elements.exact;
    } else if (arg.star === 2) {
      spread(result, value);
    } else if (arg.name) {
      result.named.set(arg.name, value);
    } else {
      result.positional.push(value);
    }
  }
  return result;
}

/** The first word of the command line in `sys.argv[1:]`; null for anything else, and where the words are known. */
function firstWord(m: Machine, scope: Scope, expr: Expr): number | null {
  if (
    m.commandLine ||
    expr.kind !== 'subscript' ||
    // Looked at again here, which must do nothing a second time.
    (expr.object.kind !== 'name' && expr.object.kind !== 'attribute') ||
    expr.index.kind !== 'slice' ||
    expr.index.to ||
    expr.index.step
  ) {
    return null;
  }
  const { data } = evaluate(m, scope, expr.object);
  const from = expr.index.from ? number(evaluate(m, scope, expr.index.from)) : null;
  return data.kind === 'library' && data.path === 'sys.argv' && from !== null && from > 0 ? from : null;
}

function spread(result: CallArguments, value: Value): void {
  const merged: DictData = { kind: 'dict', entries: new Map(), open: false, changed: false, region: 0 };
  mergeInto(merged, value);
  for (const [key, entry] of merged.entries) {
    if (key.startsWith('str:')) {
      result.named.set(key.slice(4), entry.value);
    }
  }
  result.open ||= merged.open;
}

/** `object.name`, without calling it. */
export function attributeOf(m: Machine, object: Value, name: string): Value {
  const { data } = object;
  switch (data.kind) {
    case 'lazy':
      return attributeOf(m, force(m, object), name);
    case 'module':
      return moduleMember(m, object, name);
    case 'library':
      return (name === '__name__' ? libraryName(object) : null) ?? member(m, object, name);
    case 'any':
      return anyOf(data.options.map((option) => attributeOf(m, option, name)));
    case 'instance':
    case 'class':
    case 'object':
      return memberOf(m, object, name);
    case 'dict': {
      const entry = data.entries.get(`str:${name}`);
      return entry
        ? entry.value
        : { data: { kind: 'method', receiver: object, name, target: null }, origin: null };
    }
    case 'constant':
    case 'list':
    case 'range':
    case 'function':
      return methodOf(m, object, name);
    default:
      return UNKNOWN;
  }
}

function moduleMember(m: Machine, object: Value, name: string): Value {
  if (object.data.kind !== 'module') {
    return UNKNOWN;
  }
  const { module } = object.data;
  runModule(m, module);
  return resolveLazy(m, module, name);
}

/** `object[index]`. */
export function itemOf(m: Machine, object: Value, index: Value, site: Site | null = null): Value {
  const { data } = object;
  if (data.kind === 'any') {
    return anyOf(data.options.map((option) => itemOf(m, option, index, site)));
  }
  if (data.kind === 'dict') {
    const chosen = chosenEntry(m, data, index);
    if (chosen) {
      return chosen;
    }
  }
  if (index.data.kind === 'any') {
    return anyOf(index.data.options.map((option) => itemOf(m, object, option, site)));
  }
  if (data.kind === 'dict') {
    const key = keyOf(index);
    if (key === null) {
      return data.open ? UNKNOWN : anyOf([...data.entries.values()].map((entry) => entry.value));
    }
    return data.entries.get(key)?.value ?? UNKNOWN;
  }
  if (data.kind === 'list') {
    const position = number(index);
    if (position === null || data.open) {
      return data.open ? UNKNOWN : anyElement(elementsOf(m, object));
    }
    return data.items[position < 0 ? data.items.length + position : position] ?? UNKNOWN;
  }
  if (data.kind === 'object' && index.data.kind === 'constant') {
    return data.attributes.get(String(index.data.constant.value)) ?? UNKNOWN;
  }
  if (data.kind === 'class' && index.data.kind === 'constant') {
    return data.attributes.get(String(index.data.constant.value)) ?? UNKNOWN;
  }
  if (data.kind === 'library' && data.path === 'sys.argv' && site) {
    return commandLineWord(m, index, site);
  }
  if (data.kind === 'library' && data.path === 'os.environ') {
    return callMethod(m, object, '__getitem__', { positional: [index], named: new Map(), open: false }, site);
  }
  if (data.kind === 'instance') {
    return callMethod(m, object, '__getitem__', { positional: [index], named: new Map(), open: false }, site);
  }
  return UNKNOWN;
}

function slice(m: Machine, scope: Scope, object: Expr, index: Extract<Expr, { kind: 'slice' }>): Value {
  const value = evaluate(m, scope, object);
  const ends = [index.from, index.to, index.step].map((end) =>
    end ? number(evaluate(m, scope, end)) : undefined,
  );
  if (value.data.kind === 'library' && value.data.path === 'sys.argv') {
    const [from, to, step] = ends;
    return typeof from === 'number' && from > 0 && to === undefined && step === undefined
      ? commandLineWords(m)
      : UNKNOWN;
  }
  if (value.data.kind !== 'list' || value.data.open || ends[2] !== undefined || ends.includes(null)) {
    return UNKNOWN;
  }
  return listOf(
    m,
    value.data.items.slice(ends[0] ?? undefined, ends[1] ?? undefined),
    m.originOf(scope, index),
    value.data.type,
  );
}
