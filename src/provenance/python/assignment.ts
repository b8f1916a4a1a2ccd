import type { Expr, Stmt } from './ast';
import { callFunction, callMethod, classMember } from './calls';
import { evaluate, force } from './expressions';
import { runModule } from './imports';
import { elementsOf } from './iteration';
import { doubtInterpolations } from './libraries/omegaconf';
import type { Machine } from './machine';
import { binary } from './operations';
import {
  anyOf,
  constant,
  keyOf,
  text,
  UNKNOWN,
  type ClassData,
  type DictData,
  type FunctionData,
  type Scope,
  type Value,
} from './values';

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
    case 'instance': {
      const setter = setterOf(m, data.type, name);
      if (setter) {
        callFunction(m, setter, { positional: [object, value], named: new Map(), open: false }, object);
        return;
      }
      m.update(data, data.attributes, name, value);
      return;
    }
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
    case 'library':
      // A library's function replaced by one of the program.
      m.patched.set(`${data.path}.${name}`, value);
      return;
    case 'module': {
      runModule(m, data.module);
      m.bindImported(data.module, name);
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
  if (data.kind === 'library' && data.path === 'os.environ') {
    m.environment.set(text(index), value);
    return;
  }
  if (data.kind !== 'dict') {
    return;
  }
  data.changed = true;
  for (const option of index.data.kind === 'any' ? index.data.options : [index]) {
    const key = keyOf(option);
    if (key === null) {
      doubtEntries(data);
      return;
    }
    const old = data.entries.get(key);
    const certain = m.isCertain(data) && index.data.kind !== 'any';
    data.entries.set(key, { key: option, value: old && !certain ? anyOf([old.value, value]) : value });
    if (data.config && key.startsWith('str:')) {
      doubtInterpolations(m, key.slice(4), (each) => anyOf([each, UNKNOWN]));
    }
    if (key.startsWith('str:')) {
      liveViews.get(data)?.set(key.slice(4), value);
    }
  }
}

/** What `vars()`, `globals()` or `__dict__` gave: a change of the dict is one of what it shows. */
interface LiveView {
  set(name: string, value: Value): void;
  doubt(): void;
}

const liveViews = new WeakMap<DictData, LiveView>();

/** Any entry of a dict may have been set to something that is not known. */
export function doubtEntries(data: DictData): void {
  data.open = true;
  data.changed = true;
  for (const [key, entry] of data.entries) {
    data.entries.set(key, { key: entry.key, value: anyOf([entry.value, UNKNOWN]) });
  }
  liveViews.get(data)?.doubt();
}

/** Stay as they are where any variable may have been set: what is defined or imported, and lists, which are no settings. */
const STEADY = new Set(['function', 'class', 'module', 'library', 'lazy', 'list']);

/** Any variable may have been set. */
export function doubtNames(names: Map<string, Value>): void {
  for (const [name, value] of names) {
    if (!STEADY.has(value.data.kind) && !name.startsWith('__')) {
      names.set(name, anyOf([value, UNKNOWN]));
    }
  }
}

/** Any attribute of an object may have been set. */
export function doubtAttributes(m: Machine, object: Value): void {
  const { data } = object;
  if (data.kind === 'instance') {
    data.open = true;
    for (const name of [...data.attributes.keys(), ...classNames(m, data.type)]) {
      const value = data.attributes.get(name) ?? classMember(m, data.type, name) ?? UNKNOWN;
      if (value.data.kind !== 'function') {
        data.attributes.set(name, anyOf([value, UNKNOWN]));
      }
    }
  } else if (data.kind === 'object') {
    doubtNames(data.attributes);
  } else if (data.kind === 'class') {
    doubtNames(data.attributes);
  } else if (data.kind === 'module') {
    runModule(m, data.module);
    doubtNames(data.module.scope.names);
  } else if (data.kind === 'dict') {
    doubtEntries(data);
  } else if (data.kind === 'any') {
    data.options.forEach((option) => doubtAttributes(m, option));
  }
}

function classNames(m: Machine, type: ClassData): string[] {
  const inherited = type.bases.flatMap((base) => {
    const { data } = force(m, base);
    return data.kind === 'class' ? classNames(m, data) : [];
  });
  return [...inherited, ...type.attributes.keys()];
}

function setterOf(m: Machine, type: ClassData, name: string): FunctionData | null {
  const member = classMember(m, type, name);
  return member?.data.kind === 'function' ? (member.data.setter ?? null) : null;
}

/** `vars(object)`, `object.__dict__`: a view that changes the object. */
export function attributesAsDict(m: Machine, object: Value): Value {
  const { data } = object;
  if (data.kind !== 'instance') {
    return UNKNOWN;
  }
  return view(m, data.attributes, data.open, object.origin, {
    set: (name, value) => m.update(data, data.attributes, name, value),
    doubt: () => doubtAttributes(m, object),
  });
}

/** `globals()`, and `locals()` of a module. */
export function namesAsDict(m: Machine, scope: Scope): Value {
  const own = new Map([...scope.names].filter(([name]) => !name.startsWith('__')));
  return view(m, own, false, null, {
    set: (name, value) => setName(m, scope, name, value),
    doubt: () => doubtNames(scope.names),
  });
}

function view(
  m: Machine,
  names: ReadonlyMap<string, Value>,
  open: boolean,
  origin: Value['origin'],
  live: LiveView,
): Value {
  const data: DictData = {
    kind: 'dict',
    entries: new Map(
      [...names].map(([name, value]) => [`str:${name}`, { key: constant('str', name, null), value }]),
    ),
    open,
    changed: false,
    region: m.region,
  };
  liveViews.set(data, live);
  return { data, origin };
}

/** `del target`. */
export function remove(m: Machine, scope: Scope, target: Expr): void {
  if (target.kind === 'name') {
    scope.names.delete(target.id);
    return;
  }
  if (target.kind !== 'subscript' && target.kind !== 'attribute') {
    return;
  }
  const object = evaluate(m, scope, target.object);
  const { data } = object;
  if (target.kind === 'attribute') {
    if (data.kind === 'instance' || data.kind === 'object') {
      const old = data.attributes.get(target.name);
      if (old && m.isCertain(data)) {
        data.attributes.delete(target.name);
      } else if (old) {
        data.attributes.set(target.name, anyOf([old, UNKNOWN]));
      }
    }
    return;
  }
  const key = keyOf(evaluate(m, scope, target.index));
  if (data.kind === 'dict') {
    data.changed = true;
    if (key !== null && m.isCertain(data)) {
      data.entries.delete(key);
    } else {
      doubtEntries(data);
    }
  } else if (data.kind === 'list') {
    data.changed = true;
    data.open = true;
  }
}

export function augment(m: Machine, scope: Scope, statement: Extract<Stmt, { kind: 'augmented' }>): void {
  const old = evaluate(m, scope, statement.target);
  const operand = evaluate(m, scope, statement.value);
  if (statement.operator === '|' && old.data.kind === 'dict') {
    callMethod(m, old, 'update', { positional: [operand], named: new Map(), open: false }, null);
    return;
  }
  if (statement.operator === '+' && old.data.kind === 'list' && old.data.type === 'list') {
    callMethod(m, old, 'extend', { positional: [operand], named: new Map(), open: false }, null);
    return;
  }
  const result = binary(m, statement.operator, old, operand, m.originOf(scope, statement));
  assign(m, scope, statement.target, result);
}
