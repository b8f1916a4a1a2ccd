import { attributesAsDict } from '../assignment';
import { mergeInto } from '../expressions';
import { anyElement, dictOf, elementsOf, listOf } from '../iteration';
import { argument } from '../machine';
import { constant, keyOf, number, text, truth, UNKNOWN, type CallArguments, type Value } from '../values';
import type { LibraryFunction } from './index';

const first = (args: CallArguments): Value => args.positional[0] ?? UNKNOWN;

const len: LibraryFunction = (m, args, site) => {
  const value = first(args);
  const { data } = value;
  const length =
    (data.kind === 'list' && !data.open) || (data.kind === 'dict' && !data.open)
      ? data.kind === 'list'
        ? data.items.length
        : data.entries.size
      : null;
  return length === null || !site ? UNKNOWN : constant('int', length, m.origin(site));
};

const dict: LibraryFunction = (m, args, site) => {
  const origin = site ? m.origin(site) : null;
  const value = dictOf(m, [], origin, args.open);
  if (value.data.kind !== 'dict') {
    return UNKNOWN;
  }
  const source = args.positional[0];
  if (source?.data.kind === 'list') {
    for (const pair of source.data.items) {
      const [key, entry] = elementsOf(m, pair).items;
      const name = key ? keyOf(key) : null;
      if (key && entry && name !== null) {
        value.data.entries.set(name, { key, value: entry });
      } else {
        value.data.open = true;
      }
    }
    value.data.open ||= source.data.open;
  } else if (source) {
    mergeInto(value.data, source.data.kind === 'instance' ? attributesAsDict(m, source) : source);
  }
  for (const [name, entry] of args.named) {
    value.data.entries.set(`str:${name}`, { key: constant('str', name, entry.origin), value: entry });
  }
  return value;
};

const zip: LibraryFunction = (m, args) => {
  const all = args.positional.map((value) => elementsOf(m, value));
  const length = Math.min(...all.map((elements) => elements.items.length));
  if (all.length === 0 || all.some((elements) => !elements.exact)) {
    return listOf(m, [listOf(m, all.map(anyElement), null, 'tuple')], null, 'list', true);
  }
  return listOf(
    m,
    Array.from({ length }, (_, i) =>
      listOf(
        m,
        all.map((elements) => elements.items[i]!),
        null,
        'tuple',
      ),
    ),
    null,
  );
};

const enumerate: LibraryFunction = (m, args, site) => {
  const elements = elementsOf(m, first(args));
  const start = number(argument(args, 1, 'start') ?? constant('int', 0, null));
  const origin = site ? m.origin(site) : null;
  if (!elements.exact || start === null) {
    return listOf(m, [listOf(m, [UNKNOWN, anyElement(elements)], null, 'tuple')], null, 'list', true);
  }
  return listOf(
    m,
    elements.items.map((item, i) => listOf(m, [constant('int', start + i, origin), item], null, 'tuple')),
    null,
  );
};

const MOST_PRODUCTS = 256;

const product: LibraryFunction = (m, args) => {
  const all = args.positional.map((value) => elementsOf(m, value));
  const total = all.reduce((count, elements) => count * elements.items.length, 1);
  if (args.open || all.some((elements) => !elements.exact) || total > MOST_PRODUCTS) {
    return listOf(m, args.open ? [] : [listOf(m, all.map(anyElement), null, 'tuple')], null, 'list', true);
  }
  let rows: Value[][] = [[]];
  for (const elements of all) {
    rows = rows.flatMap((row) => elements.items.map((item) => [...row, item]));
  }
  return listOf(
    m,
    rows.map((row) => listOf(m, row, null, 'tuple')),
    null,
  );
};

const sameElements: LibraryFunction = (m, args) => {
  const elements = elementsOf(m, first(args));
  const { data } = first(args);
  // A set has no order that the code tells.
  const isOrdered = data.kind !== 'list' || data.type !== 'set' || elements.items.length < 2;
  return listOf(m, [...elements.items], first(args).origin, 'list', !elements.exact || !isOrdered);
};

const asSet: LibraryFunction = (m, args) => {
  const elements = elementsOf(m, args.positional[0] ?? listOf(m, [], null));
  const known = new Map(elements.items.map((item) => [keyOf(item), item]));
  return listOf(m, [...known.values()], first(args).origin, 'set', !elements.exact || known.has(null));
};

const reversed: LibraryFunction = (m, args) => {
  const elements = elementsOf(m, first(args));
  return listOf(m, elements.items.toReversed(), first(args).origin, 'list', !elements.exact);
};

const sorted: LibraryFunction = (m, args) => {
  const elements = elementsOf(m, first(args));
  const { items } = elements;
  const byText = items.every((item) => text(item) !== null);
  const byNumber = items.every((item) => number(item) !== null);
  const order = args.named.get('reverse');
  const isKnown =
    elements.exact && (byText || byNumber) && !args.named.has('key') && (!order || truth(order) !== null);
  const rank = (a: Value, b: Value): number =>
    byNumber ? number(a)! - number(b)! : text(a)! < text(b)! ? -1 : text(a) === text(b) ? 0 : 1;
  const ranked = isKnown ? items.toSorted(rank) : [...items];
  return listOf(
    m,
    order && truth(order) === true ? ranked.reverse() : ranked,
    first(args).origin,
    'list',
    !isKnown,
  );
};

export const COLLECTION_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [/^builtins\.len$/, len],
  [/^(builtins\.dict|collections\.OrderedDict)$/, dict],
  [/^(builtins\.(list|tuple)|numpy\.(array|asarray))$/, sameElements],
  [/^builtins\.(set|frozenset)$/, asSet],
  [/^builtins\.reversed$/, reversed],
  [/^builtins\.sorted$/, sorted],
  [/^builtins\.zip$/, zip],
  [/^builtins\.enumerate$/, enumerate],
  [/^itertools\.product$/, product],
];
