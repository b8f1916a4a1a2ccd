/**
 * How a message travels between the extension host and a page. VS Code carries JSON, in which NaN, the infinities, -0
 * and an undefined in a list are lost, and hands each typed array beside it over as an argument of its own; it
 * counts arguments in one byte, so that of more than 253 arrays some are lost without a word. So a message is
 * made of a skeleton that JSON does not change, and of one buffer that holds all typed arrays.
 *
 * In the skeleton `{ $number: 'NaN' }` stands for a number that JSON has not, `{ $array: [kind, at, length] }` for a
 * typed array, `{ $undefined: true }` for an undefined in a list, and `{ $entries: [[key, value]…] }` for an object
 * with a key that begins with "$", as these do and as VS Code's own marks do. Anything else stands for itself: a
 * message without such parts is not copied.
 */

/** A message on its way. */
export interface Encoded {
  data: unknown;
  /** The typed arrays, each from a multiple of 8 on; a buffer of its own. Missing where there are none. */
  bytes?: Uint8Array;
}

const ARRAYS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
};
type ArrayKind = keyof typeof ARRAYS;

const NUMBERS = new Map<unknown, number>([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

/** Typed arrays start at multiples of this, so that the widest can be read where they lie. */
const ALIGNMENT = 8;

/**
 * Properties that are undefined are dropped, as JSON does. Throws a TypeError for what is neither JSON's, a typed array
 * nor undefined: a Map, a class instance, a function, a bigint…
 */
export function encode(message: unknown): Encoded {
  const packer = new Packer();
  const data = packer.skeleton(message);
  const bytes = packer.bytes();
  return bytes ? { data, bytes } : { data };
}

/**
 * The message again. Its typed arrays are views of one buffer, without a copy: who keeps one for long and not the
 * others copies it. Throws a TypeError for what `encode` does not make.
 */
export function decode(encoded: unknown): unknown {
  if (typeof encoded !== 'object' || encoded === null) {
    throw malformed();
  }
  const { data, bytes = new Uint8Array() } = encoded as Partial<Encoded>;
  if (!(bytes instanceof Uint8Array)) {
    throw malformed();
  }
  return revive(data, bytes.byteOffset % ALIGNMENT === 0 ? bytes : bytes.slice());
}

class Packer {
  private readonly arrays: { array: ArrayBufferView; at: number }[] = [];
  private size = 0;

  /** `value` itself where there is nothing in it that JSON would change. */
  skeleton(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
      case 'undefined':
        return value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : { $number: Object.is(value, -0) ? '-0' : String(value) };
      case 'object':
        return value === null ? null : this.skeletonOfObject(value);
      default:
        throw new TypeError(`A message cannot hold a ${typeof value}.`);
    }
  }

  /** All typed arrays in one buffer; undefined where there were none, or only empty ones. */
  bytes(): Uint8Array | undefined {
    if (this.size === 0) {
      return undefined;
    }
    const bytes = new Uint8Array(this.size);
    for (const { array, at } of this.arrays) {
      bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    }
    return bytes;
  }

  private skeletonOfObject(value: object): unknown {
    if (Array.isArray(value)) {
      return this.skeletonOfList(value);
    }
    if (ArrayBuffer.isView(value)) {
      return this.place(value);
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new TypeError(`A message cannot hold a ${nameOfClass(prototype)}.`);
    }
    return this.skeletonOfRecord(value as Record<string, unknown>);
  }

  private skeletonOfList(list: readonly unknown[]): unknown[] {
    let copy: unknown[] | undefined;
    for (let i = 0; i < list.length; i++) {
      const part = list[i] === undefined ? { $undefined: true } : this.skeleton(list[i]);
      if (part !== list[i]) {
        copy ??= list.slice();
        copy[i] = part;
      }
    }
    return copy ?? (list as unknown[]);
  }

  private skeletonOfRecord(record: Record<string, unknown>): unknown {
    const keys = Object.keys(record);
    if (keys.some((key) => key.startsWith('$'))) {
      const entries = Object.entries(record).filter(([, part]) => part !== undefined);
      return { $entries: entries.map(([key, part]) => [key, this.skeleton(part)]) };
    }
    let copy: Record<string, unknown> | undefined;
    for (const key of keys) {
      const part = this.skeleton(record[key]);
      if (part !== record[key]) {
        // A spread keeps an own "__proto__" what it is, a key of the user's.
        copy ??= { ...record };
        copy[key] = part;
      }
    }
    return copy ?? record;
  }

  private place(array: ArrayBufferView): unknown {
    const kind = kindOf(array);
    const at = this.size;
    this.arrays.push({ array, at });
    this.size += Math.ceil(array.byteLength / ALIGNMENT) * ALIGNMENT;
    return { $array: [kind, at, array.byteLength / ARRAYS[kind].BYTES_PER_ELEMENT] };
  }
}

function nameOfClass(prototype: unknown): string {
  return (prototype as { constructor?: { name?: string } }).constructor?.name ?? 'class instance';
}

/** Node's Buffer is a Uint8Array too. */
function kindOf(array: ArrayBufferView): ArrayKind {
  const kind = (array as Partial<Uint8Array>)[Symbol.toStringTag];
  if (!isKind(kind)) {
    throw new TypeError(`A message cannot hold a ${String(kind)}.`);
  }
  return kind;
}

function isKind(kind: unknown): kind is ArrayKind {
  return typeof kind === 'string' && Object.hasOwn(ARRAYS, kind);
}

/** In place: what has marks in it was made by `encode` or by VS Code, and is nobody else's. */
function revive(value: unknown, bytes: Uint8Array): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const parts = value as Record<string, unknown>;
  for (const key of Object.keys(value)) {
    if (key.startsWith('$') && !Array.isArray(value)) {
      return marked(value, bytes);
    }
    const part = parts[key];
    const revived = revive(part, bytes);
    if (!Object.is(revived, part)) {
      parts[key] = revived;
    }
  }
  return value;
}

function marked(mark: object, bytes: Uint8Array): unknown {
  const [[name, value] = [], another] = Object.entries(mark) as [string, unknown][];
  if (another === undefined) {
    if (name === '$number' && NUMBERS.has(value)) {
      return NUMBERS.get(value);
    }
    if (name === '$array' && Array.isArray(value)) {
      return arrayAt(bytes, value);
    }
    if (name === '$entries' && Array.isArray(value)) {
      return Object.fromEntries(value.map((entry) => revivedEntry(entry, bytes)));
    }
    if (name === '$undefined') {
      return undefined;
    }
  }
  throw malformed();
}

function revivedEntry(entry: unknown, bytes: Uint8Array): [string, unknown] {
  if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') {
    throw malformed();
  }
  return [entry[0], revive(entry[1], bytes)];
}

function arrayAt(bytes: Uint8Array, place: readonly unknown[]): ArrayBufferView {
  const [kind, at, length] = place;
  if (!isKind(kind) || !isCount(at) || !isCount(length)) {
    throw malformed();
  }
  const array = ARRAYS[kind];
  if (at % ALIGNMENT !== 0 || (length > 0 && at + length * array.BYTES_PER_ELEMENT > bytes.byteLength)) {
    throw malformed();
  }
  return length === 0 ? new array() : new array(bytes.buffer as ArrayBuffer, bytes.byteOffset + at, length);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function malformed(): TypeError {
  return new TypeError('This is not a message as its other side makes them.');
}
