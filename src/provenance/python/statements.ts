import type { Stmt } from './ast';
import { assign, augment, remove, setName } from './assignment';
import { decorate } from './decoration';
import { executeFor, executeIf, executeMatch, executeTry, executeWith, repeat } from './control';
import { makeClass, makeFunction } from './definitions';
import { evaluate } from './expressions';
import { bindFrom, bindImport } from './imports';
import { elementsOf } from './iteration';
import type { Machine } from './machine';
import { constant, truth, type Scope, type Value } from './values';

/** How a block ended; a branch that may not run never ends its function for certain. */
export type Completion = 'normal' | 'return' | 'break' | 'continue' | 'raise';

/** What is collected while the body of a function, or of a loop in it, runs. */
export interface Frame {
  /** Values that the function may return. */
  returns: Value[];
  /** Values that the generator gives, in order; `open` where one of them may not be given. */
  yields: { items: Value[]; open: boolean; region: number };
  /** Names as they are at each `break` and `continue` of the loop. */
  breaks: Map<string, Value>[];
  continues: Map<string, Value>[];
  /** A way that may have been taken left the function, or this turn of the loop: what follows may not happen. */
  mayReturn: boolean;
  mayEndTurn: boolean;
  /** What runs now may not happen, for one of these reasons. */
  isDoubtful: boolean;
}

export function newFrame(): Frame {
  return {
    returns: [],
    yields: { items: [], open: false, region: -1 },
    breaks: [],
    continues: [],
    mayReturn: false,
    mayEndTurn: false,
    isDoubtful: false,
  };
}

/** The frame of a loop's body. */
export function loopFrame(frame: Frame): Frame {
  return { ...newFrame(), returns: frame.returns, yields: frame.yields, isDoubtful: frame.isDoubtful };
}

export function execute(m: Machine, scope: Scope, statements: readonly Stmt[], frame: Frame): Completion {
  for (const [index, statement] of statements.entries()) {
    m.step();
    const completion = executeOne(m, scope, statement, frame);
    if (completion !== 'normal') {
      return completion;
    }
    if ((frame.mayReturn || frame.mayEndTurn) && !frame.isDoubtful && index + 1 < statements.length) {
      return doubtful(m, frame, () => execute(m, scope, statements.slice(index + 1), frame));
    }
  }
  return 'normal';
}

/** Runs what happens only if nothing before it left the function or the loop. */
export function doubtful<T>(m: Machine, frame: Frame, work: () => T): T {
  const before = frame.isDoubtful;
  frame.isDoubtful = true;
  try {
    return m.uncertain(work);
  } finally {
    frame.isDoubtful = before;
  }
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
    case 'yield': {
      const value = statement.value ? evaluate(m, scope, statement.value) : constant('none', null, null);
      const given = statement.all ? elementsOf(m, value) : { items: [value], exact: true };
      frame.yields.items.push(...given.items);
      frame.yields.open ||= !given.exact || m.region !== frame.yields.region;
      return 'normal';
    }
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
    case 'break':
      frame.breaks.push(new Map(scope.names));
      return 'break';
    case 'continue':
      frame.continues.push(new Map(scope.names));
      return 'continue';
    case 'raise':
      return 'raise';
    case 'pass':
      return 'normal';
    case 'unreadable':
      m.incomplete = true;
      return 'normal';
  }
}
