import type { Expr } from './ast';
import { callValue } from './calls';
import { evaluate } from './expressions';
import { isTransparent } from './libraries/decorators';
import type { Machine } from './machine';
import type { FunctionData, Scope, Value } from './values';

/** The property whose `.setter` a decorator is. */
function propertyOf({ data }: Value): FunctionData | null {
  return data.kind === 'method' && data.name === 'setter' && data.receiver.data.kind === 'function'
    ? data.receiver.data
    : null;
}

/** Applies decorators, the innermost first. */
export function decorate(m: Machine, scope: Scope, value: Value, decorators: readonly Expr[]): Value {
  let result = value;
  for (const expr of decorators.toReversed()) {
    const decorator = evaluate(m, scope, expr);
    const { data } = result;
    const getter = propertyOf(decorator);
    if (getter && data.kind === 'function') {
      getter.setter = data;
      result = { data: getter, origin: result.origin };
      continue;
    }
    if (isTransparent(decorator)) {
      if (data.kind === 'function' || data.kind === 'class') {
        data.decorators.push(decorator);
      }
      continue;
    }
    result = callValue(
      m,
      decorator,
      { positional: [result], named: new Map(), open: false },
      { scope, at: expr.at },
    );
  }
  return result;
}
