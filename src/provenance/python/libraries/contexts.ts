import { callMethod } from '../calls';
import { noArguments, type Machine, type Site } from '../machine';
import type { Value } from '../values';
import { runTokenOf } from './mlflow';

/** `with value as name`: what the name gets, and what happens at the end of the block. */
export function enterContext(m: Machine, value: Value, site: Site): { value: Value; leave: () => void } {
  const token = runTokenOf(value);
  if (token) {
    return { value, leave: () => m.endRun(token) };
  }
  if (value.data.kind === 'instance') {
    return {
      value: callMethod(m, value, '__enter__', noArguments(), site),
      leave: () => {
        callMethod(m, value, '__exit__', noArguments(), site);
      },
    };
  }
  return { value, leave: () => undefined };
}
