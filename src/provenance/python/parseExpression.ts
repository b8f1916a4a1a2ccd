import type { SyntaxNode } from '@lezer/common';
import type { Argument, Clause, Expr, Parameter } from './ast';
import { parseNumber, parseString, unescapeText } from './literals';
import { children, split } from './tree';

/** Reads expressions of @lezer/python's tree. What has no meaning here becomes 'other'. */
export class ExpressionReader {
  constructor(private readonly source: string) {}

  /** One expression, or a tuple where commas separate several. */
  list(nodes: SyntaxNode[]): Expr | null {
    const first = nodes[0];
    if (!first) {
      return null;
    }
    if (!nodes.some((node) => node.name === ',')) {
      return this.starred(nodes);
    }
    return { kind: 'sequence', type: 'tuple', items: this.separate(nodes), at: first.from };
  }

  separate(nodes: SyntaxNode[]): Expr[] {
    return split(nodes, ',')
      .map((group) => this.starred(group))
      .filter((item): item is Expr => item !== null);
  }

  private starred(nodes: SyntaxNode[]): Expr | null {
    const first = nodes[0];
    if (!first) {
      return null;
    }
    if (first.name === '*' || first.name === '**') {
      return nodes[1] ? { kind: 'star', value: this.read(nodes[1]), at: first.from } : null;
    }
    return nodes.length === 1 ? this.read(first) : this.other(first, nodes);
  }

  read(node: SyntaxNode): Expr {
    const at = node.from;
    const parts = children(node);
    if (parts.some((part) => part.name === '⚠')) {
      return { kind: 'other', parts: [], at };
    }
    switch (node.name) {
      case 'VariableName':
        return { kind: 'name', id: this.text(node), at };
      case 'Number': {
        const constant = parseNumber(this.text(node));
        return constant ? { kind: 'constant', constant, at } : { kind: 'other', parts: [], at };
      }
      case 'String': {
        const constant = parseString(this.text(node));
        return constant ? { kind: 'constant', constant, at } : { kind: 'other', parts: [], at };
      }
      case 'ContinuedString':
        return this.continued(parts, at);
      case 'FormatString':
        return this.format(node);
      case 'Boolean':
        return { kind: 'constant', constant: { type: 'bool', value: this.text(node) === 'True' }, at };
      case 'None':
        return { kind: 'constant', constant: { type: 'none', value: null }, at };
      case 'ParenthesizedExpression':
        return this.list(parts.slice(1, -1)) ?? { kind: 'other', parts: [], at };
      case 'TupleExpression':
      case 'ArrayExpression':
      case 'SetExpression':
        return {
          kind: 'sequence',
          type: node.name === 'TupleExpression' ? 'tuple' : node.name === 'ArrayExpression' ? 'list' : 'set',
          items: this.separate(parts.slice(1, -1)),
          at,
        };
      case 'DictionaryExpression':
        return this.dictionary(parts.slice(1, -1), at);
      case 'CallExpression':
        return {
          kind: 'call',
          callee: this.read(parts[0]!),
          args: parts[1] ? this.arguments(parts[1]) : [],
          at,
        };
      case 'MemberExpression':
        return this.member(parts, at);
      case 'BinaryExpression':
        return this.binary(parts, at);
      case 'UnaryExpression':
        return { kind: 'unary', operator: this.text(parts[0]!), operand: this.read(parts[1]!), at };
      case 'ConditionalExpression':
        return {
          kind: 'conditional',
          yes: this.read(parts[0]!),
          test: this.read(parts[2]!),
          no: this.read(parts[4]!),
          at,
        };
      case 'LambdaExpression': {
        const params = node.getChild('ParamList');
        return {
          kind: 'lambda',
          params: params ? this.parameters(params) : [],
          body: this.read(parts.at(-1)!),
          at,
        };
      }
      case 'ArrayComprehensionExpression':
      case 'ComprehensionExpression':
      case 'SetComprehensionExpression':
      case 'DictionaryComprehensionExpression':
        return this.comprehension(node.name, parts.slice(1, -1), at);
      case 'NamedExpression':
        return { kind: 'walrus', name: this.text(parts[0]!), value: this.read(parts[2]!), at };
      case 'AwaitExpression':
        return { kind: 'await', value: this.read(parts[1]!), at };
      default:
        return this.other(node, parts);
    }
  }

  arguments(node: SyntaxNode): Argument[] {
    const inner = children(node).slice(1, -1);
    if (inner.some((part) => part.name === 'for')) {
      return [{ value: this.comprehension('ComprehensionExpression', inner, node.from) }];
    }
    const result: Argument[] = [];
    for (const group of split(inner, ',')) {
      const [first, second, third] = group;
      if (!first) {
        continue;
      }
      if ((first.name === '*' || first.name === '**') && second) {
        result.push({ star: first.name === '*' ? 1 : 2, value: this.read(second) });
      } else if (second?.name === 'AssignOp' && third) {
        result.push({ name: this.text(first), value: this.read(third) });
      } else {
        result.push({ value: group.length === 1 ? this.read(first) : this.other(first, group) });
      }
    }
    return result;
  }

  parameters(node: SyntaxNode): Parameter[] {
    const result: Parameter[] = [];
    let keywordOnly = false;
    for (const group of split(
      children(node).filter((part) => !/^[()]$/.test(part.name)),
      ',',
    )) {
      const name = group.find((part) => part.name === 'VariableName');
      const stars = group[0]?.name === '*' ? 1 : group[0]?.name === '**' ? 2 : undefined;
      if (!name) {
        keywordOnly ||= stars === 1;
        continue;
      }
      const type = group.find((part) => part.name === 'TypeDef');
      const assign = group.findIndex((part) => part.name === 'AssignOp');
      result.push({
        name: this.text(name),
        star: stars,
        keywordOnly,
        default: assign < 0 ? null : this.list(group.slice(assign + 1)),
        annotation: type ? this.list(children(type).slice(1)) : null,
      });
      keywordOnly ||= stars === 1;
    }
    return result;
  }

  /** `@a.b` and `@a.b(c)`, whose parts the grammar leaves side by side. */
  decorator(node: SyntaxNode): Expr | null {
    const parts = children(node).slice(1);
    let result: Expr | null = null;
    for (const part of parts) {
      if (part.name === 'ArgList' && result) {
        result = { kind: 'call', callee: result, args: this.arguments(part), at: node.from };
      } else if (part.name === 'VariableName' || part.name === 'PropertyName') {
        result = result
          ? { kind: 'attribute', object: result, name: this.text(part), at: node.from }
          : { kind: 'name', id: this.text(part), at: node.from };
      } else if (part.name !== '.') {
        result = this.read(part);
      }
    }
    return result;
  }

  private member(parts: SyntaxNode[], at: number): Expr {
    const object = this.read(parts[0]!);
    if (parts[1]!.name === '.') {
      return { kind: 'attribute', object, name: this.text(parts[2]!), at };
    }
    const inner = parts.slice(2, -1);
    if (!inner.some((part) => part.name === ':')) {
      const index = this.list(inner);
      return index ? { kind: 'subscript', object, index, at } : { kind: 'other', parts: [object], at };
    }
    if (inner.some((part) => part.name === ',')) {
      return { kind: 'other', parts: [object], at };
    }
    const [from, to, step] = split(inner, ':').map((group) => this.list(group));
    return {
      kind: 'subscript',
      object,
      index: { kind: 'slice', from: from ?? null, to: to ?? null, step: step ?? null, at },
      at,
    };
  }

  private binary(parts: SyntaxNode[], at: number): Expr {
    const left = this.read(parts[0]!);
    const right = this.read(parts.at(-1)!);
    const operator = parts
      .slice(1, -1)
      .map((part) => this.text(part))
      .join(' ');
    if (operator === 'and' || operator === 'or') {
      return { kind: 'boolean', operator, left, right, at };
    }
    if (/^(==|!=|<|>|<=|>=|in|not in|is|is not)$/.test(operator)) {
      return { kind: 'compare', operator, left, right, at };
    }
    return { kind: 'binary', operator, left, right, at };
  }

  private dictionary(parts: SyntaxNode[], at: number): Expr {
    const entries: { key: Expr | null; value: Expr }[] = [];
    for (const group of split(parts, ',')) {
      if (group.length === 0) {
        continue;
      }
      if (group[0]!.name === '**') {
        entries.push({ key: null, value: this.read(group[1]!) });
        continue;
      }
      const [key, value] = split(group, ':');
      if (!key?.[0] || !value?.[0]) {
        return { kind: 'other', parts: [], at };
      }
      entries.push({ key: this.read(key[0]), value: this.read(value[0]) });
    }
    return { kind: 'dict', entries, at };
  }

  private comprehension(name: string, parts: SyntaxNode[], at: number): Expr {
    const start = parts.findIndex((part) => part.name === 'for' || part.name === 'async');
    const head = split(parts.slice(0, start), ':').map((group) => this.list(group));
    const clauses: Clause[] = [];
    let index = start;
    while (index < parts.length) {
      const word = parts[index]!.name;
      const next = parts.findIndex((part, i) => i > index && /^(for|if|async)$/.test(part.name));
      const end = next < 0 ? parts.length : next;
      const group = parts.slice(index + 1, end);
      if (word === 'for') {
        const middle = group.findIndex((part) => part.name === 'in');
        const target = this.list(group.slice(0, middle));
        const iterable = this.list(group.slice(middle + 1));
        if (middle < 0 || !target || !iterable) {
          return { kind: 'other', parts: [], at };
        }
        clauses.push({ target, iterable, conditions: [] });
      } else if (word === 'if') {
        const test = this.list(group);
        if (test) {
          clauses.at(-1)?.conditions.push(test);
        }
      }
      index = end;
    }
    const element = head[0];
    if (!element || clauses.length === 0) {
      return { kind: 'other', parts: [], at };
    }
    const type = name.startsWith('Array')
      ? 'list'
      : name.startsWith('Set')
        ? 'set'
        : name.startsWith('Dictionary')
          ? 'dict'
          : 'generator';
    return { kind: 'comprehension', type, element, value: head[1] ?? null, clauses, at };
  }

  private continued(parts: SyntaxNode[], at: number): Expr {
    const pieces: (string | { value: Expr; plain: boolean })[] = [];
    for (const part of parts) {
      const piece = this.read(part);
      if (piece.kind === 'constant' && piece.constant.type === 'str') {
        pieces.push(String(piece.constant.value));
      } else if (piece.kind === 'format') {
        pieces.push(...piece.parts);
      } else {
        return { kind: 'other', parts: [], at };
      }
    }
    return pieces.every((piece) => typeof piece === 'string')
      ? { kind: 'constant', constant: { type: 'str', value: pieces.join('') }, at }
      : { kind: 'format', parts: pieces, at };
  }

  private format(node: SyntaxNode): Expr {
    const text = this.text(node);
    const match = /^([a-zA-Z]*)("""|'''|"|')/.exec(text);
    const raw = match?.[1]?.toLowerCase().includes('r') ?? false;
    const quote = match?.[2]?.length ?? 1;
    let position = node.from + (match?.[0].length ?? 0);
    const end = node.to - quote;
    const parts: (string | { value: Expr; plain: boolean })[] = [];
    const literal = (from: number, to: number) => {
      if (to > from) {
        const body = this.source.slice(from, to).replace(/\{\{/g, '{').replace(/\}\}/g, '}');
        parts.push(raw ? body : unescapeText(body));
      }
    };
    for (const replacement of node.getChildren('FormatReplacement')) {
      literal(position, replacement.from);
      const inner = children(replacement).slice(1, -1);
      const extra = inner.findIndex(
        (part) => /^Format|^FormatSelfDoc/.test(part.name) && part.name !== 'FormatString',
      );
      const value = this.list(extra < 0 ? inner : inner.slice(0, extra));
      parts.push({ value: value ?? { kind: 'other', parts: [], at: replacement.from }, plain: extra < 0 });
      position = replacement.to;
    }
    literal(position, end);
    return { kind: 'format', parts, at: node.from };
  }

  private other(node: SyntaxNode, parts: SyntaxNode[]): Expr {
    const inner = parts.filter((part) => /Expression$|^VariableName$/.test(part.name) && part !== node);
    return { kind: 'other', parts: inner.map((part) => this.read(part)), at: node.from };
  }

  private text(node: SyntaxNode): string {
    return this.source.slice(node.from, node.to);
  }
}
