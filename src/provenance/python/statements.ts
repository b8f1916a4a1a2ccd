import type { Expr, Stmt } from './ast';
import { decorate } from './calls';
import { evaluate, attributeOf } from './expressions';
import { makeClass, makeFunction } from './definitions';
import { binary } from './operations';
import { bindFrom, bindImport } from './imports';
import { elementsOf, type Elements } from './iteration';
import { enterContext } from './libraries/contexts';
import type { Machine } from './machine';
import { anyOf, at, constant, keyOf, text, truth, UNKNOWN, type Scope, type Value } from './values';

/** How a block ended; a branch that may not run never ends its function for certain. */
export type Completion = 'normal' | 'return' | 'break' | 'continue' | 'raise';

/** Values that a function may return, collected while its body runs. */
export interface Frame {
  returns: Value[];
}

export function execute(m: Machine, scope: Scope, statements: readonly Stmt[], frame: Frame): Completion {
  for (const statement of statements) {
    m.step();
    const completion = executeOne(m, scope, statement, frame);
    if (completion !== 'normal') {
      return completion;
    }
  }
  return 'normal';
}

function executeOne(m: Machine, scope: Scope, statement: Stmt, frame: Frame): Completion {
  switch (statement.kind) {
    case 'expression':
      evaluate(m, scope, statement.value);
      return 'normal';
    case 'assign': {
      const value = evaluate(m, scope, statement.value);
      for (const target of statement.targets) {
        assign(m, scope, target, value);
      }
      return 'normal';
    }
    case 'annotated':
      if (statement.value) {
        assign(m, scope, statement.target, evaluate(m, scope, statement.value));
      }
      return 'normal';
    case 'augmented':
      augment(m, scope, statement);
      return 'normal';
    case 'if':
      return executeIf(m, scope, statement, frame);
    case 'for':
      return executeFor(m, scope, statement, frame);
    case 'while': {
      const test = truth(evaluate(m, scope, statement.test));
      return test === false
        ? execute(m, scope, statement.otherwise, frame)
        : repeat(m, scope, statement.body, frame, () => undefined);
    }
    case 'with':
      return executeWith(m, scope, statement, frame);
    case 'try':
      return executeTry(m, scope, statement, frame);
    case 'match':
      return executeMatch(m, scope, statement, frame);
    case 'function': {
      const value = makeFunction(m, scope, statement.node);
      setName(m, scope, statement.node.name, decorate(m, scope, value, statement.node.decorators));
      return 'normal';
    }
    case 'class':
      setName(m, scope, statement.name, makeClass(m, scope, statement));
      return 'normal';
    case 'return':
      frame.returns.push(
        statement.value ? evaluate(m, scope, statement.value) : constant('none', null, null),
      );
      return 'return';
    case 'import':
      bindImport(m, scope, statement.names);
      return 'normal';
    case 'from':
      bindFrom(m, scope, statement);
      return 'normal';
    case 'global':
      statement.names.forEach((name) => scope.outer.add(name));
      return 'normal';
    case 'delete':
      statement.targets.forEach((target) => remove(m, scope, target));
      return 'normal';
    case 'raise':
    case 'break':
    case 'continue':
      return statement.kind;
    case 'pass':
      return 'normal';
    case 'unreadable':
      m.incomplete = true;
      return 'normal';
  }
}

export function assign(m: Machine, scope: Scope, target: Expr, value: Value): void {
  switch (target.kind) {
    case 'name':
      setName(m, scope, target.id, value);
      return;
    case 'sequence':
      unpack(m, scope, target.items, value);
      return;
    case 'star':
      assign(m, scope, target.value, value);
      return;
    case 'attribute':
      setAttribute(m, evaluate(m, scope, target.object), target.name, value);
      return;
    case 'subscript':
      setItem(m, evaluate(m, scope, target.object), evaluate(m, scope, target.index), value);
      return;
    default:
      m.incomplete = true;
  }
}

export function setName(m: Machine, scope: Scope, name: string, value: Value): void {
  if (!scope.outer.has(name)) {
    scope.names.set(name, value);
    return;
  }
  let owner = scope.parent;
  while (owner && !owner.names.has(name) && owner.parent) {
    owner = owner.parent;
  }
  owner ??= scope.module.scope;
  const old = owner.names.get(name);
  owner.names.set(name, old && m.region !== 0 ? anyOf([old, value]) : value);
}

function unpack(m: Machine, scope: Scope, targets: readonly Expr[], value: Value): void {
  const elements = elementsOf(m, value);
  const star = targets.findIndex((target) => target.kind === 'star');
  targets.forEach((target, index) => {
    let item: Value = UNKNOWN;
    if (elements.exact && star < 0 && elements.items.length === targets.length) {
      item = elements.items[index]!;
    } else if (elements.exact && star >= 0 && elements.items.length >= targets.length - 1) {
      const surplus = elements.items.length - (targets.length - 1);
      item =
        index < star
          ? elements.items[index]!
          : index === star
            ? {
                data: {
                  kind: 'list',
                  type: 'list',
                  items: elements.items.slice(star, star + surplus),
                  open: false,
                  changed: false,
                  region: m.region,
                },
                origin: value.origin,
              }
            : elements.items[index + surplus - 1]!;
    }
    assign(m, scope, target, item);
  });
}

export function setAttribute(m: Machine, object: Value, name: string, value: Value): void {
  const { data } = object;
  switch (data.kind) {
    case 'instance':
    case 'object':
      m.update(data, data.attributes, name, value);
      return;
    case 'class': {
      const old = data.attributes.get(name);
      data.attributes.set(name, old && m.region !== 0 ? anyOf([old, value]) : value);
      return;
    }
    case 'dict':
      // OmegaConf, EasyDict, Munch: a config's keys are its attributes.
      setItem(m, object, constant('str', name, null), value);
      return;
    case 'module': {
      const old = data.module.scope.names.get(name);
      data.module.scope.names.set(name, old && m.region !== 0 ? anyOf([old, value]) : value);
      return;
    }
    case 'any':
      m.uncertain(() => data.options.forEach((option) => setAttribute(m, option, name, value)));
      return;
    default:
      return;
  }
}

export function setItem(m: Machine, object: Value, index: Value, value: Value): void {
  const { data } = object;
  if (data.kind === 'any') {
    m.uncertain(() => data.options.forEach((option) => setItem(m, option, index, value)));
    return;
  }
  if (data.kind === 'list') {
    data.changed = true;
    const position = index.data.kind === 'constant' ? Number(index.data.constant.value) : NaN;
    const slot = position < 0 ? data.items.length + position : position;
    if (!data.open && Number.isInteger(slot) && slot >= 0 && slot < data.items.length) {
      data.items[slot] = m.isCertain(data) ? value : anyOf([data.items[slot]!, value]);
    } else {
      data.open = true;
      data.items = data.items.map((item) => anyOf([item, value]));
    }
    return;
  }
  if (data.kind === 'object') {
    const name = text(index);
    if (name !== null) {
      m.update(data, data.attributes, name, value);
    }
    return;
  }
  if (data.kind !== 'dict') {
    return;
  }
  data.changed = true;
  for (const option of index.data.kind === 'any' ? index.data.options : [index]) {
    const key = keyOf(option);
    if (key === null) {
      // Any entry may be the one that was set.
      data.open = true;
      for (const entry of data.entries.values()) {
        entry.value = anyOf([entry.value, UNKNOWN]);
      }
      return;
    }
    const old = data.entries.get(key);
    const certain = m.isCertain(data) && index.data.kind !== 'any';
    data.entries.set(key, { key: option, value: old && !certain ? anyOf([old.value, value]) : value });
  }
}

function remove(m: Machine, scope: Scope, target: Expr): void {
  if (target.kind === 'name') {
    scope.names.delete(target.id);
  } else if (target.kind === 'subscript') {
    const object = evaluate(m, scope, target.object);
    const key = keyOf(evaluate(m, scope, target.index));
    if (object.data.kind === 'dict') {
      object.data.changed = true;
      if (key !== null && m.isCertain(object.data)) {
        object.data.entries.delete(key);
      }
    }
  }
}

function augment(m: Machine, scope: Scope, statement: Extract<Stmt, { kind: 'augmented' }>): void {
  const old = evaluate(m, scope, statement.target);
  const operand = evaluate(m, scope, statement.value);
  if (statement.operator === '|' && old.data.kind === 'dict') {
    attributeOf(m, old, 'update');
    for (const { key, value } of operand.data.kind === 'dict' ? operand.data.entries.values() : []) {
      setItem(m, old, key, value);
    }
    return;
  }
  const result = binary(m, statement.operator, old, operand, m.originOf(scope, statement));
  assign(m, scope, statement.target, result);
}

/** Runs one way that may be taken, and gives the names as they are at its end. */
function branch(
  m: Machine,
  scope: Scope,
  before: Map<string, Value>,
  work: () => Completion,
): { completion: Completion; names: Map<string, Value> } {
  scope.names = new Map(before);
  const completion = m.uncertain(work);
  return { completion, names: scope.names };
}

/** The names after ways that part: each has the values of every way that goes on. */
function join(
  scope: Scope,
  ways: readonly { completion: Completion; names: Map<string, Value> }[],
): Completion {
  const open = ways.filter((way) => way.completion === 'normal');
  const going = open.length > 0 ? open : ways;
  const names = new Map<string, Value>();
  for (const name of new Set(going.flatMap((way) => [...way.names.keys()]))) {
    const values = going.flatMap((way) => way.names.get(name) ?? []);
    names.set(name, values.every((value) => value === values[0]) ? values[0]! : anyOf(values));
  }
  scope.names = names;
  if (open.length > 0) {
    return 'normal';
  }
  return ways.every((way) => way.completion === ways[0]!.completion) ? ways[0]!.completion : 'normal';
}

function executeIf(
  m: Machine,
  scope: Scope,
  statement: Extract<Stmt, { kind: 'if' }>,
  frame: Frame,
): Completion {
  const ways: { completion: Completion; names: Map<string, Value> }[] = [];
  let before = scope.names;
  let decided = false;
  for (const { test, body } of statement.branches) {
    const known = test ? truth(evaluate(m, scope, test)) : true;
    before = scope.names;
    if (known === false) {
      continue;
    }
    if (known === true && ways.length === 0) {
      return execute(m, scope, body, frame);
    }
    ways.push(branch(m, scope, before, () => execute(m, scope, body, frame)));
    scope.names = new Map(before);
    if (known === true) {
      decided = true;
      break;
    }
  }
  if (!decided) {
    ways.push({ completion: 'normal', names: before });
  }
  return join(scope, ways);
}

const MOST_UNROLLED = 256;

function executeFor(
  m: Machine,
  scope: Scope,
  statement: Extract<Stmt, { kind: 'for' }>,
  frame: Frame,
): Completion {
  const elements: Elements = elementsOf(m, evaluate(m, scope, statement.iterable));
  const count = elements.items.length;
  if (elements.exact && count * m.unrolled <= MOST_UNROLLED) {
    m.unrolled *= Math.max(1, count);
    try {
      for (const item of elements.items) {
        assign(m, scope, statement.target, item);
        const completion = execute(m, scope, statement.body, frame);
        if (completion === 'break') {
          return 'normal';
        }
        if (completion === 'return' || completion === 'raise') {
          return completion;
        }
      }
    } finally {
      m.unrolled /= Math.max(1, count);
    }
    return execute(m, scope, statement.otherwise, frame);
  }
  return repeat(m, scope, statement.body, frame, () =>
    assign(m, scope, statement.target, count > 0 ? anyOf(elements.items) : UNKNOWN),
  );
}

/** A body that runs any number of times: once is enough, where what it changes is not trusted before it. */
function repeat(
  m: Machine,
  scope: Scope,
  body: readonly Stmt[],
  frame: Frame,
  start: () => void,
): Completion {
  const before = new Map(scope.names);
  for (const name of assignedNames(body)) {
    const old = scope.names.get(name);
    if (old && !['function', 'class', 'module', 'library'].includes(old.data.kind)) {
      scope.names.set(name, anyOf([old, UNKNOWN]));
    }
  }
  const entered = scope.names;
  const way = branch(m, scope, entered, () => {
    start();
    return execute(m, scope, body, frame);
  });
  join(scope, [
    { completion: 'normal', names: before },
    { completion: 'normal', names: way.names },
  ]);
  return 'normal';
}

function assignedNames(statements: readonly Stmt[], names = new Set<string>()): Set<string> {
  const target = (expr: Expr): void => {
    if (expr.kind === 'name') {
      names.add(expr.id);
    } else if (expr.kind === 'sequence') {
      expr.items.forEach(target);
    } else if (expr.kind === 'star') {
      target(expr.value);
    }
  };
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign':
        statement.targets.forEach(target);
        break;
      case 'annotated':
      case 'augmented':
        target(statement.target);
        break;
      case 'for':
        target(statement.target);
        assignedNames(statement.body, names);
        break;
      case 'while':
      case 'with':
        assignedNames(statement.body, names);
        break;
      case 'if':
        statement.branches.forEach((way) => assignedNames(way.body, names));
        break;
      case 'try':
        assignedNames(statement.body, names);
        statement.handlers.forEach((handler) => assignedNames(handler.body, names));
        break;
      default:
        break;
    }
  }
  return names;
}

function executeWith(
  m: Machine,
  scope: Scope,
  statement: Extract<Stmt, { kind: 'with' }>,
  frame: Frame,
): Completion {
  const leave: (() => void)[] = [];
  for (const { context, target } of statement.items) {
    const entered = enterContext(m, evaluate(m, scope, context), { scope, at: context.at });
    leave.unshift(entered.leave);
    if (target) {
      assign(m, scope, target, entered.value);
    }
  }
  try {
    return execute(m, scope, statement.body, frame);
  } finally {
    leave.forEach((end) => end());
  }
}

function executeTry(
  m: Machine,
  scope: Scope,
  statement: Extract<Stmt, { kind: 'try' }>,
  frame: Frame,
): Completion {
  const before = new Map(scope.names);
  let completion = execute(m, scope, statement.body, frame);
  if (completion === 'normal') {
    completion = execute(m, scope, statement.otherwise, frame);
  }
  const ways = [{ completion, names: scope.names }];
  for (const handler of statement.handlers) {
    ways.push(
      branch(m, scope, before, () => {
        if (handler.name) {
          scope.names.set(handler.name, UNKNOWN);
        }
        return execute(m, scope, handler.body, frame);
      }),
    );
  }
  const joined = join(scope, ways);
  const final = execute(m, scope, statement.final, frame);
  return final === 'normal' ? joined : final;
}

function executeMatch(
  m: Machine,
  scope: Scope,
  statement: Extract<Stmt, { kind: 'match' }>,
  frame: Frame,
): Completion {
  const subject = evaluate(m, scope, statement.subject);
  const before = scope.names;
  const ways: { completion: Completion; names: Map<string, Value> }[] = [];
  for (const clause of statement.clauses) {
    const literal = clause.literal
      ? at({ data: { kind: 'constant', constant: clause.literal }, origin: null }, null)
      : null;
    const known = !subject.outside && literal && subject.data.kind === 'constant';
    if (known && keyOf(literal) !== keyOf(subject)) {
      continue;
    }
    ways.push(branch(m, scope, before, () => execute(m, scope, clause.body, frame)));
    if (known || clause.wild) {
      scope.names = before;
      return join(scope, ways);
    }
  }
  scope.names = before;
  return join(scope, [...ways, { completion: 'normal', names: before }]);
}
