import type { Clause, Expr } from './ast';
import { assign } from './assignment';
import { evaluate } from './expressions';
import { anyElement, elementsOf, listOf } from './iteration';
import type { Machine } from './machine';
import { keyOf, optionsOf, truth, UNKNOWN, type DictData, type Scope, type Value } from './values';

const MOST_ELEMENTS = 256;

/** `[… for … in … if …]`, and its like for sets, dicts and generators. */
export function comprehension(
  m: Machine,
  scope: Scope,
  expr: Extract<Expr, { kind: 'comprehension' }>,
): Value {
  const inner: Scope = {
    module: scope.module,
    parent: scope,
    names: new Map(),
    outer: new Set(),
    owner: scope.owner,
    self: scope.self,
  };
  const origin = m.originOf(scope, expr);
  const items: Value[] = [];
  const pairs: { key: Value; value: Value }[] = [];
  let open = false;
  const emit = (): void => {
    const element = evaluate(m, inner, expr.element);
    if (expr.type === 'dict') {
      pairs.push({ key: element, value: expr.value ? evaluate(m, inner, expr.value) : UNKNOWN });
    } else {
      items.push(element);
    }
  };
  const run = (clauses: readonly Clause[]): void => {
    const [clause, ...rest] = clauses;
    if (!clause) {
      emit();
      return;
    }
    const elements = elementsOf(m, evaluate(m, inner, clause.iterable));
    const exact = elements.exact && items.length + pairs.length < MOST_ELEMENTS;
    open ||= !exact;
    for (const item of exact ? elements.items : [anyElement(elements)]) {
      assign(m, inner, clause.target, item);
      const tests = clause.conditions.map((condition) => truth(evaluate(m, inner, condition)));
      if (tests.includes(false)) {
        continue;
      }
      open ||= tests.includes(null);
      run(rest);
    }
  };
  run(expr.clauses);
  if (expr.type !== 'dict') {
    return listOf(m, items, origin, expr.type === 'set' ? 'set' : 'list', open);
  }
  const data: DictData = { kind: 'dict', entries: new Map(), open, changed: false, region: m.region };
  for (const pair of pairs) {
    // Which of several values belongs to which of several keys is not known.
    const isMixed = pair.key.data.kind === 'any' && pair.value.data.kind === 'any';
    for (const option of optionsOf(pair.key)) {
      const key = keyOf(option);
      if (key === null) {
        data.open = true;
      } else {
        data.entries.set(key, { key: option, value: isMixed ? UNKNOWN : pair.value });
      }
    }
  }
  return { data, origin };
}
