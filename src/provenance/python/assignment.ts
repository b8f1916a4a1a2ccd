import type { Expr, Stmt } from './ast';
import { evaluate } from './expressions';
import { elementsOf } from './iteration';
import type { Machine } from './machine';
import { binary } from './operations';
import { anyOf, constant, keyOf, text, UNKNOWN, type Scope, type Value } from './values';

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

export function remove(m: Machine, scope: Scope, target: Expr): void {
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

export function augment(m: Machine, scope: Scope, statement: Extract<Stmt, { kind: 'augmented' }>): void {
  const old = evaluate(m, scope, statement.target);
  const operand = evaluate(m, scope, statement.value);
  if (statement.operator === '|' && old.data.kind === 'dict') {
    for (const { key, value } of operand.data.kind === 'dict' ? operand.data.entries.values() : []) {
      setItem(m, old, key, value);
    }
    return;
  }
  const result = binary(m, statement.operator, old, operand, m.originOf(scope, statement));
  assign(m, scope, statement.target, result);
}
