import type { Stmt } from './ast';
import { assign, augment, remove, setName } from './assignment';
import { decorate } from './calls';
import { executeFor, executeIf, executeMatch, executeTry, executeWith, repeat } from './control';
import { makeClass, makeFunction } from './definitions';
import { evaluate } from './expressions';
import { bindFrom, bindImport } from './imports';
import type { Machine } from './machine';
import { constant, truth, type Scope, type Value } from './values';

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
