import type { Machine, Site } from '../machine';
import { UNKNOWN, type CallArguments, type Scope, type Value } from '../values';
import { makeObject } from './objects';

const owners = new WeakMap<object, Scope>();

/** `super()`: remembers the class whose method calls it. */
export function superObject(m: Machine, args: CallArguments, site: Site | null): Value {
  if (!site) {
    return UNKNOWN;
  }
  const value = makeObject(m, 'builtins.super', args, site);
  for (let scope: Scope | null = site.scope; scope; scope = scope.parent) {
    if (scope.owner && scope.self) {
      owners.set(value.data, scope);
      break;
    }
  }
  return value;
}

export function superScope(data: object): Scope | undefined {
  return owners.get(data);
}
