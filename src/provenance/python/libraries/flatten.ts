import { callValue } from '../calls';
import { dictOf, elementsOf, listOf } from '../iteration';
import { argument, type Machine, type Site } from '../machine';
import { pathOf } from '../records';
import { pythonText } from '../text';
import { constant, number, text, UNKNOWN, type CallArguments, type ObjectData, type Value } from '../values';
import type { LibraryFunction } from './index';
import { makeObject, objectOf } from './objects';

const MOST_DEPTH = 32;

interface Flattening {
  /** The key of an entry below another; null where the library's answer is not known. */
  join: (parent: Value | null, key: Value) => Value | null;
  /** Lists are gone into, by index. */
  lists: boolean;
  /** Empty dicts stay. */
  keepsEmpty: boolean;
  depth: number;
}

/** One dict of all leaves, each under the key that its place has; null where a key is not known. */
function flatten(m: Machine, value: Value, way: Flattening): Value | null {
  const result = dictOf(m, [], value.origin);
  const entries = result.data.kind === 'dict' ? result.data.entries : null;
  let known = value.data.kind === 'dict' && !value.data.open;
  const visit = (current: Value, parent: Value | null, depth: number): void => {
    m.step();
    const { data } = current;
    const pairs =
      data.kind === 'dict'
        ? [...data.entries.values()].map(({ key, value: inner }) => ({ key, inner }))
        : data.kind === 'list'
          ? data.items.map((inner, index) => ({ key: constant('int', index, null), inner }))
          : [];
    known &&= !((data.kind === 'dict' || data.kind === 'list') && data.open);
    for (const { key, inner } of pairs) {
      const name = way.join(parent, key);
      const isNested =
        depth < Math.min(way.depth, MOST_DEPTH) &&
        (inner.data.kind === 'dict' || (way.lists && inner.data.kind === 'list'));
      const isEmpty =
        inner.data.kind === 'dict'
          ? inner.data.entries.size === 0
          : inner.data.kind === 'list' && inner.data.items.length === 0;
      const label = name && pythonText(name);
      if (name === null || label === null) {
        known = false;
      } else if (!isNested || (isEmpty && way.keepsEmpty)) {
        entries?.set(`str:${label}`, { key: constant('str', label, key.origin), value: inner });
      } else {
        visit(inner, name, depth + 1);
      }
    }
  };
  visit(value, null, 0);
  return known ? result : null;
}

function withSeparator(separator: string): Flattening['join'] {
  return (parent, key) => {
    const own = pythonText(key);
    const above = parent && pythonText(parent);
    return own === null || (parent && above === null)
      ? null
      : constant('str', above === null ? own : `${above}${separator}${own}`, null);
  };
}

function given(args: CallArguments, position: number, name: string, preset: string): string | null {
  const value = argument(args, position, name);
  return value ? text(value) : preset;
}

/** pandas 1 and 2, `io/json/_normalize.py`: dicts are gone into, lists stay, empty dicts go. */
const jsonNormalize: LibraryFunction = (m, args, site, path) => {
  const separator = given(args, 5, 'sep', '.');
  const level = args.named.get('max_level');
  const depth = level ? number(level) : Infinity;
  const data = argument(args, 0, 'data') ?? UNKNOWN;
  const rows = data.data.kind === 'list' && !data.data.open ? data.data.items : [data];
  const isPlain = !args.named.has('record_path') && args.positional.length < 2 && !args.open;
  const [row] = rows;
  const flat =
    isPlain && separator !== null && depth !== null && rows.length === 1 && row
      ? flatten(m, row, { join: withSeparator(separator), lists: false, keepsEmpty: false, depth })
      : null;
  return flat ? frame(m, flat, site) : makeObject(m, path, args, site);
};

/** A table of one row. */
function frame(m: Machine, row: Value, site: Site | null): Value {
  return makeObject(m, 'pandas.OneRow', { positional: [row], named: new Map(), open: false }, site);
}

/** `to_dict(orient)` of a table of one row, and what turns or picks its row. */
export function frameMethod(
  m: Machine,
  object: ObjectData,
  receiver: Value,
  name: string,
  args: CallArguments,
): Value | null {
  const row = object.args.positional[0] ?? UNKNOWN;
  if (!/^pandas\.OneRow/.test(object.path)) {
    return null;
  }
  const isTurned = object.path.endsWith('.T');
  switch (name) {
    case 'squeeze':
      return row;
    case 'transpose':
      return frameMember(m, object, 'T');
    case 'copy':
    case 'reset_index':
    case 'infer_objects':
      return receiver;
    case 'to_dict': {
      const orient = given(args, 0, 'orient', 'dict');
      const byIndex = (): Value => {
        const index = constant('int', 0, null);
        const outer = dictOf(m, [], null);
        return outer.data.kind === 'dict'
          ? { ...outer, data: { ...outer.data, entries: new Map([['n:0', { key: index, value: row }]]) } }
          : UNKNOWN;
      };
      if (isTurned) {
        return orient === 'dict' ? byIndex() : UNKNOWN;
      }
      return orient === 'records' ? listOf(m, [row], null) : orient === 'index' ? byIndex() : UNKNOWN;
    }
    default:
      return null;
  }
}

/** `.iloc`, `.T`, `.columns` of a table of one row. */
export function frameMember(m: Machine, object: ObjectData, name: string): Value | null {
  const row = object.args.positional[0] ?? UNKNOWN;
  if (object.path !== 'pandas.OneRow') {
    return null;
  }
  switch (name) {
    case 'iloc':
    case 'loc':
      return listOf(m, [row], null);
    case 'T':
      return makeObject(m, 'pandas.OneRow.T', object.args, null);
    case 'columns':
      return listOf(m, elementsOf(m, row).items, null);
    default:
      return null;
  }
}

/** flatten_dict 0.4, whose reducers say how keys are joined. */
const flattenDict: LibraryFunction = (m, args, site) => {
  const reducer = argument(args, 1, 'reducer') ?? constant('str', 'tuple', null);
  const made = objectOf(reducer, /(^|\.)make_reducer$/);
  const separator = made
    ? given(made.args, 0, 'delimiter', '')
    : (SEPARATORS[text(reducer) ?? /\.(\w+)_reducer$/.exec(pathOf(reducer))?.[1] ?? ''] ?? null);
  const isOwn = reducer.data.kind === 'function';
  const depth = args.named.get('max_flatten_depth');
  const most = depth ? number(depth) : Infinity;
  if ((separator === null && !isOwn) || most === null || args.named.has('inverse')) {
    return UNKNOWN;
  }
  const own = (parent: Value | null, key: Value): Value =>
    callValue(
      m,
      reducer,
      { positional: [parent ?? constant('none', null, null), key], named: new Map(), open: false },
      site,
    );
  const lists = args.named.get('enumerate_types');
  return (
    flatten(m, argument(args, 0, 'd') ?? UNKNOWN, {
      join: isOwn ? own : withSeparator(separator!),
      lists: lists?.data.kind === 'list' && lists.data.items.some((type) => pathOf(type) === 'builtins.list'),
      keepsEmpty: args.named.has('keep_empty_types'),
      depth: most === Infinity ? most : most - 1,
    }) ?? UNKNOWN
  );
};

const SEPARATORS: Readonly<Record<string, string>> = { path: '/', underscore: '_', dot: '.' };

/** Libraries whose function takes the dict and a separator. */
function bySeparator(name: string, preset: string, lists: boolean, keepsEmpty = true): LibraryFunction {
  return (m, args) => {
    const separator = given(args, 1, name, preset);
    return separator === null || args.positional.length + args.named.size > 2
      ? UNKNOWN
      : (flatten(m, args.positional[0] ?? UNKNOWN, {
          join: withSeparator(separator),
          lists,
          keepsEmpty,
          depth: Infinity,
        }) ?? UNKNOWN);
  };
}

export const FLATTEN_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [/^pandas(\.io\.json)?(\.\w+)*\.json_normalize$/, jsonNormalize],
  [/^flatten_dict(\.flatten_dict)?\.flatten$/, flattenDict],
  [/^flatten_json\.flatten(_json)?$/, bySeparator('separator', '_', true)],
  [/^flatdict\.Flat(ter)?Dict$/, bySeparator('delimiter', ':', false)],
  [/^ray\.tune\.utils\.flatten_dict$/, bySeparator('delimiter', '/', false)],
];
