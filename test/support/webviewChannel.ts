/**
 * What VS Code does with a message to or from a webview: JSON, with each typed array beside it as a buffer of its
 * own. Real VS Code loses what does not fit without a word; this throws. Both functions run in the page too, by
 * their source, so they use nothing of this file.
 */

/** A message between the two processes. */
export interface Carried {
  json: string;
  buffers: Uint8Array[];
}

/**
 * Throws for a message that does not come out as it went in: numbers that JSON has not, undefined in a list, objects
 * that are neither plain nor lists; a typed array that is part of a larger buffer, which VS Code would send whole; and more
 * than one typed array: 254 are one too many for VS Code, and who sends two may send any number.
 */
export function carry(message: unknown): Carried {
  const MAX_BYTES = 64 * 1024 * 1024;
  const buffers: Uint8Array[] = [];
  const refuse = (what: string): never => {
    throw new Error(`VS Code would lose or change ${what} in a message.`);
  };
  const check = (value: unknown, inList: boolean): void => {
    if (typeof value === 'number') {
      if (!Number.isFinite(value) || Object.is(value, -0)) {
        refuse(`the number ${Object.is(value, -0) ? '-0' : value}`);
      }
    } else if (value === undefined) {
      if (inList) {
        refuse('undefined in a list');
      }
    } else if (typeof value !== 'object' && typeof value !== 'string' && typeof value !== 'boolean') {
      refuse(`a ${typeof value}`);
    } else if (ArrayBuffer.isView(value)) {
      if (value.byteLength !== value.buffer.byteLength) {
        refuse('a part of a larger buffer');
      }
    } else if (Array.isArray(value)) {
      // Not by forEach, which leaves holes out.
      for (const part of value as unknown[]) {
        check(part, true);
      }
    } else if (typeof value === 'object' && value !== null) {
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) {
        refuse(`a ${value.constructor.name}`);
      }
      if ('$$vscode_array_buffer_reference$$' in value) {
        refuse('what looks like one of its own marks');
      }
      Object.values(value).forEach((part) => check(part, false));
    }
  };
  check(message, false);
  const json = JSON.stringify(message, (_key, value: unknown) => {
    if (!ArrayBuffer.isView(value)) {
      return value;
    }
    buffers.push(new Uint8Array(value.buffer));
    return {
      $$vscode_array_buffer_reference$$: true,
      index: buffers.length - 1,
      view: value.constructor.name,
    };
  });
  if (buffers.length > 1) {
    refuse(`some of ${buffers.length} typed arrays`);
  }
  if (json.length + (buffers[0]?.byteLength ?? 0) > MAX_BYTES) {
    refuse(`so much, more than ${MAX_BYTES} bytes,`);
  }
  return { json, buffers };
}

/** The message on the other side; its buffers are new ones there. */
export function arrive({ json, buffers }: Carried): unknown {
  return JSON.parse(json, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('$$vscode_array_buffer_reference$$' in value)) {
      return value;
    }
    const { index, view } = value as unknown as { index: number; view: 'Uint8Array' };
    return new globalThis[view](buffers[index]!.slice().buffer);
  });
}
