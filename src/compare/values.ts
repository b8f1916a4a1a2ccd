import { literalText, parseStructure, type Literal } from './literals';

/**
 * The number that a text says, or null: `1e-3` is 0.001. Whole numbers that a double cannot hold are none, so
 * that two of them are compared digit by digit.
 */
export function numberOf(text: string): number | null {
  const plain = text.trim();
  if (/^[+-]?(inf|infinity)$/i.test(plain)) {
    return plain.startsWith('-') ? -Infinity : Infinity;
  }
  if (/^nan$/i.test(plain)) {
    return NaN;
  }
  if (!/^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(plain)) {
    return null;
  }
  const value = Number(plain);
  return /^[+-]?\d+$/.test(plain) && !Number.isSafeInteger(value) ? null : value;
}

/** Whether two values say the same: numbers by value, structures by content, all else by their letters. */
export function sameValue(a: string | null, b: string | null): boolean {
  return sameAs(a)(b);
}

/** The same question of many values: what the first one says is read once. */
export function sameAs(a: string | null): (b: string | null) => boolean {
  let read = false;
  let number: number | null = null;
  let structure: string | null = null;
  return (b) => {
    if (a === b || a === null || b === null) {
      return a === b;
    }
    if (!read) {
      read = true;
      number = numberOf(a);
      structure = number === null ? structureText(a) : null;
    }
    if (number !== null) {
      const other = numberOf(b);
      return other !== null && sameNumber(number, other);
    }
    return structure !== null && structure === structureText(b);
  };
}

function structureText(text: string): string | null {
  const parsed = parseStructure(text);
  return parsed && literalText(parsed);
}

export function sameNumber(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/** Rows that one structure is laid out in; a larger one stays a text, and so does what stands at a longer path. */
const MOST_LEAVES = 1000;
const LONGEST_PATH = 1000;

/** Nested values by the path to each; a leaf's path is its key, joined by dots. Null where they are too many. */
export function flatten(value: Literal, prefix: string): [string, string][] | null {
  const leaves: [string, string][] = [];
  const add = (item: Literal, path: string): void => {
    if (item instanceof Map && item.size > 0 && path.length <= LONGEST_PATH && leaves.length <= MOST_LEAVES) {
      item.forEach((inner, key) => add(inner, `${path}.${key}`));
    } else if (leaves.length <= MOST_LEAVES) {
      leaves.push([path, typeof item === 'string' ? item : literalText(item)]);
    }
  };
  add(value, prefix);
  return leaves.length > MOST_LEAVES ? null : leaves;
}

/** The longest number of digits that a double can need. */
const MOST_DIGITS = 17;

/**
 * Numbers with as few significant digits, at least four, as tell all those apart that differ.
 */
export function distinctDigits(values: readonly number[], least = 4): number {
  const finite = [...new Set(values.filter((value) => Number.isFinite(value)))];
  for (let digits = least; digits < MOST_DIGITS; digits++) {
    if (new Set(finite.map((value) => value.toPrecision(digits))).size === finite.length) {
      return digits;
    }
  }
  return MOST_DIGITS;
}
