import { elementsOf } from '../iteration';
import type { AutologEvent, RunToken } from '../events';
import { argument, type Machine, type Site } from '../machine';
import { callFunction } from '../calls';
import { constant, text, UNKNOWN, type CallArguments, type ObjectData, type Value } from '../values';
import { asDict } from './builtins';
import type { LibraryFunction } from './index';
import { estimatorClass, libraryDefaultsOf } from './estimators';
import { makeObject, objectOf } from './objects';

const NONE = constant('none', null, null);
const tokens = new WeakMap<object, RunToken>();

/** The run that a value stands for: what `mlflow.start_run` gave. */
export function runTokenOf(value: Value): RunToken | undefined {
  return tokens.get(value.data);
}

/** `log_params(params)`: an event for each key. */
export function logParams(
  m: Machine,
  params: Value,
  site: Site,
  autolog: AutologEvent | null = null,
  run?: RunToken,
): void {
  for (const option of params.data.kind === 'any' ? params.data.options : [params]) {
    const dict = asDict(m, option);
    if (dict.data.kind !== 'dict') {
      m.log(UNKNOWN, UNKNOWN, site, autolog, run);
      continue;
    }
    for (const { key, value } of dict.data.entries.values()) {
      m.log(key, value, site, autolog, run);
    }
    if (dict.data.open) {
      const declared = libraryDefaultsOf(dict.data);
      if (declared) {
        // Of a call of autologging they are its own already.
        if (!autolog) {
          m.autolog(declared.flavour, site, declared.owners, false, run);
        }
      } else {
        m.log(UNKNOWN, UNKNOWN, site, autolog, run);
      }
    }
  }
}

/** Nested dicts as loggers flatten them: `model/lr`, and lists of dicts, `blocks/0/n`, where they do. */
export function flattened(
  m: Machine,
  value: Value,
  separator: string,
  lists: boolean,
  prefix = '',
): [string, Value][] | null {
  const dict = asDict(m, value);
  if (dict.data.kind !== 'dict') {
    return null;
  }
  const result: [string, Value][] = [];
  for (const { key, value: entry } of dict.data.entries.values()) {
    m.step();
    const name = prefix + String(key.data.kind === 'constant' ? key.data.constant.value : '');
    const { data } = entry;
    const rows = lists && data.kind === 'list' && data.type === 'list' && !data.open ? data.items : null;
    const inner =
      data.kind === 'dict' || data.kind === 'instance'
        ? flattened(m, entry, separator, lists, `${name}${separator}`)
        : rows?.every((row) => row.data.kind === 'dict')
          ? rows.flatMap(
              (row, i) => flattened(m, row, separator, lists, `${name}${separator}${i}${separator}`) ?? [],
            )
          : null;
    result.push(...(inner ?? [[name, entry] as [string, Value]]));
  }
  return result;
}

/** A run that a library starts, and leaves open. */
export function startRunOf(m: Machine, name: Value | null, tags?: Value): void {
  setTags(m, tags, m.startRun(name, false));
}

const startRun: LibraryFunction = (m, args, site, path) => {
  const nested = args.named.has('nested') || args.named.has('parent_run_id');
  const resumed = argument(args, 0, 'run_id');
  const name = argument(args, 2, 'run_name') ?? null;
  const value = makeObject(m, path, args, site);
  const token = m.startRun(resumed && resumed.data.kind !== 'constant' ? UNKNOWN : name, nested);
  tokens.set(value.data, token);
  setTags(m, args.named.get('tags'), token);
  return value;
};

/** Tags of a dict, of the run that is open. */
function setTags(m: Machine, tags: Value | undefined, token = m.run): void {
  const dict = tags && asDict(m, tags);
  for (const { key, value } of dict?.data.kind === 'dict' ? dict.data.entries.values() : []) {
    const name = text(key);
    if (name !== null) {
      m.setTag(name, value, token);
    }
  }
}

const autolog: LibraryFunction = (m, args, _site, path) => {
  const flavour = /^mlflow\.(?:(\w+)\.)?autolog$/.exec(path)?.[1] ?? '*';
  const disabled = args.named.get('disable');
  const on = disabled?.data.kind === 'constant' ? disabled.data.constant.value !== true : true;
  m.autologging.set(flavour, on);
  return NONE;
};

/** The model is the first argument, whatever its flavour calls it. */
const logModel: LibraryFunction = (m, args, site, path) => {
  const model = args.positional[0] ?? [...args.named].find(([name]) => /model$|^pipeline$/.test(name))?.[1];
  const estimator = model ? estimatorClass(model) : null;
  if (estimator !== null) {
    m.models.push({ run: m.run, estimator });
  }
  return makeObject(m, path, args, site);
};

export const MLFLOW_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [
    /^mlflow(\.tracking)?(\.fluent)?\.log_param$/,
    (m, args, site) => {
      const value = argument(args, 1, 'value') ?? UNKNOWN;
      if (site) {
        m.log(argument(args, 0, 'key') ?? UNKNOWN, value, site);
      }
      return value;
    },
  ],
  [
    /^mlflow(\.tracking)?(\.fluent)?\.log_params$/,
    (m, args, site) => {
      if (site) {
        logParams(m, argument(args, 0, 'params') ?? UNKNOWN, site);
      }
      return NONE;
    },
  ],
  [/^mlflow(\.tracking)?(\.fluent)?\.start_run$/, startRun],
  [
    /^mlflow(\.tracking)?(\.fluent)?\.set_tags?$/,
    (m, args, _site, path) => {
      const first = argument(args, 0, path.endsWith('tags') ? 'tags' : 'key') ?? UNKNOWN;
      const name = text(first);
      if (path.endsWith('tags')) {
        setTags(m, first);
      } else if (name !== null) {
        m.setTag(name, argument(args, 1, 'value') ?? UNKNOWN);
      }
      return NONE;
    },
  ],
  [
    /^mlflow(\.tracking)?(\.fluent)?\.end_run$/,
    (m) => {
      m.endRun();
      return NONE;
    },
  ],
  [/^mlflow\.(\w+\.)?autolog$/, autolog],
  [/^mlflow\.\w+\.(log_model|save_model)$/, logModel],
  [/^mlflow(\.entities)?\.(Param)$/, (m, args, site, path) => makeObject(m, path, args, site)],
  [
    /^mlflow(\.tracking)?(\.client)?\.MlflowClient$/,
    (m, args, site) => makeObject(m, 'mlflow.MlflowClient', args, site),
  ],
];

/** Methods of MLflow's client and of the loggers that frameworks bring. */
export function mlflowMethod(
  m: Machine,
  object: ObjectData,
  _receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value | null {
  if (!site) {
    return null;
  }
  if (object.path === 'mlflow.MlflowClient') {
    return clientMethod(m, name, args, site);
  }
  if (/(^|\.)ML[Ff]low\w*Logger$|(^|\.)MLflowTracker$/.test(object.path)) {
    if (name === 'store_init_configuration') {
      logParams(m, argument(args, 0, 'values') ?? UNKNOWN, site);
      return NONE;
    }
    if (name === 'log_hyperparams' || name === 'log_params') {
      logHyperparameters(m, args.positional[0] ?? argument(args, 0, 'params') ?? UNKNOWN, site);
      return NONE;
    }
  }
  if (name === 'log_param' && /experiment|mlflow/i.test(object.path)) {
    const keyFirst = args.positional.length >= 3 ? 1 : 0;
    m.log(args.positional[keyFirst] ?? UNKNOWN, args.positional[keyFirst + 1] ?? UNKNOWN, site);
    return NONE;
  }
  return null;
}

/** Lightning's logger flattens nested dicts with `/`, and lists of dicts (2.x, `fabric/utilities/logger.py`); ray's has no such lists. */
export function logHyperparameters(m: Machine, params: Value, site: Site, lists = true): void {
  for (const option of params.data.kind === 'any' ? params.data.options : [params]) {
    const pairs = flattened(m, option, '/', lists);
    if (!pairs) {
      m.log(UNKNOWN, UNKNOWN, site);
      continue;
    }
    for (const [key, value] of pairs) {
      m.log(constant('str', key, null), value, site);
    }
  }
}

function clientMethod(m: Machine, name: string, args: CallArguments, site: Site): Value | null {
  switch (name) {
    case 'log_param':
      m.log(argument(args, 1, 'key') ?? UNKNOWN, argument(args, 2, 'value') ?? UNKNOWN, site);
      return NONE;
    case 'log_batch': {
      const params = argument(args, 2, 'params');
      for (const item of params ? elementsOf(m, params).items : []) {
        const param = objectOf(item, /\.Param$/);
        m.log(
          param ? (argument(param.args, 0, 'key') ?? UNKNOWN) : UNKNOWN,
          param ? (argument(param.args, 1, 'value') ?? UNKNOWN) : UNKNOWN,
          site,
        );
      }
      return NONE;
    }
    case 'create_run':
      return null;
    default:
      return null;
  }
}

/** Objects of the project given to a library may log when it calls them back: a callback's methods. */
export function logObjects(m: Machine, args: CallArguments): void {
  for (const value of [...args.positional, ...args.named.values()]) {
    for (const item of value.data.kind === 'list' ? value.data.items : [value]) {
      if (item.data.kind !== 'instance') {
        continue;
      }
      for (const member of item.data.type.attributes.values()) {
        const { data } = member;
        if (
          data.kind === 'function' &&
          !m.called.has(data) &&
          data.node &&
          mentionsLogging(m, data.scope.module.file, data.node.at, data.node.end)
        ) {
          m.uncertain(() =>
            callFunction(m, data, { positional: [item], named: new Map(), open: true }, item),
          );
        }
      }
    }
  }
}

export function mentionsLogging(m: Machine, file: string, from: number, to: number): boolean {
  return /log_params?\b|log_hyperparams|log_batch/.test(m.source(file).text.slice(from, to));
}
