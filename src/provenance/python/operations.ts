import type { Constant } from './ast';
import type { Machine } from './machine';
import { pythonText } from './text';
import {
  anyOf,
  constant,
  isOpenForWords,
  keyOf,
  LONGEST_TEXT,
  loosely,
  number,
  optionsOf,
  truth,
  UNKNOWN,
  type Origin,
  type Outside,
  type Value,
} from './values';

/** The most combinations of alternatives that an operator is applied to. */
const MOST_COMBINATIONS = 32;

/** `left operator right`: the line that holds the arithmetic is the one that sets the value. */
export function binary(m: Machine, operator: string, left: Value, right: Value, origin: Origin): Value {
  const lefts = optionsOf(left);
  const rights = optionsOf(right);
  if (lefts.length * rights.length > MOST_COMBINATIONS) {
    return UNKNOWN;
  }
  return anyOf(lefts.flatMap((a) => rights.map((b) => binaryOne(m, operator, a, b, origin))));
}

function binaryOne(m: Machine, operator: string, left: Value, right: Value, origin: Origin): Value {
  const outside = outsideOf(left, right);
  const a = left.data;
  const b = right.data;
  if (operator === '|' && a.kind === 'dict' && b.kind === 'dict') {
    return {
      data: {
        kind: 'dict',
        entries: new Map([...a.entries, ...b.entries]),
        open: a.open || b.open,
        changed: a.changed || b.changed,
        region: m.region,
      },
      origin,
    };
  }
  if (operator === '+' && a.kind === 'list' && b.kind === 'list') {
    const words = (!a.open || isOpenForWords(left)) && (!b.open || isOpenForWords(right));
    return {
      data: {
        kind: 'list',
        type: a.type,
        items: [...a.items, ...b.items],
        open: a.open || b.open,
        changed: a.changed || b.changed,
        words,
        region: m.region,
      },
      origin,
    };
  }
  if (operator === '*' && a.kind === 'list' && b.kind === 'constant' && !a.open) {
    const times = number(right);
    if (times !== null && times >= 0 && times * a.items.length <= 64) {
      const items = Array.from({ length: times }, () => a.items).flat();
      return { data: { ...a, items, region: m.region }, origin };
    }
    return UNKNOWN;
  }
  if (a.kind === 'range' || b.kind === 'range') {
    return rangeArithmetic(operator, left, right, origin);
  }
  if (a.kind !== 'constant' || b.kind !== 'constant') {
    return operator === '/' ? joinPath(left, right, origin) : UNKNOWN;
  }
  const result = arithmetic(operator, a.constant, b.constant);
  const isPath = a.constant.loose === 'path' || b.constant.loose === 'path';
  return result
    ? loosen(constant(result.type, result.value, origin, outside), isPath ? 'path' : result.loose)
    : UNKNOWN;
}

function loosen(value: Value, loose: Constant['loose']): Value {
  return loose ? loosely(value, loose) : value;
}

/** A computed value is as changeable from outside as what it was computed from. */
export function outsideOf(...values: Value[]): Outside | undefined {
  return (
    values.find((value) => value.outside?.kind === 'given')?.outside ??
    values.find((value) => value.outside)?.outside
  );
}

/** A text that is made of what was given from outside: unknown, but it is known what was given. */
export function madeOf(values: readonly Value[]): Value {
  for (const { data, outside } of values.flatMap(optionsOf)) {
    const from = data.kind !== 'unknown' ? undefined : outside?.kind === 'given' ? outside.why : data.from;
    if (from !== undefined) {
      return { data: { kind: 'unknown', from }, origin: null };
    }
  }
  return UNKNOWN;
}

function joinPath(left: Value, right: Value, origin: Origin): Value {
  const a = pathText(left);
  const b = pathText(right);
  return a === null || b === null
    ? madeOf([left, right])
    : constant('str', b.startsWith('/') ? b : `${a.replace(/\/$/, '')}/${b}`, origin, outsideOf(left, right));
}

export function pathText(value: Value): string | null {
  return value.data.kind === 'constant' && value.data.constant.type === 'str'
    ? String(value.data.constant.value)
    : null;
}

function arithmetic(operator: string, a: Constant, b: Constant): Constant | null {
  if (a.type === 'str' || b.type === 'str') {
    const length = String(a.value).length;
    if (operator === '+' && a.type === 'str' && b.type === 'str') {
      return length + String(b.value).length > LONGEST_TEXT
        ? null
        : { type: 'str', value: String(a.value) + String(b.value) };
    }
    if (operator === '*' && a.type === 'str' && b.type === 'int') {
      const times = Math.max(0, Number(b.value));
      return length * times > LONGEST_TEXT ? null : { type: 'str', value: String(a.value).repeat(times) };
    }
    if (operator === '/' && a.type === 'str' && b.type === 'str') {
      // Paths are kept as their text; an absolute one replaces what stands before it.
      const right = String(b.value);
      return {
        type: 'str',
        value: right.startsWith('/') ? right : `${String(a.value).replace(/\/$/, '')}/${right}`,
      };
    }
    return null;
  }
  if (!isNumeric(a) || !isNumeric(b)) {
    return null;
  }
  const x = Number(a.value);
  const y = Number(b.value);
  const whole = a.type !== 'float' && b.type !== 'float';
  const result = compute(operator, x, y);
  if (
    result === null ||
    (whole && operator !== '/' && !Number.isSafeInteger(result) && Number.isInteger(result))
  ) {
    return null;
  }
  const float = operator === '/' || !whole || (operator === '**' && y < 0);
  const isLoose = float && (operator === '**' || a.loose === 'number' || b.loose === 'number');
  return { type: float ? 'float' : 'int', value: result, ...(isLoose ? { loose: 'number' } : {}) };
}

function isNumeric(value: Constant): boolean {
  return value.type === 'int' || value.type === 'float' || value.type === 'bool';
}

function compute(operator: string, x: number, y: number): number | null {
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return y === 0 ? null : x / y;
    case '//':
      return y === 0 ? null : Math.floor(x / y);
    case '%':
      return y === 0 ? null : x % y !== 0 && x % y < 0 !== y < 0 ? (x % y) + y : x % y;
    case '**':
      return x ** y;
    case '<<':
      return x * 2 ** y;
    case '>>':
      return Math.floor(x / 2 ** y);
    case '&':
      return Number.isInteger(x) && Number.isInteger(y) ? Number(BigInt(x) & BigInt(y)) : null;
    case '|':
      return Number.isInteger(x) && Number.isInteger(y) ? Number(BigInt(x) | BigInt(y)) : null;
    default:
      return null;
  }
}

/** A sampled value shifted, scaled or raised: still any value of a range. */
function rangeArithmetic(operator: string, left: Value, right: Value, origin: Origin): Value {
  const ends = (value: Value): [number, number] | null => {
    const single = number(value);
    return value.data.kind === 'range'
      ? [value.data.low, value.data.high]
      : single === null
        ? null
        : [single, single];
  };
  const a = ends(left);
  const b = ends(right);
  if (!a || !b || !['+', '-', '*', '/', '**'].includes(operator)) {
    return UNKNOWN;
  }
  const results = a.flatMap((x) => b.map((y) => compute(operator, x, y)));
  if (results.some((result) => result === null || Number.isNaN(result))) {
    return UNKNOWN;
  }
  const whole =
    operator !== '/' &&
    [left, right].every((value) =>
      value.data.kind === 'range' ? value.data.whole : Number.isInteger(number(value)),
    ) &&
    (operator !== '**' || b[0] >= 0);
  const numbers = results as number[];
  return {
    data: { kind: 'range', low: Math.min(...numbers), high: Math.max(...numbers), whole },
    origin,
  };
}

export function unary(operator: string, operand: Value, origin: Origin): Value {
  const { data } = operand;
  if (data.kind === 'any') {
    return anyOf(data.options.map((option) => unary(operator, option, origin)));
  }
  if (operator === 'not') {
    const known = truth(operand);
    return known === null ? UNKNOWN : constant('bool', !known, origin, operand.outside);
  }
  if (data.kind === 'range' && operator === '-') {
    return { data: { ...data, low: -data.high, high: -data.low }, origin: operand.origin };
  }
  const value = number(operand);
  if (data.kind !== 'constant' || value === null) {
    return UNKNOWN;
  }
  const type = data.constant.type === 'float' ? 'float' : 'int';
  // A minus is part of the literal: the line stays that of the number.
  return operator === '-'
    ? constant(type, -value, operand.origin ?? origin, operand.outside)
    : operator === '+'
      ? constant(type, value, operand.origin ?? origin, operand.outside)
      : UNKNOWN;
}

export function compare(operator: string, left: Value, right: Value, origin: Origin): Value {
  const outside = outsideOf(left, right);
  if (operator === 'in' || operator === 'not in') {
    const found = contains(left, right);
    return found === null ? UNKNOWN : constant('bool', found === (operator === 'in'), origin, outside);
  }
  const types = [left, right].map(({ data }) =>
    data.kind === 'library' ? TYPE.exec(data.path)?.[1] : undefined,
  );
  if (types[0] && types[1] && /^([=!]=|is|is not)$/.test(operator)) {
    return constant('bool', (types[0] === types[1]) === /^(==|is)$/.test(operator), origin);
  }
  if (operator.startsWith('is')) {
    const isNone = (value: Value) => value.data.kind === 'constant' && value.data.constant.type === 'none';
    if (
      !isNone(right) ||
      !['constant', 'list', 'dict', 'function', 'class', 'instance'].includes(left.data.kind)
    ) {
      return UNKNOWN;
    }
    return constant('bool', isNone(left) === (operator === 'is'), origin, outside);
  }
  const x = number(left);
  const y = number(right);
  if (x !== null && y !== null) {
    const result = { '==': x === y, '!=': x !== y, '<': x < y, '>': x > y, '<=': x <= y, '>=': x >= y }[
      operator
    ];
    return result === undefined ? UNKNOWN : constant('bool', result, origin, outside);
  }
  if (left.data.kind === 'constant' && right.data.kind === 'constant' && /^[!=]=$/.test(operator)) {
    return constant('bool', (keyOf(left) === keyOf(right)) === (operator === '=='), origin, outside);
  }
  return UNKNOWN;
}

/** Types that `type()` tells. */
const TYPE =
  /^(?:builtins|omegaconf(?:\.\w+)*)\.(str|int|float|bool|bytes|list|tuple|set|dict|DictConfig|ListConfig)$/;

function contains(item: Value, container: Value): boolean | null {
  const key = keyOf(item);
  const { data } = container;
  if (key === null) {
    return null;
  }
  if (data.kind === 'dict') {
    return data.entries.has(key) ? true : data.open ? null : false;
  }
  if (data.kind === 'list') {
    const keys = data.items.map(keyOf);
    return keys.includes(key) ? true : data.open || keys.includes(null) ? null : false;
  }
  if (data.kind === 'constant' && data.constant.type === 'str' && item.data.kind === 'constant') {
    return String(data.constant.value).includes(String(item.data.constant.value));
  }
  return null;
}

/** The text of an f-string; null parts make it unknown. */
export function formatted(
  parts: readonly (string | { value: Value; plain: boolean })[],
  origin: Origin,
): Value {
  let combinations: string[] = [''];
  let outside: Outside | undefined;
  for (const part of parts) {
    if (typeof part === 'string') {
      combinations = combinations.map((text) => text + part);
      continue;
    }
    if (!part.plain) {
      return UNKNOWN;
    }
    outside ??= part.value.outside;
    const texts = optionsOf(part.value).map((option) => pythonText(option));
    if (texts.includes(null)) {
      return madeOf(parts.flatMap((each) => (typeof each === 'string' ? [] : [each.value])));
    }
    if (combinations.length * texts.length > MOST_COMBINATIONS) {
      return UNKNOWN;
    }
    combinations = combinations.flatMap((text) => texts.map((piece) => text + String(piece)));
    if (combinations.some((text) => text.length > LONGEST_TEXT)) {
      return UNKNOWN;
    }
  }
  const made = anyOf(combinations.map((text) => constant('str', text, origin, outside)));
  const last = parts.at(-1);
  if (combinations.length === 1 && last !== undefined && typeof last !== 'string') {
    tails.set(made, last.value);
  }
  return made;
}

const tails = new WeakMap<Value, Value>();

/** The value that an f-string ends with, `f"key={value}"`; undefined where there is no single one. */
export function tailOf(text: Value): Value | undefined {
  const tail = tails.get(text);
  return tail?.data.kind === 'constant' ? tail : undefined;
}
