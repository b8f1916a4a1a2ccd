/** What a handler may return instead of its plain result. */

const moved = new WeakMap<object, ArrayBufferLike[]>();

/** Marks buffers of a result as not needed by the worker any more, so that they are moved to the host. */
export function moving<T extends object>(result: T, buffers: ArrayBufferLike[]): T {
  moved.set(result, buffers);
  return result;
}

export function buffersToMove(result: unknown): ArrayBuffer[] {
  const buffers = typeof result === 'object' && result !== null ? (moved.get(result) ?? []) : [];
  return buffers.filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
}

/** A result that is made once what was read for it is proven; making it may have effects. */
export class Proven<T> {
  constructor(readonly finish: () => T) {}
}

/** For a handler that keeps something beyond the next commit: `finish` runs once, after the reading was proven. */
export function whenProven<T>(finish: () => T): Proven<T> {
  return new Proven(finish);
}

/** The result as the host gets it. */
export type Settled<T> = T extends Proven<infer Result> ? Result : T;

export function settled(result: unknown): unknown {
  return result instanceof Proven ? (result.finish() as unknown) : result;
}
