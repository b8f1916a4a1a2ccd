/**
 * Values that were kept between sessions, read by their shape: an older or newer version, another window or a hand
 * may have written them, and what does not fit is left out.
 */

/** An object's fields; none of what is no object. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The items of a list that fit; none of what is no list. */
export function listOf<T>(value: unknown, fits: (item: unknown) => item is T): T[] {
  return Array.isArray(value) ? value.filter(fits) : [];
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

/** The defaults, with each field of `value` that is of the default's type. */
export function withDefaults<T extends object>(defaults: T, value: unknown): T {
  const fields = fieldsOf(value);
  const fitting = Object.entries(defaults).filter(
    ([name, each]) => Object.hasOwn(fields, name) && typeof fields[name] === typeof each,
  );
  return { ...defaults, ...Object.fromEntries(fitting.map(([name]) => [name, fields[name]])) };
}

/** Reads a kept value: itself where it fits, else what there is without it. */
export type Reader<T> = (value: unknown, otherwise: T) => T;

/** One reader a field; what is kept of a field says nothing of the others. */
export type Readers<T> = { [Name in keyof T]-?: Reader<T[Name]> };

/** The defaults, with each field of `value` that its reader takes. */
export function readFields<T extends object>(defaults: T, readers: Readers<T>, value: unknown): T {
  const fields = fieldsOf(value);
  const read = Object.entries(readers) as [string, Reader<unknown>][];
  return Object.fromEntries(
    read.map(([name, reader]) => [
      name,
      reader(Object.hasOwn(fields, name) ? fields[name] : undefined, defaults[name as keyof T]),
    ]),
  ) as T;
}

/** A value that a check takes as it is. */
export function fitting<T>(fits: (value: unknown) => value is T): Reader<T> {
  return (value, otherwise) => (fits(value) ? value : otherwise);
}

/** The same, or null. */
export function fittingOrNull<T>(fits: (value: unknown) => value is T): Reader<T | null> {
  return (value, otherwise) => (value === null || fits(value) ? value : otherwise);
}

/** The items of a list that fit; the default for what is no list. */
export function listing<T>(fits: (item: unknown) => item is T): Reader<T[]> {
  return (value, otherwise) => (Array.isArray(value) ? value.filter(fits) : otherwise);
}

/** The texts of a list. */
export const texts = listing(isText);

export function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

/** A number that is finite. */
export function isAmount(value: unknown): value is number {
  return Number.isFinite(value);
}

/** Whole and not negative. */
export function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isOneOf<T extends string>(...words: readonly T[]): (value: unknown) => value is T {
  return (value): value is T => words.some((word) => word === value);
}

export function isPair<A, B>(
  first: (value: unknown) => value is A,
  second: (value: unknown) => value is B,
): (value: unknown) => value is [A, B] {
  return (value): value is [A, B] =>
    Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1]);
}
