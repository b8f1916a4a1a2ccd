/**
 * Words of the memory that a host and its worker share: the host writes the number of a request that it no longer
 * wants; the worker counts what it does (pages read, lines parsed), by which the host sees that it is alive.
 */
export const CONTROL = { cancelledRequest: 0, progress: 1, length: 2 } as const;

/** The shared words, all zero: a new worker gets its own. */
export function newControl(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * CONTROL.length));
}
