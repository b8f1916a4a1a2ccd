import { storeIdentity } from '../stores/uri';

/**
 * What a command was called with: an object of a script or a keybinding, or an item of a tree (which carries
 * the same fields) with the selected ones as second argument.
 */
export function fieldsOf(args: unknown): Record<string, unknown> {
  return typeof args === 'object' && args !== null ? (args as Record<string, unknown>) : {};
}

/** The identity of the store that was named: scripts write URIs with a user and password, or a slash too many. */
export function namedStore(args: unknown): string | undefined {
  const text = textOf(args, 'store');
  return text === undefined ? undefined : storeIdentity(text, '/');
}

export function textOf(args: unknown, field: string): string | undefined {
  const value = fieldsOf(args)[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function booleanOf(args: unknown, field: string): boolean | undefined {
  const value = fieldsOf(args)[field];
  return typeof value === 'boolean' ? value : undefined;
}
