import { callValue } from '../calls';
import type { Machine } from '../machine';
import { outsideOf } from '../operations';
import { pythonText } from '../text';
import { at, constant, LONGEST_TEXT, text, UNKNOWN, type Value } from '../values';
import { readYaml } from './configFiles';
import { givenOutside } from './options';

/** Deeper configurations are not followed, nor interpolations that go on for longer. */
const MOST_DEPTH = 20;
const MOST_PIECES = 32;

/** What an interpolation was written as, for what shows it unresolved. */
const rawTexts = new WeakMap<Value, Value>();

/** Marks a value of a configuration: by its path, `a.b`. */
type Mark = (value: Value, path: string) => Value;

/** Dicts and lists as OmegaConf holds them, each interpolation with what it stands for. */
export function asConfig(m: Machine, root: Value, mark: Mark = (value) => value): Value {
  return configured(m, root, { m, root, mark }, [], 0);
}

/** Interpolations that are resolved already, as they were written: before a merge that may change what they mean. */
export function unresolved(m: Machine, value: Value, depth = 0): Value {
  m.step();
  const { data } = value;
  const raw = rawTexts.get(value);
  if (raw || depth > MOST_DEPTH || (data.kind !== 'dict' && data.kind !== 'list')) {
    return raw ?? value;
  }
  return mapped(value, (inner) => unresolved(m, inner, depth + 1), data.config);
}

/** `OmegaConf.to_container(value, resolve=…)`: plain dicts and lists. */
export function toContainer(m: Machine, value: Value, resolve: boolean, depth = 0): Value {
  m.step();
  const { data } = value;
  const raw = resolve ? undefined : rawTexts.get(value);
  if (raw || depth > MOST_DEPTH || (data.kind !== 'dict' && data.kind !== 'list')) {
    return raw ?? value;
  }
  return mapped(value, (inner) => toContainer(m, inner, resolve, depth + 1), false);
}

function mapped(value: Value, change: (value: Value, key: string) => Value, config?: boolean): Value {
  const { data } = value;
  if (data.kind === 'dict') {
    const entries = new Map(
      [...data.entries].map(
        ([key, entry]) => [key, { key: entry.key, value: change(entry.value, key) }] as const,
      ),
    );
    return { ...value, data: { ...data, entries, config } };
  }
  return data.kind === 'list'
    ? {
        ...value,
        data: { ...data, items: data.items.map((item, index) => change(item, String(index))), config },
      }
    : value;
}

interface Resolving {
  m: Machine;
  root: Value;
  mark: Mark;
}

function configured(
  m: Machine,
  value: Value,
  resolving: Resolving,
  path: readonly string[],
  depth: number,
): Value {
  m.step();
  const { data } = value;
  if (depth > MOST_DEPTH) {
    return UNKNOWN;
  }
  if (data.kind === 'dict' || data.kind === 'list') {
    const references = new Map<string, readonly string[]>();
    const made = mapped(
      value,
      (inner, key) => {
        const below = [...path, data.kind === 'dict' ? key.replace(/^(str|n):/, '') : key];
        const body = text(inner);
        if (body?.includes('${')) {
          references.set(key, referenceNames(body));
        }
        return configured(m, inner, resolving, below, depth + 1);
      },
      true,
    );
    if (made.data.kind === 'dict') {
      for (const [key, names] of references) {
        m.interpolations.push({ holder: made.data.entries, key, names });
      }
    }
    return made;
  }
  if (data.kind === 'library' && /(^|\.)MISSING$/.test(data.path)) {
    return givenOutside(`${path.join('.')}=… on the command line`, value.origin);
  }
  const body = text(value);
  if (body === '???') {
    return givenOutside(`${path.join('.')}=… on the command line`, value.origin);
  }
  if (!body?.includes('${')) {
    return data.kind === 'constant' ? resolving.mark(value, path.join('.')) : value;
  }
  const resolved = { ...interpolated(resolving, value, body, path, depth) };
  rawTexts.set(resolved, value);
  return resolved;
}

/** Names of what an interpolation refers to. */
function referenceNames(body: string): string[] {
  return body.split(/[^\w-]+/).filter((name) => name !== '');
}

/** The text with each `${…}`, the innermost first, in the place of which its value comes. */
function interpolated(
  resolving: Resolving,
  value: Value,
  body: string,
  path: readonly string[],
  depth: number,
): Value {
  let rest = body;
  const used: Value[] = [];
  for (let piece = 0; piece < MOST_PIECES; piece++) {
    const found = /\$\{([^${}]*)\}/.exec(rest);
    if (!found) {
      return rest.includes('${') ? UNKNOWN : constant('str', rest, value.origin, outsideOf(...used));
    }
    const inner = interpolation(resolving, value, found[1]!.trim(), path, depth);
    if (found[0] === rest) {
      // What a resolver made of something is as changeable from outside as that.
      const outside = inner.outside ?? outsideOf(...used);
      return outside && inner.data.kind === 'constant' ? { ...inner, outside } : inner;
    }
    const written = inner.data.kind === 'constant' ? pythonText(inner) : null;
    if (written === null || written.includes('${') || rest.length + written.length > LONGEST_TEXT) {
      return UNKNOWN;
    }
    used.push(inner);
    rest = rest.slice(0, found.index) + written + rest.slice(found.index + found[0].length);
  }
  return UNKNOWN;
}

function interpolation(
  resolving: Resolving,
  value: Value,
  inner: string,
  path: readonly string[],
  depth: number,
): Value {
  const colon = inner.indexOf(':');
  if (colon >= 0) {
    return byResolver(resolving, value, inner.slice(0, colon).trim(), inner.slice(colon + 1), depth);
  }
  const relative = /^\.*/.exec(inner)![0].length;
  const names = inner
    .slice(relative)
    .split(/[.[\]]/)
    .filter((name) => name !== '');
  return selected(resolving, relative > 0 ? [...path.slice(0, -relative), ...names] : names, depth);
}

function selected(resolving: Resolving, names: readonly string[], depth: number): Value {
  let current = resolving.root;
  for (const name of names) {
    const { data } = current;
    const next =
      data.kind === 'dict'
        ? (data.entries.get(`str:${name}`) ?? data.entries.get(`n:${name}`))?.value
        : data.kind === 'list' && !data.open
          ? data.items[Number(name)]
          : undefined;
    if (!next) {
      return UNKNOWN;
    }
    current = next;
  }
  return configured(resolving.m, current, resolving, names, depth + 1);
}

/** `${oc.env:NAME,default}`, `${oc.select:a.b,default}`, and what the program registered itself. */
function byResolver(resolving: Resolving, value: Value, name: string, body: string, depth: number): Value {
  const { m } = resolving;
  const args = body.split(',').map((arg) => arg.trim());
  if (name === 'oc.env' || name === 'env') {
    return args[1] === undefined
      ? givenOutside(`${args[0]!} in the environment`, value.origin)
      : at({ ...word(m, args[1]), outside: { kind: 'default', name: args[0]! } }, value.origin);
  }
  if (name === 'oc.select') {
    const found = selected(resolving, args[0]!.split('.'), depth);
    return found.data.kind === 'unknown' && args[1] !== undefined && !found.outside
      ? at(word(m, args[1]), value.origin)
      : found;
  }
  if (name === 'oc.decode') {
    // What it decodes was read as YAML where it was put in: numbers are numbers already.
    return body.trim() === '' || /[,'"[\]{}]/.test(body) ? UNKNOWN : at(word(m, body.trim()), value.origin);
  }
  const own = m.resolvers.get(name);
  if (!own) {
    return UNKNOWN;
  }
  const given = body === '' ? [] : args.map((arg) => word(m, arg));
  const made = callValue(m, own, { positional: given, named: new Map(), open: false }, null);
  return made.data.kind === 'constant' ? at(made, value.origin) : UNKNOWN;
}

/** What YAML 1.1 reads as a truth, a number or a date, and the grammar of Hydra 1.3 and OmegaConf 2.3 as a text. */
const TEXTS = /^(yes|no|on|off|y|n|[+-]?0[\dxob_]\w*|\d{4}-\d\d?-\d\d?)$/i;
const SEXAGESIMAL = /^[+-]?[\d:._]+$/;

/** A value as it is written in an override or as a resolver's argument. */
export function word(m: Machine, written: string): Value {
  return TEXTS.test(written) || (written.includes(':') && SEXAGESIMAL.test(written))
    ? constant('str', written, null)
    : literal(m, written);
}

/** A value as it is written in YAML, which no file holds. */
export function literal(m: Machine, written: string): Value {
  const isQuoted = written.length > 1 && /^['"]/.test(written) && written.endsWith(written[0]!);
  const read = isQuoted ? constant('str', written.slice(1, -1), null) : readYaml(m, '', written);
  return plainOrigin(read);
}

/** A value that no file holds. */
function plainOrigin(value: Value): Value {
  return { ...mapped(value, plainOrigin), origin: null };
}

/** A value of a configuration was set: what stands for it elsewhere may be another now. */
export function doubtInterpolations(m: Machine, name: string, doubt: (value: Value) => Value): void {
  for (const { holder, key, names } of m.interpolations) {
    const entry = holder.get(key);
    if (entry && names.includes(name)) {
      holder.set(key, { key: entry.key, value: doubt(entry.value) });
    }
  }
}
