import { attributesAsDict } from './assignment';
import { attributeOf, evaluate, force } from './expressions';
import { resolveLazy, runModule } from './imports';
import { listOf } from './iteration';
import { argument, noArguments, unknownArguments, type Machine, type Site } from './machine';
import { callBuiltinMethod } from './methods';
import { execute, newFrame } from './statements';
import { callLibrary, callLibraryMethod, libraryBaseCall, libraryMember } from './libraries/index';
import { clickGroupMethod } from './libraries/click';
import { withDefault } from './libraries/options';
import { decoratedCall } from './libraries/decorators';
import { bindFields, isRecordClass } from './records';
import {
  anyOf,
  constant,
  UNKNOWN,
  type CallArguments,
  type ClassData,
  type FunctionData,
  type Scope,
  type Value,
} from './values';

/** Calls any value. `site` is null where the call is not written in the code. */
export function callValue(m: Machine, callee: Value, args: CallArguments, site: Site | null): Value {
  m.step();
  const { data } = callee;
  switch (data.kind) {
    case 'lazy':
      return callValue(m, force(m, callee), args, site);
    case 'function':
      return decoratedCall(m, data, args, site) ?? callFunction(m, data, args);
    case 'class':
      return instantiate(m, data, args, site);
    case 'method':
      return data.target
        ? callFunction(m, data.target, withSelf(data.receiver, args), data.receiver)
        : callMethod(m, data.receiver, data.name, args, site);
    case 'library':
      return callLibrary(m, data.path, args, site);
    case 'partial':
      return callValue(
        m,
        data.callee,
        {
          positional: [...data.args.positional, ...args.positional],
          named: new Map([...data.args.named, ...args.named]),
          open: data.args.open || args.open,
        },
        site,
      );
    case 'instance':
      return callMethod(m, callee, '__call__', args, site);
    case 'object':
      return callLibraryMethod(m, callee, '__call__', args, site);
    case 'any':
      return anyOf(m.uncertain(() => data.options.map((option) => callValue(m, option, args, site))));
    default:
      callBack(m, args);
      return UNKNOWN;
  }
}

export function callMethod(
  m: Machine,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value {
  m.step();
  const { data } = receiver;
  switch (data.kind) {
    case 'lazy':
      return callMethod(m, resolveLazy(m, data.module, data.name), name, args, site);
    case 'module':
      runModule(m, data.module);
      return callValue(m, resolveLazy(m, data.module, name), args, site);
    case 'library': {
      if (data.path.startsWith('builtins.') && !/^builtins\.(dict|str|list|int|float)$/.test(data.path)) {
        callBack(m, args);
        return UNKNOWN;
      }
      return callValue(m, attributeOf(m, receiver, name), args, site);
    }
    case 'any':
      return anyOf(m.uncertain(() => data.options.map((option) => callMethod(m, option, name, args, site))));
    case 'object':
      return data.attributes.has(name)
        ? callValue(m, data.attributes.get(name)!, args, site)
        : callLibraryMethod(m, receiver, name, args, site);
    case 'instance': {
      const target = memberOf(m, receiver, name);
      if (target.data.kind !== 'unknown') {
        return callValue(m, target, args, site);
      }
      return libraryBaseCall(m, receiver, name, args, site);
    }
    case 'class': {
      const target = memberOf(m, receiver, name);
      return target.data.kind === 'unknown'
        ? libraryBaseCall(m, receiver, name, args, site)
        : callValue(m, target, args, site);
    }
    case 'unknown':
      callBack(m, args);
      return UNKNOWN;
    default:
      return (
        clickGroupMethod(m, receiver, name, args, site) ?? callBuiltinMethod(m, receiver, name, args, site)
      );
  }
}

/**
 * A function given to code that is not here may be called by it, with anything, also where the project calls it
 * too: what it logs then is not known. Once is enough.
 */
export function callBack(m: Machine, args: CallArguments): void {
  for (const value of [...args.positional, ...args.named.values()].flatMap(handedOver)) {
    const target = value.data.kind === 'method' ? value.data.target : value.data;
    if (target?.kind === 'function' && !m.calledBack.has(target)) {
      m.calledBack.add(target);
      m.uncertain(() =>
        callFunction(
          m,
          target,
          value.data.kind === 'method'
            ? withSelf(value.data.receiver, unknownArguments())
            : unknownArguments(),
        ),
      );
    }
  }
}

/** What is handed over with a value: what a list holds, what a partial call is of. */
function handedOver(value: Value): Value[] {
  const items = value.data.kind === 'list' && value.data.items.length <= 64 ? value.data.items : [value];
  return items.map((item) => (item.data.kind === 'partial' ? item.data.callee : item));
}

function withSelf(self: Value, args: CallArguments): CallArguments {
  return { ...args, positional: [self, ...args.positional] };
}

/** Runs a function of the project. Parameters that the call does not give have their defaults. */
export function callFunction(m: Machine, target: FunctionData, args: CallArguments, self?: Value): Value {
  if (m.tooDeep) {
    m.incomplete = true;
    return UNKNOWN;
  }
  m.called.add(target);
  const scope: Scope = {
    module: target.scope.module,
    parent: target.scope,
    names: new Map(),
    outer: new Set(),
    owner: target.owner,
    self: self ?? args.positional[0],
  };
  bindParameters(m, target, args, scope);
  m.depth++;
  try {
    if (target.body) {
      return evaluate(m, scope, target.body);
    }
    const frame = newFrame();
    const body = target.node?.body ?? [];
    if (target.node?.isGenerator) {
      // It runs in parts, while others run between them: what it changes may be changed back.
      m.uncertain(() => {
        frame.yields.region = m.region;
        execute(m, scope, body, frame);
      }, true);
      const { items, open } = frame.yields;
      return listOf(m, items, null, 'list', open || !target.node.yieldsPlainly);
    }
    const completion = execute(m, scope, body, frame);
    if (frame.returns.length === 0) {
      return constant('none', null, null);
    }
    return anyOf(completion === 'normal' ? [...frame.returns, constant('none', null, null)] : frame.returns);
  } finally {
    m.depth--;
  }
}

function bindParameters(m: Machine, target: FunctionData, args: CallArguments, scope: Scope): void {
  const named = new Map(args.named);
  let position = 0;
  for (const param of target.params) {
    if (param.star === 1) {
      scope.names.set(param.name, listOf(m, args.positional.slice(position), null, 'tuple', args.open));
      position = args.positional.length;
      continue;
    }
    if (param.star === 2) {
      scope.names.set(param.name, {
        data: {
          kind: 'dict',
          entries: new Map(
            [...named].map(([key, value]) => [
              `str:${key}`,
              { key: constant('str', key, value.origin), value },
            ]),
          ),
          open: args.open,
          changed: true,
          region: m.region,
        },
        origin: null,
      });
      continue;
    }
    let value = named.get(param.name);
    named.delete(param.name);
    if (!value && !param.keywordOnly && position < args.positional.length) {
      value = args.positional[position++];
    }
    const preset = target.defaults.get(param.name);
    if (!value && args.words !== undefined && !param.keywordOnly) {
      const word = `argument ${args.words + position++ - args.positional.length}`;
      const at = param.default?.at ?? target.node?.at ?? 0;
      value = withDefault(preset, word, m.source(target.scope.module.file).origin(at));
    }
    // What is not known may give it, also with its default's value.
    value ??= args.open ? UNKNOWN : (preset ?? UNKNOWN);
    scope.names.set(param.name, value);
  }
}

/** Calls a class of the project. */
function instantiate(m: Machine, type: ClassData, args: CallArguments, site: Site | null): Value {
  const instance: Value = {
    data: { kind: 'instance', type, attributes: new Map(), open: false, region: m.region },
    origin: site ? m.origin(site) : null,
  };
  const made = isEnumerationCall(type, args);
  if (made) {
    return made;
  }
  const init = classMember(m, type, '__init__');
  if (init?.data.kind === 'function') {
    callFunction(m, init.data, withSelf(instance, args), instance);
  } else if (isRecordClass(type)) {
    bindFields(m, type, instance, args);
    for (const name of ['__post_init__', '__attrs_post_init__', 'model_post_init']) {
      const post = classMember(m, type, name);
      if (post?.data.kind === 'function') {
        callFunction(m, post.data, withSelf(instance, noArguments()), instance);
      }
    }
  } else {
    libraryBaseCall(m, instance, '__init__', args, site);
  }
  return instance;
}

function isEnumerationCall(type: ClassData, args: CallArguments): Value | null {
  const given = argument(args, 0, 'value');
  const members = [...type.attributes.values()].filter(
    (member) => member.data.kind === 'instance' && member.data.type === type,
  );
  if (!given || members.length === 0) {
    return null;
  }
  return (
    members.find(
      (member) =>
        member.data.kind === 'instance' &&
        given.data.kind === 'constant' &&
        member.data.attributes.get('value')?.data.kind === 'constant' &&
        (member.data.attributes.get('value')?.data as { constant: { value: unknown } }).constant.value ===
          given.data.constant.value,
    ) ?? UNKNOWN
  );
}

/** A member of a class or of its bases. */
export function classMember(m: Machine, type: ClassData, name: string): Value | null {
  const own = type.attributes.get(name);
  if (own) {
    return force(m, own);
  }
  for (const base of type.bases) {
    const resolved = force(m, base);
    const inherited = resolved.data.kind === 'class' ? classMember(m, resolved.data, name) : null;
    if (inherited) {
      return inherited;
    }
  }
  return null;
}

/** `instance.name`, `Class.name` or a member of a library's object. */
export function memberOf(m: Machine, object: Value, name: string): Value {
  const { data } = object;
  if (data.kind === 'instance') {
    const own = data.attributes.get(name);
    if (own) {
      return isFaithful(m, data.type, name) ? force(m, own) : anyOf([force(m, own), UNKNOWN]);
    }
    if (name === '__dict__') {
      return attributesAsDict(m, object);
    }
    const value = classMember(m, data.type, name);
    if (value?.data.kind === 'function') {
      return bind(m, value.data, object, object);
    }
    if (value && !isFaithful(m, data.type, name)) {
      return anyOf([value, UNKNOWN]);
    }
    return value ?? proxied(m, object, name) ?? libraryMember(m, object, name);
  }
  if (data.kind === 'class') {
    const value = classMember(m, data, name);
    if (value?.data.kind === 'function') {
      const kind = decoratorKind(value.data);
      return kind === 'classmethod'
        ? { data: { kind: 'method', receiver: object, name, target: value.data }, origin: value.origin }
        : value;
    }
    if (name === '__name__') {
      // Where the class came by way of an object, the line that made that.
      return constant('str', data.name, object.origin === data.origin ? null : object.origin);
    }
    return value ?? UNKNOWN;
  }
  return libraryMember(m, object, name);
}

/** Whether an attribute is what was set: no descriptor, metaclass or hook of the class stands between. */
function isFaithful(m: Machine, type: ClassData, name: string): boolean {
  const shared = classMember(m, type, name);
  const isDescriptor =
    shared?.data.kind === 'instance' && classMember(m, shared.data.type, '__get__') !== null;
  const hooks = ['__getattribute__', '__setattr__', '__new__'];
  return !isDescriptor && !hasMetaclass(m, type) && !hooks.some((hook) => classMember(m, type, hook));
}

function hasMetaclass(m: Machine, type: ClassData): boolean {
  return (
    type.hasMetaclass ||
    type.bases.some((base) => {
      const { data } = force(m, base);
      return data.kind === 'class' && hasMetaclass(m, data);
    })
  );
}

/** What a `__getattr__` of the project's own gives for a name that is not there. */
function proxied(m: Machine, object: Value, name: string): Value | null {
  const target = object.data.kind === 'instance' ? classMember(m, object.data.type, '__getattr__') : null;
  return target?.data.kind === 'function' && !name.startsWith('__')
    ? callFunction(
        m,
        target.data,
        { positional: [object, constant('str', name, null)], named: new Map(), open: false },
        object,
      )
    : null;
}

function bind(m: Machine, target: FunctionData, receiver: Value, self: Value): Value {
  switch (decoratorKind(target)) {
    case 'staticmethod':
      return { data: target, origin: null };
    case 'property':
      return callFunction(m, target, { positional: [self], named: new Map(), open: false }, self);
    case 'classmethod':
      return {
        data: {
          kind: 'method',
          receiver: receiver.data.kind === 'instance' ? { data: receiver.data.type, origin: null } : receiver,
          name: target.name,
          target,
        },
        origin: null,
      };
    default:
      return { data: { kind: 'method', receiver, name: target.name, target }, origin: null };
  }
}

function decoratorKind(target: FunctionData): 'staticmethod' | 'classmethod' | 'property' | null {
  for (const { data } of target.decorators) {
    if (data.kind === 'library') {
      const word = /(?:^|\.)(staticmethod|classmethod|property|cached_property)$/.exec(data.path)?.[1];
      if (word) {
        return word === 'cached_property'
          ? 'property'
          : (word as 'staticmethod' | 'classmethod' | 'property');
      }
    }
  }
  return null;
}
