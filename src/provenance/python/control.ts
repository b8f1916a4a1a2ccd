import type { Expr, Stmt } from './ast';
import { assign } from './assignment';
import { evaluate } from './expressions';
import { elementsOf, type Elements } from './iteration';
import { enterContext } from './libraries/contexts';
import type { Machine } from './machine';
import { doubtful, execute, loopFrame, type Completion, type Frame } from './statements';
import { anyOf, keyOf, truth, UNKNOWN, type Scope, type Value } from './values';

type Of<Kind extends Stmt['kind']> = Extract<Stmt, { kind: Kind }>;

/** Runs one way that may be taken, and gives the names as they are at its end. */
function branch(m: Machine, scope: Scope, before: Map<string, Value>, work: () => Completion): Way {
  scope.names = new Map(before);
  const completion = m.uncertain(work);
  return { completion, names: scope.names };
}

type Names = Map<string, Value>;

interface Way {
  completion: Completion;
  names: Names;
}

/** Names that have the values of every way. */
function joined(ways: readonly Names[]): Names {
  const names: Names = new Map();
  for (const name of new Set(ways.flatMap((way) => [...way.keys()]))) {
    const values = ways.flatMap((way) => way.get(name) ?? []);
    names.set(name, values.every((value) => value === values[0]) ? values[0]! : anyOf(values));
  }
  return names;
}

/** The names after ways that part: each has the values of every way that goes on. */
function join(scope: Scope, ways: readonly Way[], frame: Frame): Completion {
  const open = ways.filter((way) => way.completion === 'normal');
  scope.names = joined((open.length > 0 ? open : ways).map(({ names }) => names));
  if (open.length === 0) {
    return ways.every((way) => way.completion === ways[0]!.completion) ? ways[0]!.completion : 'normal';
  }
  frame.mayReturn ||= ways.some(({ completion }) => completion === 'return');
  frame.mayEndTurn ||= ways.some(({ completion }) => completion === 'break' || completion === 'continue');
  return 'normal';
}

export function executeIf(m: Machine, scope: Scope, statement: Of<'if'>, frame: Frame): Completion {
  const ways: Way[] = [];
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
  return join(scope, ways, frame);
}

const MOST_UNROLLED = 256;

export function executeFor(m: Machine, scope: Scope, statement: Of<'for'>, frame: Frame): Completion {
  const elements: Elements = elementsOf(m, evaluate(m, scope, statement.iterable));
  const count = elements.items.length;
  if (elements.exact && count * m.unrolled <= MOST_UNROLLED) {
    m.unrolled *= Math.max(1, count);
    try {
      return unroll(m, scope, statement, elements.items, frame);
    } finally {
      m.unrolled /= Math.max(1, count);
    }
  }
  return repeat(m, scope, statement.body, frame, () =>
    assign(m, scope, statement.target, count > 0 ? anyOf(elements.items) : UNKNOWN),
  );
}

/** Each turn of a loop over known items. After a turn that may have ended the loop, the next ones may not happen. */
function unroll(
  m: Machine,
  scope: Scope,
  statement: Of<'for'>,
  items: readonly Value[],
  frame: Frame,
): Completion {
  const inner = loopFrame(frame);
  const turns = (from: number): Completion => {
    for (let i = from; i < items.length; i++) {
      inner.mayEndTurn = false;
      assign(m, scope, statement.target, items[i]!);
      const completion = execute(m, scope, statement.body, inner);
      if (completion === 'break' || completion === 'return' || completion === 'raise') {
        return completion;
      }
      scope.names = joined([scope.names, ...inner.continues.splice(0)]);
      if (inner.breaks.length > 0 && !inner.isDoubtful) {
        return doubtful(m, inner, () => turns(i + 1));
      }
    }
    return execute(m, scope, statement.otherwise, frame);
  };
  const completion = turns(0);
  frame.mayReturn ||= inner.mayReturn;
  if (inner.breaks.length === 0) {
    return completion;
  }
  frame.mayReturn ||= completion === 'return';
  scope.names = joined(completion === 'normal' ? [scope.names, ...inner.breaks] : inner.breaks);
  return 'normal';
}

/**
 * A body that runs any number of times: once is enough, where what it changes is not trusted before it. A first turn
 * that logs nothing finds out what it changes of things that are not names.
 */
export function repeat(
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
  const inner = loopFrame(frame);
  const turn = () =>
    branch(m, scope, entered, () => {
      start();
      return execute(m, scope, body, inner);
    });
  m.rehearse(turn);
  inner.breaks.length = inner.continues.length = 0;
  const way = turn();
  frame.mayReturn ||= inner.mayReturn || way.completion === 'return';
  scope.names = joined([before, way.names, ...inner.breaks, ...inner.continues]);
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

export function executeWith(m: Machine, scope: Scope, statement: Of<'with'>, frame: Frame): Completion {
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

export function executeTry(m: Machine, scope: Scope, statement: Of<'try'>, frame: Frame): Completion {
  const before = new Map(scope.names);
  const body = (): Completion => {
    const completion = execute(m, scope, statement.body, frame);
    return completion === 'normal' ? execute(m, scope, statement.otherwise, frame) : completion;
  };
  // Where a handler lets the program go on, any statement of the body may not have happened.
  const goesOn = statement.handlers.some(({ body: handler }) => handler.at(-1)?.kind !== 'raise');
  const done = goesOn ? m.uncertain(body, true) : body();
  const ways: Way[] = [{ completion: done, names: scope.names }];
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
  const completion = join(scope, ways, frame);
  const final = execute(m, scope, statement.final, frame);
  return final === 'normal' ? completion : final;
}

export function executeMatch(m: Machine, scope: Scope, statement: Of<'match'>, frame: Frame): Completion {
  const subject = evaluate(m, scope, statement.subject);
  const before = scope.names;
  const ways: Way[] = [];
  for (const clause of statement.clauses) {
    const literal = clause.literal
      ? { data: { kind: 'constant' as const, constant: clause.literal }, origin: null }
      : null;
    const known = !subject.outside && literal && subject.data.kind === 'constant';
    if (known && keyOf(literal) !== keyOf(subject)) {
      continue;
    }
    ways.push(branch(m, scope, before, () => execute(m, scope, clause.body, frame)));
    if (known || clause.wild) {
      scope.names = before;
      return join(scope, ways, frame);
    }
  }
  scope.names = before;
  return join(scope, [...ways, { completion: 'normal', names: before }], frame);
}
