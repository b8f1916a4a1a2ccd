import { callValue } from './calls';
import { functionMethod } from './libraries/concurrency';
import { configMethod } from './libraries/configDicts';
import { chosenEntry } from './libraries/fileChoice';
import { pathPart } from './libraries/paths';
import { makeObject } from './libraries/objects';
import { mergeInto } from './expressions';
import { anyElement, dictOf, elementsOf, listOf } from './iteration';
import { argument, type Machine, type Site } from './machine';
import { doubtEntries, setItem } from './assignment';
import { pythonText } from './text';
import {
  constant,
  keyOf,
  LONGEST_TEXT,
  loosely,
  text,
  UNKNOWN,
  type CallArguments,
  type Value,
} from './values';

/** A method of a built-in value, not called yet. */
export function methodOf(m: Machine, receiver: Value, name: string): Value {
  if (receiver.data.kind === 'function') {
    if (name === '__name__') {
      return constant('str', receiver.data.name, null);
    }
    if (name === 'command' || name === 'group') {
      // A click group is a function whose attribute makes commands.
      return { data: { kind: 'library', path: 'click.command' }, origin: null };
    }
  }
  const part = pathPart(m, receiver, name);
  if (part) {
    return part;
  }
  return { data: { kind: 'method', receiver, name, target: null }, origin: null };
}

/** Calls a method of a dict, a list, a text or a number. */
export function callBuiltinMethod(
  m: Machine,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value {
  switch (receiver.data.kind) {
    case 'dict':
      return dictMethod(m, receiver, name, args, site);
    case 'list':
      return listMethod(m, receiver, name, args);
    case 'constant':
      return constantMethod(m, receiver, name, args, site);
    case 'function':
    case 'method':
      return functionMethod(m, receiver, name, args, site) ?? UNKNOWN;
    case 'range':
      return name === 'item' || name === 'tolist' ? receiver : UNKNOWN;
    default:
      return UNKNOWN;
  }
}

function dictMethod(
  m: Machine,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value {
  const { data } = receiver;
  if (data.kind !== 'dict') {
    return UNKNOWN;
  }
  const entries = [...data.entries.values()];
  switch (name) {
    case 'items':
      return listOf(
        m,
        entries.map(({ key, value }) => listOf(m, [key, value], value.origin, 'tuple')),
        receiver.origin,
        'list',
        data.open,
      );
    case 'keys':
      return listOf(
        m,
        entries.map((entry) => entry.key),
        receiver.origin,
        'list',
        data.open,
      );
    case 'values':
      return listOf(
        m,
        entries.map((entry) => entry.value),
        receiver.origin,
        'list',
        data.open,
      );
    case 'copy':
      return { data: { ...data, entries: new Map(data.entries), region: m.region }, origin: receiver.origin };
    case 'to_dict':
    case 'as_dict':
    case 'toDict':
    case 'to_container':
      return data.entries.has(`str:${name}`) ? UNKNOWN : receiver;
    case 'get':
    case 'pop':
    case 'setdefault':
    case '__getitem__':
      return dictGet(m, receiver, name, args);
    case 'update':
      updateDict(m, receiver, args);
      return constant('none', null, null);
    case 'clear':
      if (m.isCertain(data)) {
        data.changed = true;
        data.entries.clear();
      } else {
        doubtEntries(data);
      }
      return constant('none', null, null);
    case 'popitem':
      doubtEntries(data);
      return UNKNOWN;
    default: {
      // A function kept in a dict, called as an attribute of a config.
      const entry = data.entries.get(`str:${name}`);
      if (entry) {
        return callValue(m, entry.value, args, site);
      }
      const known = configMethod(m, receiver, name, args, site);
      if (!known && /merge|update|set|override|load|replace|resolve|del|add|apply|import/i.test(name)) {
        // A library's config may change by a method that is not known.
        doubtEntries(data);
      }
      return known ?? UNKNOWN;
    }
  }
}

/** `dict.update(…)`, which may not happen, and may be of a dict that shows an object's attributes. */
function updateDict(m: Machine, receiver: Value, args: CallArguments): void {
  const merged = dictOf(m, [], null, args.open);
  if (merged.data.kind !== 'dict' || receiver.data.kind !== 'dict') {
    return;
  }
  mergeInto(merged.data, args.positional[0] ?? dictOf(m, [], null));
  for (const [name, value] of args.named) {
    merged.data.entries.set(`str:${name}`, { key: constant('str', name, null), value });
  }
  if (merged.data.open) {
    doubtEntries(receiver.data);
  }
  for (const { key, value } of merged.data.entries.values()) {
    setItem(m, receiver, key, value);
  }
}

function dictGet(m: Machine, receiver: Value, name: string, args: CallArguments): Value {
  const { data } = receiver;
  if (data.kind !== 'dict') {
    return UNKNOWN;
  }
  const wanted = argument(args, 0, 'key') ?? UNKNOWN;
  const fallback = argument(args, 1, 'default') ?? constant('none', null, null);
  const chosen = name === 'get' || name === '__getitem__' ? chosenEntry(m, data, wanted) : undefined;
  const key = keyOf(wanted);
  if (chosen || key === null) {
    return chosen ?? UNKNOWN;
  }
  const found = data.entries.get(key)?.value;
  if (name === 'pop' && found) {
    data.changed = true;
    if (m.isCertain(data)) {
      data.entries.delete(key);
    } else {
      setItem(m, receiver, wanted, UNKNOWN);
    }
  }
  if (name === 'setdefault' && !found) {
    setItem(m, receiver, wanted, fallback);
  }
  return found ?? (data.open ? UNKNOWN : fallback);
}

/** A longer list is not written out in any code: what it holds beyond is left open. */
const MOST_EXTENDED = 10_000;

function listMethod(m: Machine, receiver: Value, name: string, args: CallArguments): Value {
  const { data } = receiver;
  if (data.kind !== 'list') {
    return UNKNOWN;
  }
  const first = args.positional[0] ?? UNKNOWN;
  switch (name) {
    case 'append':
    case 'add':
      data.changed = true;
      data.items.push(first);
      data.open ||= !m.isCertain(data);
      return constant('none', null, null);
    case 'extend': {
      const elements = elementsOf(m, first);
      m.spend(elements.items.length);
      const fits = data.items.length + elements.items.length <= MOST_EXTENDED;
      data.changed = true;
      data.items.push(...(fits ? elements.items : []));
      data.open ||= !fits || !elements.exact || !m.isCertain(data);
      return constant('none', null, null);
    }
    case 'copy':
      return { data: { ...data, items: [...data.items], region: m.region }, origin: receiver.origin };
    case 'pop':
      data.changed = true;
      data.open = true;
      return anyElement(elementsOf(m, receiver));
    case 'sort':
    case 'reverse':
    case 'insert':
    case 'remove':
    case 'clear':
      data.changed = true;
      data.open = true;
      return constant('none', null, null);
    case '_asdict':
    case 'tolist':
      return receiver;
    default:
      return UNKNOWN;
  }
}

function constantMethod(
  m: Machine,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value {
  const body = text(receiver);
  if (body === null) {
    return UNKNOWN;
  }
  const origin = site ? m.origin(site) : receiver.origin;
  const keep = (value: string): Value =>
    constant('str', value, value === body ? receiver.origin : origin, receiver.outside);
  switch (name) {
    case 'strip':
    case 'lstrip':
    case 'rstrip': {
      const letters = args.positional[0] ? text(args.positional[0]) : undefined;
      return letters === null ? UNKNOWN : keep(stripped(body, letters, name));
    }
    case 'lower':
    case 'casefold':
      return keep(body.toLowerCase());
    case 'upper':
      return keep(body.toUpperCase());
    case 'title':
    case 'capitalize':
      return name === 'capitalize'
        ? keep(body.slice(0, 1).toUpperCase() + body.slice(1).toLowerCase())
        : UNKNOWN;
    case 'replace': {
      const [from, to] = args.positional.map(text);
      if (args.positional.length !== 2 || !from || to === null || to === undefined) {
        return UNKNOWN;
      }
      return joined(body.split(from), to, keep);
    }
    case 'split': {
      const separator = args.positional[0] ? text(args.positional[0]) : undefined;
      const parts =
        separator === undefined ? body.trim().split(/\s+/) : separator ? body.split(separator) : null;
      return parts && !receiver.outside && args.positional.length + args.named.size < 2
        ? listOf(
            m,
            parts.map((part) => constant('str', part, receiver.origin)),
            receiver.origin,
          )
        : UNKNOWN;
    }
    case 'join': {
      const elements = elementsOf(m, args.positional[0] ?? UNKNOWN);
      const texts = elements.items.map((item) => text(item));
      return elements.exact && texts.every((part) => part !== null)
        ? joined(texts, body, (whole) => constant('str', whole, origin))
        : UNKNOWN;
    }
    case 'format':
      return formatMethod(body, args, origin);
    case 'startsWith':
    case 'startswith':
    case 'endswith': {
      const part = args.positional[0] ? text(args.positional[0]) : null;
      return part === null
        ? UNKNOWN
        : constant(
            'bool',
            name === 'endswith' ? body.endsWith(part) : body.startsWith(part),
            origin,
            receiver.outside,
          );
    }
    case 'read_text':
    case 'open':
      return makeObject(
        m,
        name === 'open' ? 'builtins.open' : 'file.text',
        { positional: [receiver], named: new Map(), open: false },
        site,
      );
    case 'joinpath':
    case 'with_name':
    case 'with_suffix':
      return UNKNOWN;
    case 'resolve':
    case 'absolute':
    case 'expanduser':
      return loosely(receiver, 'path');
    case 'as_posix':
    case '__str__':
      return receiver;
    default:
      return UNKNOWN;
  }
}

/** Python's `strip`, `lstrip` and `rstrip`: letters of the set, or white space, go from the ends. */
function stripped(body: string, letters: string | undefined, name: string): string {
  if (letters === undefined) {
    return name === 'strip' ? body.trim() : name === 'lstrip' ? body.trimStart() : body.trimEnd();
  }
  const set = new Set(letters);
  const all = Array.from(body);
  let start = 0;
  let end = all.length;
  while (name !== 'rstrip' && start < end && set.has(all[start]!)) {
    start++;
  }
  while (name !== 'lstrip' && end > start && set.has(all[end - 1]!)) {
    end--;
  }
  return all.slice(start, end).join('');
}

/** The parts with the text between them, unless that would be longer than any that is followed. */
function joined(parts: readonly string[], between: string, make: (whole: string) => Value): Value {
  const length = parts.reduce((sum, part) => sum + part.length, between.length * (parts.length - 1));
  return length > LONGEST_TEXT ? UNKNOWN : make(parts.join(between));
}

function formatMethod(body: string, args: CallArguments, origin: Value['origin']): Value {
  let next = 0;
  let known = true;
  let length = body.length;
  // A field without an end, too, which Python refuses.
  const result = body.replace(/\{\{|\}\}|\{(\w*)\}|\{[^}]*\}?/g, (match, name: string | undefined) => {
    if (match === '{{' || match === '}}') {
      return match[0]!;
    }
    const value =
      name === undefined
        ? undefined
        : name === ''
          ? args.positional[next++]
          : /^\d+$/.test(name)
            ? args.positional[Number(name)]
            : args.named.get(name);
    const piece = value ? pythonText(value) : null;
    length += piece?.length ?? 0;
    known &&= piece !== null && length <= LONGEST_TEXT;
    return known ? (piece ?? '') : '';
  });
  return known ? constant('str', result, origin) : UNKNOWN;
}
