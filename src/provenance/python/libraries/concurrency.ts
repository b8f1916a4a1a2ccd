import { callBack, callValue } from '../calls';
import { anyElement, elementsOf, listOf } from '../iteration';
import { argument, type Machine, type Site } from '../machine';
import { UNKNOWN, type CallArguments, type ObjectData, type Value } from '../values';
import type { LibraryFunction } from './index';
import { makeObject, objectOf } from './objects';

/** Objects that run the functions they are given: pools, executors, clients of clusters. */
const RUNNER = /(Pool|Executor|get_reusable_executor|distributed\.Client|ipyparallel\.\w+|DirectView)$/;
/** Calls of a mapped function that are followed one by one. */
const MOST_CALLS = 64;

/** Follows a call that happens later or elsewhere, if at all: what it changes may not be seen by what follows. */
function later(m: Machine, target: Value, args: CallArguments, site: Site | null): Value {
  return m.uncertain(() => callValue(m, target, args, site));
}

function plain(positional: Value[], named = new Map<string, Value>(), open = false): CallArguments {
  return { positional, named, open };
}

/** A call for each row of some columns, as `map(f, a, b)` makes them; their results. */
export function mapped(
  m: Machine,
  target: Value,
  columns: readonly Value[],
  call: (args: CallArguments) => Value,
): Value {
  const all = columns.map((column) => elementsOf(m, column));
  const length = Math.min(...all.map(({ items }) => items.length));
  if (all.length === 0 || target.data.kind === 'unknown') {
    return UNKNOWN;
  }
  if (all.every(({ exact }) => exact) && length <= MOST_CALLS) {
    const rows = Array.from({ length }, (_, row) => plain(all.map(({ items }) => items[row]!)));
    return listOf(m, rows.map(call), null);
  }
  const result = m.uncertain(() => call(plain(all.map(anyElement))));
  return listOf(m, [result], null, 'list', true);
}

/** A call for each tuple of arguments: `starmap`. */
function starmapped(m: Machine, target: Value, rows: Value, site: Site | null): Value {
  const elements = elementsOf(m, rows);
  const few = elements.exact && elements.items.length <= MOST_CALLS;
  const results = (few ? elements.items : [anyElement(elements)]).map((row) => {
    const cells = elementsOf(m, row);
    return later(m, target, plain(cells.exact ? cells.items : [], new Map(), !cells.exact), site);
  });
  return listOf(m, results, null, 'list', !few);
}

/** `args=(…)` and `kwargs={…}`, as threads, processes and pools take them. */
function packed(m: Machine, positional: Value | undefined, named: Value | undefined): CallArguments {
  const cells = positional ? elementsOf(m, positional) : { items: [], exact: true };
  const result = plain(cells.exact ? [...cells.items] : [], new Map(), !cells.exact);
  if (named?.data.kind === 'dict') {
    named.data.entries.forEach(({ value }, key) => result.named.set(key.slice(4), value));
    result.open ||= named.data.open;
  } else if (named && !(named.data.kind === 'constant' && named.data.constant.type === 'none')) {
    result.open = true;
  }
  return result;
}

/** A function whose first argument is called with the ones after it. */
const passedOn =
  (first: number): LibraryFunction =>
  (m, args, site) => {
    const target = args.positional[first];
    return target
      ? later(m, target, plain(args.positional.slice(first + 1), args.named, args.open), site)
      : undefined;
  };

/** `Thread(target=f, args=(…), kwargs={…})`: the target is third of `group, target, name, args, kwargs`, second here. */
const thread: LibraryFunction = (m, args, site, path) => {
  const target = argument(args, 1, 'target');
  if (target) {
    later(m, target, packed(m, argument(args, 3, 'args'), argument(args, 4, 'kwargs')), site);
  }
  return target && makeObject(m, path, args, site);
};

/** `Timer(seconds, f, args, kwargs)`. */
const timer: LibraryFunction = (m, args, site) => {
  const target = argument(args, 1, 'function');
  if (target) {
    later(m, target, packed(m, argument(args, 2, 'args'), argument(args, 3, 'kwargs')), site);
  }
  return target && UNKNOWN;
};

/** `spawn(f, args=(…), nprocs=n)` gives each process its rank first. */
const spawn: LibraryFunction = (m, args, site) => {
  const target = argument(args, 0, 'fn');
  if (target) {
    const given = packed(m, argument(args, 1, 'args'), undefined);
    later(m, target, { ...given, positional: [UNKNOWN, ...given.positional] }, site);
  }
  return target && UNKNOWN;
};

/** `notebook_launcher(f, args=(…))`. */
const launcher: LibraryFunction = (m, args, site) => {
  const target = argument(args, 0, 'function');
  if (target) {
    later(m, target, packed(m, argument(args, 1, 'args'), undefined), site);
  }
  return target && UNKNOWN;
};

export const CONCURRENCY_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  // What is delayed is called with what it is given; who calls it does not matter.
  [
    /^(joblib(\.parallel)?|dask(\.\w+)?|sklearn\.utils(\.\w+)*)\.delayed$|^ray\.remote$|^prefect(\.\w+)*\.(task|flow)$/,
    (_m, args) => args.positional[0],
  ],
  [/(^|\.)(Thread|Process)$/, thread],
  [/^threading\.Timer$/, timer],
  [/^torch\.multiprocessing(\.spawn)?\.(spawn|start_processes)$/, spawn],
  [/(^|\.)notebook_launcher$/, launcher],
  [/^(asyncio\.to_thread|anyio\.to_thread\.run_sync|contextvars\.\w+\(\)\.run)$/, passedOn(0)],
  [
    /^itertools\.starmap$/,
    (m, args, site) => starmapped(m, args.positional[0] ?? UNKNOWN, args.positional[1] ?? UNKNOWN, site),
  ],
];

/** Methods of what runs functions: each is a call of the function that it is given. */
export function runnerMethod(
  m: Machine,
  object: ObjectData,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value | null {
  if (name === 'run_in_executor' && args.positional[1]) {
    return later(m, args.positional[1], plain(args.positional.slice(2)), site);
  }
  const target = argument(args, 0, 'func') ?? args.named.get('fn');
  if (!RUNNER.test(object.path) || !target) {
    return null;
  }
  // Of multiprocessing only the first iterable is one: the next argument is the size of chunks.
  const isPool = /Pool$/.test(object.path) && !/PoolExecutor$/.test(object.path);
  switch (name) {
    case 'submit':
    case 'apply_sync':
      later(m, target, plain(args.positional.slice(1), args.named, args.open), site);
      return UNKNOWN;
    case 'apply':
    case 'apply_async':
      later(m, target, packed(m, argument(args, 1, 'args'), argument(args, 2, 'kwds')), site);
      return UNKNOWN;
    case 'starmap':
    case 'starmap_async':
      return starmapped(m, target, argument(args, 1, 'iterable') ?? UNKNOWN, site);
    case 'map':
    case 'imap':
    case 'imap_unordered':
    case 'map_async': {
      const iterable = argument(args, 1, 'iterable');
      const columns = isPool ? (iterable ? [iterable] : []) : args.positional.slice(1);
      if (columns.length === 0 || args.open) {
        return null;
      }
      return mapped(m, target, columns, (each) => later(m, target, each, site));
    }
    default:
      return null;
  }
}

/** Methods that libraries' decorators give a function: prefect's tasks, Celery's, Ray's; null for others. */
export function functionMethod(
  m: Machine,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value | null {
  switch (name) {
    case '__call__':
    case 'fn':
      return callValue(m, receiver, args, site);
    case 'submit':
    case 'remote':
    case 'delay':
    case 'si':
    case 's':
      later(m, receiver, args, site);
      return UNKNOWN;
    case 'apply_async':
      later(m, receiver, packed(m, argument(args, 0, 'args'), argument(args, 1, 'kwargs')), site);
      return UNKNOWN;
    case 'options':
    case 'with_options':
      return receiver;
    case 'map':
      return taskMap(m, receiver, args, site);
    default:
      callBack(m, plain([receiver, ...args.positional], args.named));
      return null;
  }
}

/** Prefect's `task.map(xs, y)`: what is no list is the same for each call, as is `unmapped(list)`. */
function taskMap(m: Machine, receiver: Value, args: CallArguments, site: Site | null): Value {
  const given: [string | null, Value][] = [
    ...args.positional.map((value): [null, Value] => [null, value]),
    ...args.named,
  ];
  const columns = given.map(([, value]) => {
    const unmapped = objectOf(value, /(^|\.)unmapped$/)?.args.positional[0];
    const elements = !unmapped && value.data.kind === 'list' ? elementsOf(m, value) : null;
    return { elements, whole: unmapped ?? (value.data.kind === 'constant' ? value : UNKNOWN) };
  });
  const lists = columns.flatMap(({ elements }) => elements ?? []);
  const isExact = lists.length > 0 && lists.every(({ exact, items }) => exact && items.length <= MOST_CALLS);
  const length = isExact ? Math.min(...lists.map(({ items }) => items.length)) : 1;
  for (let row = 0; row < length; row++) {
    const call = plain([], new Map(), args.open);
    columns.forEach(({ elements, whole }, at) => {
      const name = given[at]![0];
      const mapped = elements && (isExact ? elements.items[row]! : anyElement(elements));
      const cell = mapped ?? whole;
      if (name === null) {
        call.positional.push(cell);
      } else {
        call.named.set(name, cell);
      }
    });
    later(m, receiver, call, site);
  }
  return UNKNOWN;
}
