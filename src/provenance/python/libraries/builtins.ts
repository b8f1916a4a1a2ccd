import { attributesAsDict, callBack, callValue } from '../calls';
import { attributeOf, mergeInto } from '../expressions';
import { anyElement, dictOf, elementsOf, listOf } from '../iteration';
import { argument, dirname, type Machine } from '../machine';
import { outsideOf } from '../operations';
import { setAttribute } from '../assignment';
import { pythonText } from '../text';
import { anyOf, at, constant, keyOf, number, text, UNKNOWN, type CallArguments, type Value } from '../values';
import type { LibraryFunction } from './index';
import { makeObject } from './objects';
import { superObject } from './super';

const first = (args: CallArguments): Value => args.positional[0] ?? UNKNOWN;

/** A conversion keeps the line that wrote the value. */
function convert(value: Value, to: 'int' | 'float' | 'str' | 'bool'): Value {
  const { data } = value;
  if (data.kind === 'any') {
    return anyOf(data.options.map((option) => convert(option, to)));
  }
  if (value.outside?.kind === 'given' && data.kind === 'unknown') {
    return value;
  }
  if (data.kind === 'range') {
    return to === 'int'
      ? {
          ...value,
          data: { ...data, whole: true, low: Math.ceil(data.low - 1), high: Math.floor(data.high + 1) },
        }
      : to === 'float'
        ? value
        : UNKNOWN;
  }
  if (to === 'str') {
    const body = pythonText(value);
    return body === null ? UNKNOWN : constant('str', body, value.origin, value.outside);
  }
  if (data.kind !== 'constant') {
    return UNKNOWN;
  }
  const raw =
    data.constant.type === 'str' ? Number(String(data.constant.value).replace(/_/g, '')) : number(value);
  if (to === 'bool') {
    return constant('bool', Boolean(data.constant.value), value.origin, value.outside);
  }
  if (raw === null || Number.isNaN(raw) || data.constant.value === '') {
    return UNKNOWN;
  }
  return constant(to, to === 'int' ? Math.trunc(raw) : raw, value.origin, value.outside);
}

/** A function of numbers that are all known: its line computes the value. */
function computed(compute: (...numbers: number[]) => number | null): LibraryFunction {
  return (m, args, site) => {
    const values =
      args.positional.length === 1 && args.positional[0]!.data.kind === 'list'
        ? elementsOf(m, args.positional[0]!)
        : { items: args.positional, exact: !args.open };
    const numbers = values.items.map(number);
    if (!values.exact || numbers.length === 0 || numbers.includes(null) || !site) {
      return UNKNOWN;
    }
    const result = compute(...(numbers as number[]));
    const whole = values.items.every(
      (item) => item.data.kind === 'constant' && item.data.constant.type === 'int',
    );
    return result === null
      ? UNKNOWN
      : constant(
          whole && Number.isInteger(result) ? 'int' : 'float',
          result,
          m.origin(site),
          outsideOf(...values.items),
        );
  };
}

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

const MOST_RANGE = 20;

const range: LibraryFunction = (m, args, site) => {
  const bounds = args.positional.map(number);
  if (bounds.length === 0 || bounds.includes(null) || !site) {
    return {
      data: { kind: 'list', type: 'list', items: [], open: true, changed: false, region: m.region },
      origin: null,
    };
  }
  const [start, stop, step] =
    bounds.length === 1 ? [0, bounds[0]!, 1] : [bounds[0]!, bounds[1]!, bounds[2] ?? 1];
  const origin = m.origin(site);
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length <= MOST_RANGE && !outsideOf(...args.positional)) {
    return listOf(
      m,
      Array.from({ length }, (_, i) => constant('int', start + i * step, origin)),
      origin,
    );
  }
  const item: Value = {
    data: { kind: 'range', low: Math.min(start, stop), high: Math.max(start, stop), whole: true },
    origin,
  };
  return outsideOf(...args.positional)
    ? listOf(m, [], origin, 'list', true)
    : listOf(m, [item], origin, 'list', true);
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
  return listOf(m, [...elements.items], first(args).origin, 'list', !elements.exact);
};

const openFile: LibraryFunction = (m, args, site) => makeObject(m, 'builtins.open', args, site);

const joined: LibraryFunction = (m, args, site) => {
  const parts = args.positional.map(text);
  return parts.includes(null) || !site || parts.length === 0
    ? UNKNOWN
    : constant(
        'str',
        (parts as string[]).reduce((path, part) =>
          part.startsWith('/') ? part : `${path.replace(/\/$/, '')}/${part}`,
        ),
        parts.length === 1 ? args.positional[0]!.origin : m.origin(site),
      );
};

function grid(low: number, high: number): LibraryFunction {
  return (m, args, site) => {
    const a = number(first(args));
    const b = number(args.positional[1] ?? UNKNOWN);
    if (a === null || b === null || !site) {
      return listOf(m, [], null, 'list', true);
    }
    const from = low === 1 ? a : low ** a;
    const to = high === 1 ? b : high ** b;
    const origin = m.origin(site);
    const item: Value = {
      data: { kind: 'range', low: Math.min(from, to), high: Math.max(from, to), whole: false },
      origin,
    };
    return listOf(m, [item], origin, 'list', true);
  };
}

export const BUILTINS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [/^(builtins\.float|numpy\.float(16|32|64|_)?)$/, (_m, args) => convert(first(args), 'float')],
  [/^(builtins\.int|numpy\.u?int(8|16|32|64)?)$/, (_m, args) => convert(first(args), 'int')],
  [
    /^(builtins\.str|pathlib\.(Pure)?(Posix)?Path|os\.fspath|os\.path\.(abspath|realpath|normpath|expanduser))$/,
    (m, args, site, path) =>
      path !== 'builtins.str' && args.positional.length > 1
        ? joined(m, args, site, path)
        : convert(first(args), 'str'),
  ],
  [/^builtins\.bool$/, (_m, args) => convert(first(args), 'bool')],
  [/^(builtins|copy)\.(copy|deepcopy)$/, (m, args) => copyOf(m, first(args))],
  [
    /^(types\.MappingProxyType|asyncio\.run|builtins\.(iter|next_)|tqdm(\.\w+)*\.(tqdm|trange)|rich\.progress\.track)$/,
    (_m, args) => first(args),
  ],
  [/^builtins\.len$/, len],
  [/^builtins\.range$/, range],
  [/^(builtins\.dict|collections\.OrderedDict|argparse\.Namespace_)$/, dict],
  [/^(builtins\.(list|tuple|set|frozenset|sorted|reversed)|numpy\.(array|asarray))$/, sameElements],
  [/^builtins\.zip$/, zip],
  [/^builtins\.enumerate$/, enumerate],
  [/^itertools\.product$/, product],
  [/^builtins\.(min)$/, computed((...n) => Math.min(...n))],
  [/^builtins\.(max)$/, computed((...n) => Math.max(...n))],
  [/^builtins\.(sum)$/, computed((...n) => n.reduce((a, b) => a + b, 0))],
  [/^builtins\.abs$/, computed((n) => (n === undefined ? null : Math.abs(n)))],
  [
    /^(builtins\.pow|math\.pow|numpy\.power)$/,
    computed((a, b) => (a === undefined || b === undefined ? null : a ** b)),
  ],
  [/^(math|numpy)\.sqrt$/, computed((n) => (n === undefined ? null : Math.sqrt(n)))],
  [/^(math|numpy)\.exp$/, computed((n) => (n === undefined ? null : Math.exp(n)))],
  [
    /^(math\.log|numpy\.log)$/,
    computed((n, base) =>
      n === undefined ? null : base === undefined ? Math.log(n) : Math.log(n) / Math.log(base),
    ),
  ],
  [
    /^builtins\.round$/,
    computed((n, digits) =>
      n === undefined ? null : Math.round(n * 10 ** (digits ?? 0)) / 10 ** (digits ?? 0),
    ),
  ],
  [/^os\.path\.join$/, joined],
  [/^os\.path\.dirname$/, (_m, args) => pathParent(first(args))],
  [/^os\.path\.basename$/, (_m, args) => pathName(first(args))],
  [/^(builtins\.open|io\.open|gzip\.open)$/, openFile],
  [/^builtins\.vars$/, (m, args) => (args.positional.length ? asDict(m, first(args)) : UNKNOWN)],
  [
    /^builtins\.getattr$/,
    (m, args) => {
      const name = args.positional[1] ? text(args.positional[1]) : null;
      const found = name === null ? UNKNOWN : attributeOf(m, first(args), name);
      return found.data.kind === 'unknown' && args.positional[2] ? anyOf([found, args.positional[2]]) : found;
    },
  ],
  [
    /^builtins\.setattr$/,
    (m, args) => {
      const name = args.positional[1] ? text(args.positional[1]) : null;
      if (name !== null) {
        setAttribute(m, first(args), name, args.positional[2] ?? UNKNOWN);
      }
      return constant('none', null, null);
    },
  ],
  [
    /^builtins\.map$/,
    (m, args, site) => {
      const elements = elementsOf(m, args.positional[1] ?? UNKNOWN);
      const call = (item: Value) =>
        callValue(m, first(args), { positional: [item], named: new Map(), open: false }, site);
      return elements.exact && elements.items.length <= 64
        ? listOf(m, elements.items.map(call), null)
        : listOf(m, [m.uncertain(() => call(anyElement(elements)))], null, 'list', true);
    },
  ],
  [
    /^functools\.partial$/,
    (_m, args) => ({
      data: {
        kind: 'partial',
        callee: first(args),
        args: { positional: args.positional.slice(1), named: args.named, open: args.open },
      },
      origin: null,
    }),
  ],
  [/^builtins\.super$/, (m, args, site) => superObject(m, args, site)],
  [
    /^builtins\.(print|isinstance|hasattr|type|id|repr|callable|input|any|all)$/,
    (m, args) => {
      callBack(m, args);
      return UNKNOWN;
    },
  ],
  [/^numpy\.(linspace|arange)$/, grid(1, 1)],
  [/^numpy\.logspace$/, grid(10, 10)],
  [/^numpy\.geomspace$/, grid(1, 1)],
];

/** A dict of what an object carries. */
export function asDict(m: Machine, value: Value): Value {
  if (value.data.kind === 'any') {
    return anyOf(value.data.options.map((option) => asDict(m, option)));
  }
  return value.data.kind === 'instance'
    ? attributesAsDict(m, value)
    : value.data.kind === 'dict'
      ? value
      : UNKNOWN;
}

function copyOf(m: Machine, value: Value): Value {
  const { data } = value;
  switch (data.kind) {
    case 'dict':
      return {
        ...value,
        data: {
          ...data,
          entries: new Map(
            [...data.entries].map(([key, entry]) => [key, { key: entry.key, value: copyOf(m, entry.value) }]),
          ),
          region: m.region,
        },
      };
    case 'list':
      return {
        ...value,
        data: { ...data, items: data.items.map((item) => copyOf(m, item)), region: m.region },
      };
    case 'instance':
      return { ...value, data: { ...data, attributes: new Map(data.attributes), region: m.region } };
    case 'object':
      return { ...value, data: { ...data, attributes: new Map(data.attributes), region: m.region } };
    default:
      return value;
  }
}

function pathParent(value: Value): Value {
  const body = text(value);
  return body === null ? UNKNOWN : at(constant('str', dirname(body), value.origin), value.origin);
}

function pathName(value: Value): Value {
  const body = text(value);
  return body === null ? UNKNOWN : constant('str', body.slice(body.lastIndexOf('/') + 1), value.origin);
}

/** Parts of a path, which is kept as its text. */
export function pathPart(value: Value, name: string): Value | null {
  const body = text(value);
  if (body === null) {
    return null;
  }
  if (name === 'parent') {
    return pathParent(value);
  }
  const base = body.slice(body.lastIndexOf('/') + 1);
  const dot = base.lastIndexOf('.');
  return name === 'name'
    ? constant('str', base, value.origin)
    : name === 'stem'
      ? constant('str', dot > 0 ? base.slice(0, dot) : base, value.origin)
      : null;
}
