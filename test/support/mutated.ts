import * as fc from 'fast-check';

/** JSON as it was kept, with some of its values replaced by any other JSON: what another version may have written. */
export function mutated(kept: unknown): fc.Arbitrary<unknown> {
  const replacement = fc.oneof(
    fc.constantFrom<unknown>(null, true, 0, -1.5, '', 'x', [], {}, [null], [['x']], { x: 1 }, 'DROP'),
    fc.jsonValue({ maxDepth: 2 }),
  );
  return fc
    .array(fc.tuple(fc.nat(), replacement), { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce((value, [at, by]) => replaceAt(value, at, by), structuredClone(kept)));
}

/** Replaces one of the values at any depth, by its place in a walk; the whole where the place is 0. */
function replaceAt(value: unknown, at: number, by: unknown): unknown {
  const holders: [Record<string, unknown>, string][] = [];
  const walk = (each: unknown): void => {
    if (typeof each === 'object' && each !== null) {
      for (const [key, child] of Object.entries(each)) {
        holders.push([each as Record<string, unknown>, key]);
        walk(child);
      }
    }
  };
  walk(value);
  const place = at % (holders.length + 1);
  if (place === 0) {
    return by;
  }
  const [holder, key] = holders[place - 1]!;
  // Each place its own: the next change may be within it, and would make it hold itself.
  if (by === 'DROP' && !Array.isArray(holder)) {
    delete holder[key];
  } else {
    holder[key] = structuredClone(by);
  }
  return value;
}
