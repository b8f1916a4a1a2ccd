import { contextMethod } from './click';
import { estimatorMember } from './estimators';
import { callBack, callFunction, callValue, classMember } from '../calls';
import { doubtAttributes, doubtNames } from '../assignment';
import { force } from '../expressions';
import type { Machine, Site } from '../machine';
import { UNKNOWN, type CallArguments, type ClassData, type ObjectData, type Value } from '../values';
import { AUTOLOG_FUNCTIONS, autologMethod } from './autolog';
import { BUILTINS } from './builtins';
import { CONCURRENCY_FUNCTIONS, runnerMethod } from './concurrency';
import { CONFIG_FUNCTIONS, configMethod } from './config';
import { FLATTEN_FUNCTIONS, frameMember, frameMethod } from './flatten';
import { INSTANTIATE_FUNCTIONS } from './instantiate';
import { logObjects, MLFLOW_FUNCTIONS, mlflowMethod } from './mlflow';
import { makeObject } from './objects';
import { optionMethod } from './argparse';
import { dataclassParserMethod, OPTION_FUNCTIONS } from './options';
import { SPACE_FUNCTIONS, spaceMember, spaceMethod } from './spaces';
import { recordMethod } from './recordMethods';
import { saveHyperparameters } from './lightning';
import { superScope } from './super';
import { TRACKER_FUNCTIONS, trackerMethod } from './trackers';
import { noteScheduler, torchMember, typeOf } from './torch';

/** A modelled function of a library; undefined where it does not know these arguments. */
export type LibraryFunction = (
  m: Machine,
  args: CallArguments,
  site: Site | null,
  path: string,
) => Value | undefined;

type LibraryTable = readonly (readonly [RegExp, LibraryFunction])[];

/** Functions and methods whose names say that they change what they are given, or called on. */
const CHANGES =
  /(^|_)(update|merge|override|overwrite|apply|patch|shuffle|inject|populate|extend|set|load|resolve)(_|$)/;

let tables: LibraryTable | undefined;

/** By a pattern of the dotted path: the first that matches and answers. Made late: these modules need each other. */
function table(): LibraryTable {
  tables ??= [
    ...BUILTINS,
    ...MLFLOW_FUNCTIONS,
    ...OPTION_FUNCTIONS,
    ...CONFIG_FUNCTIONS,
    ...FLATTEN_FUNCTIONS,
    ...INSTANTIATE_FUNCTIONS,
    ...TRACKER_FUNCTIONS,
    ...SPACE_FUNCTIONS,
    ...AUTOLOG_FUNCTIONS,
    ...CONCURRENCY_FUNCTIONS,
  ];
  return tables;
}

export function callLibrary(m: Machine, path: string, args: CallArguments, site: Site | null): Value {
  for (const [pattern, handler] of table()) {
    if (pattern.test(path)) {
      const result = handler(m, args, site, path);
      if (result) {
        return result;
      }
    }
  }
  callBack(m, args);
  noteScheduler(m, path, args);
  if (CHANGES.test(path.slice(path.lastIndexOf('.') + 1))) {
    args.positional.forEach((value) => doubtAttributes(m, value));
  }
  return makeObject(m, path, args, site);
}

export function callLibraryMethod(
  m: Machine,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value {
  const { data } = receiver;
  if (data.kind !== 'object') {
    return UNKNOWN;
  }
  if (data.path === 'builtins.super') {
    return superCall(m, data, name, args, site);
  }
  const result =
    mlflowMethod(m, data, receiver, name, args, site) ??
    optionMethod(m, data, receiver, name, args, site) ??
    dataclassParserMethod(m, data, name, site) ??
    contextMethod(m, data, name, args) ??
    spaceMethod(m, data, receiver, name, args, site) ??
    configMethod(m, data, receiver, name, args, site) ??
    frameMethod(m, data, receiver, name, args) ??
    trackerMethod(m, data, name, args, site) ??
    autologMethod(m, data, receiver, name, args, site) ??
    runnerMethod(m, data, name, args, site);
  if (result) {
    return result;
  }
  callBack(m, args);
  logObjects(m, args);
  if (CHANGES.test(name)) {
    doubtNames(data.attributes);
  }
  return makeObject(m, `${data.path}().${name}`, args, site);
}

/** A method that an instance of the project's class has from a library's base class. */
export function libraryBaseCall(
  m: Machine,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value {
  const { data } = receiver;
  const record = recordMethod(m, receiver, name, args);
  if (record) {
    return record;
  }
  if (name === 'save_hyperparameters' && data.kind === 'instance' && site) {
    return saveHyperparameters(m, data, args, site);
  }
  if (name === '__init__' && data.kind === 'instance') {
    // An unknown base may set what it was given under any name.
    data.open ||= libraryBases(data.type).length > 0;
    return UNKNOWN;
  }
  if (name === '__getitem__' && data.kind === 'instance') {
    return UNKNOWN;
  }
  if (data.kind === 'class' && name === 'parse_obj' && args.positional[0]) {
    return callValue(m, receiver, argsFrom(args.positional[0]), site);
  }
  callBack(m, args);
  return UNKNOWN;
}

function argsFrom(value: Value): CallArguments {
  const named = new Map<string, Value>();
  if (value.data.kind === 'dict') {
    for (const [key, entry] of value.data.entries) {
      named.set(key.slice(4), entry.value);
    }
    return { positional: [], named, open: value.data.open };
  }
  return { positional: [], named, open: true };
}

export function libraryBases(type: ClassData): string[] {
  return type.bases.flatMap((base) =>
    base.data.kind === 'library'
      ? [base.data.path]
      : base.data.kind === 'class'
        ? libraryBases(base.data)
        : [],
  );
}

/** `object.name` of a library's object, or what an instance has from a library's base class. */
export function libraryMember(m: Machine, object: Value, name: string): Value {
  const { data } = object;
  if (data.kind === 'instance') {
    if (name === '__class__') {
      return typeOf(object);
    }
    return UNKNOWN;
  }
  if (data.kind !== 'object') {
    return UNKNOWN;
  }
  const known = data.attributes.get(name);
  if (known) {
    return force(m, known);
  }
  return (
    spaceMember(m, data, name) ??
    estimatorMember(data, name) ??
    frameMember(m, data, name) ??
    torchMember(m, data, name) ??
    (name === '__class__' ? typeOf(object) : null) ?? {
      data: { kind: 'method', receiver: object, name, target: null },
      origin: null,
    }
  );
}

/** `super().name(…)`: the base class of the project that has it, else the library's. */
function superCall(
  m: Machine,
  data: ObjectData,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value {
  const scope = superScope(data);
  if (!scope?.owner || !scope.self) {
    return UNKNOWN;
  }
  for (const base of scope.owner.bases) {
    const resolved = force(m, base);
    const found = resolved.data.kind === 'class' ? classMember(m, resolved.data, name) : null;
    if (found?.data.kind === 'function') {
      return callFunction(
        m,
        found.data,
        { ...args, positional: [scope.self, ...args.positional] },
        scope.self,
      );
    }
  }
  return libraryBaseCall(m, scope.self, name, args, site);
}
