/**
 * Python's syntax as the tracer needs it: positions of every expression, and nothing that cannot set a value.
 * Made from @lezer/python's tree by `parse`.
 */

export type ConstantType = 'int' | 'float' | 'str' | 'bool' | 'none' | 'bytes';

export interface Constant {
  type: ConstantType;
  value: number | string | boolean | null;
  /** Of a computed number, the last digits may be others in Python; of a path, what stands before it. */
  loose?: 'number' | 'path';
}

interface At {
  /** Offset of the first character. */
  at: number;
}

export interface Argument {
  name?: string;
  /** 1 for `*args`, 2 for `**kwargs`. */
  star?: 1 | 2;
  value: Expr;
}

export interface Clause {
  target: Expr;
  iterable: Expr;
  conditions: Expr[];
}

export interface Parameter {
  name: string;
  star?: 1 | 2;
  keywordOnly: boolean;
  default: Expr | null;
  annotation: Expr | null;
}

export type Expr = At &
  (
    | { kind: 'name'; id: string }
    | { kind: 'constant'; constant: Constant }
    | { kind: 'sequence'; type: 'list' | 'tuple' | 'set'; items: Expr[] }
    | { kind: 'dict'; entries: { key: Expr | null; value: Expr }[] }
    | { kind: 'call'; callee: Expr; args: Argument[] }
    | { kind: 'attribute'; object: Expr; name: string }
    | { kind: 'subscript'; object: Expr; index: Expr }
    | { kind: 'slice'; from: Expr | null; to: Expr | null; step: Expr | null }
    | { kind: 'binary'; operator: string; left: Expr; right: Expr }
    | { kind: 'unary'; operator: string; operand: Expr }
    | { kind: 'boolean'; operator: 'and' | 'or'; left: Expr; right: Expr }
    | { kind: 'compare'; operator: string; left: Expr; right: Expr }
    | { kind: 'conditional'; test: Expr; yes: Expr; no: Expr }
    | { kind: 'lambda'; params: Parameter[]; body: Expr }
    | {
        kind: 'comprehension';
        type: 'list' | 'set' | 'dict' | 'generator';
        element: Expr;
        value: Expr | null;
        clauses: Clause[];
      }
    | { kind: 'format'; parts: (string | { value: Expr; plain: boolean })[] }
    | { kind: 'star'; value: Expr }
    | { kind: 'walrus'; name: string; value: Expr }
    | { kind: 'await'; value: Expr }
    | { kind: 'other'; parts: Expr[] }
  );

export interface FunctionNode {
  name: string;
  params: Parameter[];
  body: Stmt[];
  decorators: Expr[];
  isGenerator: boolean;
  /** All that it gives stands in statements: what it gives is known, where those are. */
  yieldsPlainly: boolean;
  at: number;
  end: number;
}

export interface ImportedName {
  name: string;
  as: string | null;
}

export type Stmt = At &
  (
    | { kind: 'expression'; value: Expr }
    | { kind: 'assign'; targets: Expr[]; value: Expr }
    | { kind: 'annotated'; target: Expr; annotation: Expr; value: Expr | null }
    | { kind: 'augmented'; target: Expr; operator: string; value: Expr }
    | { kind: 'for'; target: Expr; iterable: Expr; body: Stmt[]; otherwise: Stmt[] }
    | { kind: 'while'; test: Expr; body: Stmt[]; otherwise: Stmt[] }
    | { kind: 'if'; branches: { test: Expr | null; body: Stmt[] }[] }
    | { kind: 'with'; items: { context: Expr; target: Expr | null }[]; body: Stmt[] }
    | {
        kind: 'try';
        body: Stmt[];
        handlers: { name: string | null; body: Stmt[] }[];
        otherwise: Stmt[];
        final: Stmt[];
      }
    | { kind: 'match'; subject: Expr; clauses: { literal: Constant | null; wild: boolean; body: Stmt[] }[] }
    | { kind: 'function'; node: FunctionNode }
    | { kind: 'class'; name: string; bases: Argument[]; decorators: Expr[]; body: Stmt[] }
    | { kind: 'return'; value: Expr | null }
    | { kind: 'yield'; value: Expr | null; all: boolean }
    | { kind: 'import'; names: ImportedName[] }
    | { kind: 'from'; level: number; module: string; names: ImportedName[] | '*' }
    | { kind: 'global'; names: string[] }
    | { kind: 'delete'; targets: Expr[] }
    | { kind: 'raise' | 'break' | 'continue' | 'pass' }
    /** A statement that the parser could not read: what it would have set is not known. */
    | { kind: 'unreadable' }
  );
