import type { Expr, FunctionNode, Parameter, Stmt } from './ast';
import { decorate } from './decoration';
import { evaluate } from './expressions';
import type { Machine } from './machine';
import { execute, newFrame } from './statements';
import { constant, keyOf, type ClassData, type FunctionData, type Scope, type Value } from './values';

export function makeFunction(m: Machine, scope: Scope, node: FunctionNode): Value {
  const data: FunctionData = {
    kind: 'function',
    name: node.name,
    params: node.params,
    defaults: defaultsOf(m, scope, node.params),
    node,
    body: null,
    scope: closure(scope),
    decorators: [],
    owner: scope.owner ?? null,
  };
  m.functions.add(data);
  return { data, origin: m.source(scope.module.file).origin(node.at) };
}

export function makeLambda(m: Machine, scope: Scope, params: Parameter[], body: Expr): Value {
  return {
    data: {
      kind: 'function',
      name: '<lambda>',
      params,
      defaults: defaultsOf(m, scope, params),
      node: null,
      body,
      scope: closure(scope),
      decorators: [],
      owner: null,
    },
    origin: m.originOf(scope, body),
  };
}

/** Names of a class body are not seen by its methods. */
function closure(scope: Scope): Scope {
  return scope.isClass && scope.parent ? scope.parent : scope;
}

function defaultsOf(m: Machine, scope: Scope, params: readonly Parameter[]): Map<string, Value> {
  const defaults = new Map<string, Value>();
  for (const param of params) {
    if (param.default) {
      defaults.set(param.name, evaluate(m, scope, param.default));
    } else if (param.annotation) {
      const annotated = annotatedDefault(m, scope, param.annotation);
      if (annotated) {
        defaults.set(param.name, annotated);
      }
    }
  }
  return defaults;
}

/** `Annotated[float, typer.Option("--lr")]` without a default says only that it comes from outside. */
function annotatedDefault(m: Machine, scope: Scope, annotation: Expr): Value | null {
  if (annotation.kind !== 'subscript' || annotation.index.kind !== 'sequence') {
    return null;
  }
  const last = annotation.index.items.at(-1);
  if (last?.kind !== 'call') {
    return null;
  }
  const value = evaluate(m, scope, last);
  return value.outside ? value : null;
}

export function makeClass(m: Machine, scope: Scope, statement: Extract<Stmt, { kind: 'class' }>): Value {
  const data: ClassData = {
    kind: 'class',
    name: statement.name,
    bases: statement.bases
      .filter((base) => !base.name && !base.star)
      .map((base) => evaluate(m, scope, base.value)),
    attributes: new Map(),
    hasMetaclass: statement.bases.some(({ name }) => name === 'metaclass'),
    fields: [],
    fieldOrigins: new Map(),
    decorators: [],
    origin: m.originOf(scope, statement),
  };
  const body: Scope = {
    module: scope.module,
    parent: scope,
    names: data.attributes,
    outer: new Set(),
    owner: data,
    isClass: true,
  };
  execute(m, body, statement.body, newFrame());
  data.attributes = body.names;
  for (const inner of statement.body) {
    if (inner.kind === 'annotated' && inner.target.kind === 'name' && !isClassVar(inner.annotation)) {
      data.fields.push(inner.target.id);
      data.fieldOrigins.set(inner.target.id, m.originOf(scope, inner));
    }
  }
  if (isEnumeration(data)) {
    makeMembers(m, data);
  }
  return decorate(m, scope, { data, origin: data.origin }, statement.decorators);
}

/** Annotations of names that are no fields. */
const NO_FIELD = /^(ClassVar|KW_ONLY)$/;

function isClassVar(annotation: Expr): boolean {
  const head = annotation.kind === 'subscript' ? annotation.object : annotation;
  return (
    (head.kind === 'name' && NO_FIELD.test(head.id)) ||
    (head.kind === 'attribute' && NO_FIELD.test(head.name))
  );
}

function isEnumeration(type: ClassData): boolean {
  return type.bases.some(
    (base) =>
      (base.data.kind === 'library' && /^enum\.(\w*Enum|\w*Flag)$/.test(base.data.path)) ||
      (base.data.kind === 'class' && isEnumeration(base.data)),
  );
}

/** `Model.XGB` is a member whose `.value` is what the line says. */
function makeMembers(m: Machine, type: ClassData): void {
  const members = new Map<string | null, Value>();
  for (const [name, value] of type.attributes) {
    if (!name.startsWith('_') && value.data.kind === 'constant') {
      // A second name of a value is another name of its first member.
      const alias = members.get(keyOf(value));
      const member: Value = alias ?? {
        data: {
          kind: 'instance',
          type,
          attributes: new Map([
            ['value', value],
            ['name', constant('str', name, value.origin)],
          ]),
          open: false,
          region: m.region,
        },
        origin: value.origin,
      };
      members.set(keyOf(value), member);
      type.attributes.set(name, member);
    }
  }
}
