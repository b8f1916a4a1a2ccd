import type { Machine, Site } from '../machine';
import type { CallArguments, ClassData, ObjectData, Value } from '../values';

/** What a call to a library made, to be understood when it is used. */
export function makeObject(m: Machine, path: string, args: CallArguments, site: Site | null): Value {
  const madeAt = site ? m.origin(site) : null;
  return {
    data: { kind: 'object', path, args, attributes: new Map(), madeAt, region: m.region },
    origin: madeAt,
  };
}

export function objectOf(value: Value, pattern: RegExp): ObjectData | null {
  return value.data.kind === 'object' && pattern.test(value.data.path) ? value.data : null;
}

const NAMESPACE: ClassData = {
  kind: 'class',
  name: 'Namespace',
  bases: [],
  attributes: new Map(),
  hasMetaclass: false,
  fields: [],
  fieldOrigins: new Map(),
  decorators: [],
  origin: null,
};

/** An `argparse.Namespace`, or anything else that only carries attributes. */
export function namespace(m: Machine, attributes: Map<string, Value>, open = false): Value {
  return { data: { kind: 'instance', type: NAMESPACE, attributes, open, region: m.region }, origin: null };
}
