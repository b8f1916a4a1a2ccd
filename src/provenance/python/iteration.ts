import type { Machine } from './machine';
import { anyOf, constant, UNKNOWN, type Value } from './values';

export interface Elements {
  items: Value[];
  /** These are all, in order; else each element is one of them (none: nothing is known). */
  exact: boolean;
}

/** What a loop over a value gives. */
export function elementsOf(m: Machine, value: Value): Elements {
  m.step();
  const { data } = value;
  switch (data.kind) {
    case 'list':
      return { items: data.items, exact: !data.open };
    case 'dict':
      return { items: [...data.entries.values()].map((entry) => entry.key), exact: !data.open };
    case 'constant':
      return data.constant.type === 'str' && !value.outside
        ? {
            items: Array.from(String(data.constant.value), (letter) => constant('str', letter, value.origin)),
            exact: true,
          }
        : { items: [], exact: false };
    case 'range':
      return { items: [], exact: false };
    case 'any': {
      const all = data.options.map((option) => elementsOf(m, option));
      return all.some((elements) => !elements.exact && elements.items.length === 0)
        ? { items: [UNKNOWN], exact: false }
        : { items: all.flatMap((elements) => elements.items), exact: false };
    }
    case 'class': {
      // Members of an enumeration.
      return {
        items: [...data.attributes.values()].filter((member) => member.data.kind === 'instance'),
        exact: true,
      };
    }
    default:
      return { items: [], exact: false };
  }
}

export function listOf(
  m: Machine,
  items: Value[],
  origin: Value['origin'],
  type: 'list' | 'tuple' | 'set' = 'list',
  open = false,
): Value {
  return { data: { kind: 'list', type, items, open, changed: false, region: m.region }, origin };
}

export function dictOf(
  m: Machine,
  pairs: readonly (readonly [string, Value])[],
  origin: Value['origin'],
  open = false,
): Value {
  const entries = new Map(
    pairs.map(([key, value]) => [`str:${key}`, { key: constant('str', key, value.origin), value }]),
  );
  return { data: { kind: 'dict', entries, open, changed: false, region: m.region }, origin };
}

/** One element, whichever. */
export function anyElement(elements: Elements): Value {
  return elements.items.length > 0 ? anyOf(elements.items) : UNKNOWN;
}
