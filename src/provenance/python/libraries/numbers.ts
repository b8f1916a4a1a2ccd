import { elementsOf, listOf } from '../iteration';
import { outsideOf } from '../operations';
import { pythonText } from '../text';
import { anyOf, constant, loosely, number, text, UNKNOWN, type CallArguments, type Value } from '../values';
import type { LibraryFunction } from './index';

const first = (args: CallArguments): Value => args.positional[0] ?? UNKNOWN;

/** A conversion keeps the line that wrote the value. */
export function convert(value: Value, to: 'int' | 'float' | 'str' | 'bool'): Value {
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
    return constant(
      'bool',
      data.constant.value !== 0 && Boolean(data.constant.value),
      value.origin,
      value.outside,
    );
  }
  if (raw === null || Number.isNaN(raw) || data.constant.value === '') {
    return UNKNOWN;
  }
  return constant(to, to === 'int' ? Math.trunc(raw) : raw, value.origin, value.outside);
}

/** `int(text)`, `int(text, base)`. */
const toInt: LibraryFunction = (_m, args) => {
  const base = args.positional[1] ?? args.named.get('base');
  if (!base) {
    return convert(first(args), 'int');
  }
  const radix = number(base);
  const digits = text(first(args))?.trim().toLowerCase();
  if (digits === undefined || radix === null || radix < 2 || radix > 36 || !/^[0-9a-z]+$/.test(digits)) {
    return UNKNOWN;
  }
  const value = parseInt(digits, radix);
  return value.toString(radix) === (digits.replace(/^0+/, '') || '0')
    ? constant('int', value, first(args).origin, first(args).outside)
    : UNKNOWN;
};

/** A function of numbers that are all known: its line computes the value. */
function computed(
  compute: (...numbers: number[]) => number | null,
  takes: 'numbers' | 'a list' = 'numbers',
): LibraryFunction {
  return (m, args, site) => {
    const values =
      takes === 'a list' && args.positional.length === 1
        ? elementsOf(m, args.positional[0]!)
        : { items: args.positional, exact: !args.open };
    const numbers = values.items.map(number);
    // Named arguments (`key=`, `ndigits=`, `default=`) ask for something else.
    if (!values.exact || numbers.length === 0 || numbers.includes(null) || !site || args.named.size > 0) {
      return UNKNOWN;
    }
    const result = compute(...(numbers as number[]));
    const whole = values.items.every(
      (item) => item.data.kind === 'constant' && item.data.constant.type === 'int',
    );
    return result === null
      ? UNKNOWN
      : loosely(
          constant(
            whole && Number.isInteger(result) ? 'int' : 'float',
            result,
            m.origin(site),
            outsideOf(...values.items),
          ),
          'number',
        );
  };
}

/** Python rounds halves to the even neighbour, and the value that a double has, not the one it is written as. */
function rounded(value: number, digits = 0): number | null {
  if (digits < 0 || digits > 20 || Math.abs(value) >= 1e21) {
    return null;
  }
  const exact = value.toFixed(Math.min(100, digits + 60));
  const tail = exact.slice(exact.indexOf('.') + 1 + digits);
  const nearest = value.toFixed(digits);
  if (!/^50*$/.test(tail)) {
    return Number(nearest);
  }
  const isOdd = /[13579]$/.test(nearest);
  const step = 10 ** -digits * Math.sign(value);
  return isOdd ? Number((Number(nearest) - step).toFixed(digits)) : Number(nearest);
}

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

export const NUMBER_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [/^(builtins\.float|numpy\.float(16|32|64|_)?)$/, (_m, args) => convert(first(args), 'float')],
  [/^(builtins\.int|numpy\.u?int(8|16|32|64)?)$/, toInt],
  [/^builtins\.str$/, (_m, args) => (args.positional.length > 1 ? UNKNOWN : convert(first(args), 'str'))],
  [/^builtins\.bool$/, (_m, args) => convert(first(args), 'bool')],
  [/^builtins\.range$/, range],
  [/^builtins\.min$/, computed((...n) => Math.min(...n), 'a list')],
  [/^builtins\.max$/, computed((...n) => Math.max(...n), 'a list')],
  [/^builtins\.sum$/, computed((...n) => n.reduce((a, b) => a + b, 0), 'a list')],
  [/^builtins\.abs$/, computed((n) => (n === undefined ? null : Math.abs(n)))],
  [
    /^(builtins\.pow|math\.pow|numpy\.power)$/,
    computed((a, b, modulus) =>
      a === undefined || b === undefined || modulus !== undefined ? null : a ** b,
    ),
  ],
  [/^(math|numpy)\.sqrt$/, computed((n) => (n === undefined ? null : Math.sqrt(n)))],
  [/^(math|numpy)\.exp$/, computed((n) => (n === undefined ? null : Math.exp(n)))],
  [
    /^(math\.log|numpy\.log)$/,
    computed((n, base) =>
      n === undefined ? null : base === undefined ? Math.log(n) : Math.log(n) / Math.log(base),
    ),
  ],
  [/^builtins\.round$/, computed((n, digits) => (n === undefined ? null : rounded(n, digits)))],
  [/^numpy\.(linspace|arange)$/, grid(1, 1)],
  [/^numpy\.logspace$/, grid(10, 10)],
  [/^numpy\.geomspace$/, grid(1, 1)],
];
