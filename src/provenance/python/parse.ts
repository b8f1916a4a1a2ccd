import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import type { Expr, FunctionNode, ImportedName, Stmt } from './ast';
import { ExpressionReader } from './parseExpression';
import { children, split } from './tree';

/** The statements of a Python file. Never throws: what cannot be read is an 'unreadable' statement. */
export function parsePython(source: string): Stmt[] {
  return new StatementReader(source).statements(parser.parse(source).topNode);
}

class StatementReader {
  private readonly expressions: ExpressionReader;

  constructor(private readonly source: string) {
    this.expressions = new ExpressionReader(source);
  }

  statements(parent: SyntaxNode): Stmt[] {
    const result: Stmt[] = [];
    for (let node = parent.firstChild; node; node = node.nextSibling) {
      if (node.name === 'StatementGroup') {
        result.push(...this.statements(node));
      } else if (/Statement$|Definition$|⚠/.test(node.name)) {
        result.push(...this.statement(node));
      }
    }
    return result;
  }

  private statement(node: SyntaxNode): Stmt[] {
    const at = node.from;
    if (node.name === '⚠' || this.isBroken(node)) {
      return [{ kind: 'unreadable', at }];
    }
    switch (node.name) {
      case 'ExpressionStatement': {
        const value = this.expressions.list(children(node));
        return value ? [{ kind: 'expression', value, at }] : [];
      }
      case 'YieldStatement': {
        const parts = children(node).filter(({ name }) => name !== 'yield' && name !== 'from');
        const value = this.expressions.list(parts);
        return [{ kind: 'yield', value, all: children(node).some(({ name }) => name === 'from'), at }];
      }
      case 'AssignStatement':
        return this.assignment(node);
      case 'UpdateStatement': {
        const parts = children(node);
        const index = parts.findIndex((part) => part.name === 'UpdateOp');
        const target = this.expressions.list(parts.slice(0, index));
        const value = this.expressions.list(parts.slice(index + 1));
        if (index < 0 || !target || !value) {
          return [{ kind: 'unreadable', at }];
        }
        return [{ kind: 'augmented', target, operator: this.text(parts[index]!).slice(0, -1), value, at }];
      }
      case 'ForStatement':
        return this.forStatement(node);
      case 'WhileStatement': {
        const [body, otherwise] = this.bodies(node);
        const test = this.expressions.list(between(node, 'while', 'Body'));
        return test ? [{ kind: 'while', test, body, otherwise, at }] : [{ kind: 'unreadable', at }];
      }
      case 'IfStatement':
        return [{ kind: 'if', branches: this.branches(node), at }];
      case 'WithStatement':
        return this.withStatement(node);
      case 'TryStatement':
        return [this.tryStatement(node)];
      case 'MatchStatement':
        return [this.matchStatement(node)];
      case 'FunctionDefinition':
        return [{ kind: 'function', node: this.functionNode(node, []), at }];
      case 'ClassDefinition':
        return [this.classNode(node, [])];
      case 'DecoratedStatement':
        return this.decorated(node);
      case 'ReturnStatement':
        return [{ kind: 'return', value: this.expressions.list(children(node).slice(1)), at }];
      case 'ImportStatement':
        return this.importStatement(node);
      case 'ScopeStatement':
        return [
          {
            kind: 'global',
            names: children(node)
              .filter((part) => part.name === 'VariableName')
              .map((part) => this.text(part)),
            at,
          },
        ];
      case 'DeleteStatement':
        return [{ kind: 'delete', targets: this.expressions.separate(children(node).slice(1)), at }];
      case 'RaiseStatement':
        return [{ kind: 'raise', at }];
      case 'BreakStatement':
        return [{ kind: 'break', at }];
      case 'ContinueStatement':
        return [{ kind: 'continue', at }];
      case 'PassStatement':
      case 'AssertStatement':
      case 'TypeDefinition':
        return [{ kind: 'pass', at }];
      default:
        return [{ kind: 'unreadable', at }];
    }
  }

  /** A statement with an error of its own (those of statements inside it are theirs). */
  private isBroken(node: SyntaxNode): boolean {
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.name === '⚠') {
        // The parser does not know a `yield` that gives nothing.
        return node.name !== 'WithStatement' && this.text(node).trim() !== 'yield';
      }
    }
    return false;
  }

  private assignment(node: SyntaxNode): Stmt[] {
    const at = node.from;
    const parts = children(node);
    const annotation = parts.find((part) => part.name === 'TypeDef');
    const groups = split(
      parts.filter((part) => part !== annotation),
      'AssignOp',
    );
    if (annotation) {
      const target = this.expressions.list(groups[0]!);
      const type = this.expressions.list(children(annotation).slice(1));
      const value = groups.length > 1 ? this.expressions.list(groups[1]!) : null;
      return target && type
        ? [{ kind: 'annotated', target, annotation: type, value, at }]
        : [{ kind: 'unreadable', at }];
    }
    const targets = groups.slice(0, -1).map((group) => this.expressions.list(group));
    const value = this.expressions.list(groups.at(-1)!);
    if (!value || targets.length === 0 || targets.some((target) => !target)) {
      return [{ kind: 'unreadable', at }];
    }
    return [{ kind: 'assign', targets: targets as Expr[], value, at }];
  }

  private forStatement(node: SyntaxNode): Stmt[] {
    const at = node.from;
    const parts = children(node).filter((part) => part.name !== 'async');
    const start = parts.findIndex((part) => part.name === 'for');
    const middle = parts.findIndex((part) => part.name === 'in');
    const end = parts.findIndex((part) => part.name === 'Body');
    const target = this.expressions.list(parts.slice(start + 1, middle));
    const iterable = this.expressions.list(parts.slice(middle + 1, end));
    if (middle < 0 || end < 0 || !target || !iterable) {
      return [{ kind: 'unreadable', at }];
    }
    const [body, otherwise] = this.bodies(node);
    return [{ kind: 'for', target, iterable, body, otherwise, at }];
  }

  private branches(node: SyntaxNode): { test: Expr | null; body: Stmt[] }[] {
    const result: { test: Expr | null; body: Stmt[] }[] = [];
    let test: SyntaxNode[] = [];
    let isElse = false;
    for (const part of children(node)) {
      if (part.name === 'if' || part.name === 'elif') {
        test = [];
      } else if (part.name === 'else') {
        isElse = true;
      } else if (part.name === 'Body') {
        result.push({
          test: isElse ? null : (this.expressions.list(test) ?? { kind: 'other', parts: [], at: node.from }),
          body: this.statements(part),
        });
      } else {
        test.push(part);
      }
    }
    return result;
  }

  /** `with a as b, c as d`, also in parentheses, which the grammar reads as one expression. */
  private withStatement(node: SyntaxNode): Stmt[] {
    const items: { context: Expr; target: Expr | null }[] = [];
    let head = children(node).filter((part) => part.name !== 'Body' && !/^(async|with)$/.test(part.name));
    if (head.length === 1 && head[0]!.name === 'ParenthesizedExpression') {
      head = children(head[0]!).slice(1, -1);
    }
    for (const group of split(head, ',')) {
      const as = group.findIndex((part) => part.name === 'as');
      const context = this.expressions.list(as < 0 ? group : group.slice(0, as));
      if (context) {
        items.push({ context, target: as < 0 ? null : this.expressions.list(group.slice(as + 1)) });
      }
    }
    return [{ kind: 'with', items, body: this.bodies(node)[0], at: node.from }];
  }

  private tryStatement(node: SyntaxNode): Stmt {
    const result: Extract<Stmt, { kind: 'try' }> = {
      kind: 'try',
      body: [],
      handlers: [],
      otherwise: [],
      final: [],
      at: node.from,
    };
    let part = 'try';
    let name: string | null = null;
    let afterAs = false;
    for (const child of children(node)) {
      if (/^(try|except|else|finally)$/.test(child.name)) {
        part = child.name;
        name = null;
      } else if (child.name === 'as') {
        afterAs = true;
      } else if (child.name === 'Body') {
        const body = this.statements(child);
        if (part === 'try') {
          result.body = body;
        } else if (part === 'except') {
          result.handlers.push({ name, body });
        } else if (part === 'else') {
          result.otherwise = body;
        } else {
          result.final = body;
        }
      } else if (afterAs && child.name === 'VariableName') {
        name = this.text(child);
        afterAs = false;
      }
    }
    return result;
  }

  private matchStatement(node: SyntaxNode): Stmt {
    const parts = children(node);
    const clauses: Extract<Stmt, { kind: 'match' }>['clauses'] = [];
    const body = parts.find((part) => part.name === 'MatchBody');
    for (const clause of body ? children(body).filter((part) => part.name === 'MatchClause') : []) {
      const pattern = children(clause)[1];
      const block = children(clause).find((part) => part.name === 'Body');
      const inner = pattern?.name === 'LiteralPattern' ? this.expressions.read(pattern.firstChild!) : null;
      clauses.push({
        literal: inner?.kind === 'constant' ? inner.constant : null,
        wild: pattern?.name === 'CapturePattern',
        body: block ? this.statements(block) : [],
      });
    }
    const subject = this.expressions.list(
      parts.slice(
        1,
        parts.findIndex((part) => part.name === 'MatchBody'),
      ),
    );
    return subject
      ? { kind: 'match', subject, clauses, at: node.from }
      : { kind: 'unreadable', at: node.from };
  }

  private functionNode(node: SyntaxNode, decorators: Expr[]): FunctionNode {
    const params = node.getChild('ParamList');
    const body = node.getChild('Body');
    return {
      name: this.text(node.getChild('VariableName')!),
      params: params ? this.expressions.parameters(params) : [],
      body: body ? this.statements(body) : [],
      decorators,
      isGenerator: body !== null && hasYield(body, /^Yield(Expression|Statement)$/),
      yieldsPlainly: body !== null && !hasYield(body, /^YieldExpression$/),
      at: node.from,
      end: node.to,
    };
  }

  private classNode(node: SyntaxNode, decorators: Expr[]): Stmt {
    const args = node.getChild('ArgList');
    const body = node.getChild('Body');
    return {
      kind: 'class',
      name: this.text(node.getChild('VariableName')!),
      bases: args ? this.expressions.arguments(args) : [],
      decorators,
      body: body ? this.statements(body) : [],
      at: node.from,
    };
  }

  private decorated(node: SyntaxNode): Stmt[] {
    const decorators = children(node)
      .filter((part) => part.name === 'Decorator')
      .map((part) => this.expressions.decorator(part))
      .filter((part): part is Expr => part !== null);
    const definition = node.getChild('FunctionDefinition');
    if (definition) {
      return [{ kind: 'function', node: this.functionNode(definition, decorators), at: node.from }];
    }
    const type = node.getChild('ClassDefinition');
    return type ? [this.classNode(type, decorators)] : [{ kind: 'unreadable', at: node.from }];
  }

  private importStatement(node: SyntaxNode): Stmt[] {
    const at = node.from;
    const parts = children(node);
    const imports = parts.findIndex((part) => part.name === 'import');
    if (parts[0]!.name !== 'from') {
      return [{ kind: 'import', names: this.importedNames(parts.slice(1)), at }];
    }
    const source = parts
      .slice(1, imports)
      .map((part) => this.text(part))
      .join('');
    const level = /^\.*/.exec(source)![0].length;
    const names = parts.slice(imports + 1).filter((part) => !/^[()]$/.test(part.name));
    return [
      {
        kind: 'from',
        level,
        module: source.slice(level),
        names: names[0]?.name === '*' ? '*' : this.importedNames(names),
        at,
      },
    ];
  }

  private importedNames(parts: SyntaxNode[]): ImportedName[] {
    return split(parts, ',')
      .filter((group) => group.length > 0)
      .map((group) => {
        const as = group.findIndex((part) => part.name === 'as');
        const name = (as < 0 ? group : group.slice(0, as)).map((part) => this.text(part)).join('');
        return { name, as: as < 0 ? null : this.text(group[as + 1] ?? group[as]!) };
      });
  }

  /** The body, and that of `else`. */
  private bodies(node: SyntaxNode): [Stmt[], Stmt[]] {
    const bodies = node.getChildren('Body').map((body) => this.statements(body));
    return [bodies[0] ?? [], bodies[1] ?? []];
  }

  private text(node: SyntaxNode): string {
    return this.source.slice(node.from, node.to);
  }
}

function hasYield(body: SyntaxNode, kind: RegExp): boolean {
  let found = false;
  body.cursor().iterate((node) => {
    found ||= kind.test(node.name);
    return !found && node.name !== 'FunctionDefinition' && node.name !== 'LambdaExpression';
  });
  return found;
}

function between(node: SyntaxNode, start: string, end: string): SyntaxNode[] {
  const parts = children(node);
  const from = parts.findIndex((part) => part.name === start);
  const to = parts.findIndex((part) => part.name === end);
  return parts.slice(from + 1, to < 0 ? undefined : to);
}
