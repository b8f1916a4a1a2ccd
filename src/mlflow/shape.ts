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
