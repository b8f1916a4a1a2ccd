import { dictOf } from '../iteration';
import { callBack, callValue } from '../calls';
import { attributeOf, force } from '../expressions';
import { runModule } from '../imports';
import { type Machine } from '../machine';
import { attributesAsDict, doubtAttributes, doubtNames, namesAsDict, setAttribute } from '../assignment';
import {
  anyOf,
  constant,
  optionsOf,
  text,
  UNKNOWN,
  type CallArguments,
  type DictData,
  type Value,
} from '../values';
import { mapped } from './concurrency';
import { COLLECTION_FUNCTIONS } from './collections';
import type { LibraryFunction } from './index';
import { NUMBER_FUNCTIONS } from './numbers';
import { isInstance } from './instances';
import { makeObject } from './objects';
import { chosenEntry } from './fileChoice';
import { PATH_FUNCTIONS } from './paths';
import { superObject } from './super';
import { typeOf } from './torch';

const first = (args: CallArguments): Value => args.positional[0] ?? UNKNOWN;

const openFile: LibraryFunction = (m, args, site) => makeObject(m, 'builtins.open', args, site);

export const BUILTINS: readonly (readonly [RegExp, LibraryFunction])[] = [
  ...NUMBER_FUNCTIONS,
  ...COLLECTION_FUNCTIONS,
  ...PATH_FUNCTIONS,
  [/^copy\.copy$/, (m, args) => copyOf(m, first(args), 'shallow')],
  [/^copy\.deepcopy$/, (m, args) => copyOf(m, first(args), 'deep')],
  [
    /^(types\.MappingProxyType|asyncio\.run|builtins\.(iter|next_)|tqdm(\.\w+)*\.(tqdm|trange)|rich\.progress\.track)$/,
    (_m, args) => first(args),
  ],
  [/^(builtins\.open|io\.open|gzip\.open)$/, openFile],
  [
    /^builtins\.vars$/,
    (m, args, site) =>
      args.positional.length ? asDict(m, first(args)) : site ? namesAsDict(m, site.scope) : UNKNOWN,
  ],
  [
    /^builtins\.getattr$/,
    (m, args) => {
      const chosen = args.positional[1] && chosenEntry(m, definedBy(m, first(args)), args.positional[1]);
      if (chosen) {
        return force(m, chosen);
      }
      const name = args.positional[1] ? text(args.positional[1]) : null;
      const found = name === null ? UNKNOWN : attributeOf(m, first(args), name);
      return found.data.kind === 'unknown' && args.positional[2] ? anyOf([found, args.positional[2]]) : found;
    },
  ],
  [
    /^builtins\.setattr$/,
    (m, args) => {
      const name = args.positional[1] ? text(args.positional[1]) : null;
      if (name === null) {
        doubtAttributes(m, first(args));
      } else {
        setAttribute(m, first(args), name, args.positional[2] ?? UNKNOWN);
      }
      return constant('none', null, null);
    },
  ],
  [
    /^builtins\.map$/,
    (m, args, site) =>
      mapped(m, first(args), args.positional.slice(1), (each) => callValue(m, first(args), each, site)),
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
  [/^builtins\.globals$/, (m, _args, site) => (site ? namesAsDict(m, site.scope.module.scope) : UNKNOWN)],
  [/^builtins\.locals$/, (m, _args, site) => (site ? namesAsDict(m, site.scope) : UNKNOWN)],
  [
    // Code from a text or a file may set any name.
    /^builtins\.(exec|execfile)$/,
    (_m, _args, site) => {
      for (let scope = site?.scope ?? null; scope; scope = scope.parent) {
        doubtNames(scope.names);
      }
      return constant('none', null, null);
    },
  ],
  [
    /^builtins\.type$/,
    (_m, args) => (args.positional.length === 1 ? anyOf(optionsOf(first(args)).map(typeOf)) : UNKNOWN),
  ],
  [/^builtins\.isinstance$/, (_m, args) => isInstance(first(args), args.positional[1] ?? UNKNOWN)],
  [/^builtins\.super$/, (m, args, site) => superObject(m, args, site)],
  [
    /^builtins\.(print|hasattr|id|repr|callable|input|any|all)$/,
    (m, args) => {
      callBack(m, args);
      return UNKNOWN;
    },
  ],
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

/** What `getattr` may give of a module or a class: each value that it defines, by name. */
function definedBy(m: Machine, { data }: Value): DictData {
  if (data.kind === 'module') {
    runModule(m, data.module);
  }
  const names =
    data.kind === 'module' ? data.module.scope.names : data.kind === 'class' ? data.attributes : [];
  const own = [...names].filter(
    ([name, { data: each }]) => !name.startsWith('_') && each.kind !== 'library' && each.kind !== 'module',
  );
  return dictOf(m, own, null).data as DictData;
}

type Depth = 'shallow' | 'deep';

function copyOf(m: Machine, value: Value, depth: Depth): Value {
  m.step();
  const inner = (each: Value): Value => (depth === 'deep' ? copyOf(m, each, depth) : each);
  const { data } = value;
  switch (data.kind) {
    case 'dict':
      return {
        ...value,
        data: {
          ...data,
          entries: new Map(
            [...data.entries].map(([key, entry]) => [key, { key: entry.key, value: inner(entry.value) }]),
          ),
          region: m.region,
        },
      };
    case 'list':
      return {
        ...value,
        data: { ...data, items: data.items.map(inner), region: m.region },
      };
    case 'instance':
    case 'object':
      return {
        ...value,
        data: {
          ...data,
          attributes: new Map([...data.attributes].map(([name, each]) => [name, inner(each)])),
          region: m.region,
        },
      };
    default:
      return value;
  }
}
