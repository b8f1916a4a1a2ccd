import { callMethod } from '../calls';
import { dictOf, elementsOf } from '../iteration';
import { argument, noArguments, type Machine, type Site } from '../machine';
import {
  anyOf,
  constant,
  text,
  UNKNOWN,
  type CallArguments,
  type DictData,
  type ObjectData,
  type Value,
} from '../values';
import type { LibraryFunction } from './index';
import { libraryBases } from './index';
import { logHyperparameters, logParams } from './mlflow';
import { makeObject, objectOf } from './objects';
import { distribution } from './spaces';

const libraryDefaults = new WeakMap<DictData, string>();

/** The flavour, for a dict whose missing entries are the library's defaults. */
export function isLibraryDefaults(data: DictData): string | undefined {
  return libraryDefaults.get(data);
}

function isOn(m: Machine, ...flavours: string[]): boolean {
  const own = flavours.map((flavour) => m.autologging.get(flavour)).find((on) => on !== undefined);
  return own ?? m.autologging.get('*') ?? false;
}

const ESTIMATOR =
  /^(sklearn|imblearn|lightgbm\.LGBM|xgboost\.XGB|catboost\.CatBoost|category_encoders)\b.*?\.?[A-Z]\w*$/;

/** Names of the arguments that estimators take by position. */
const POSITIONAL: Readonly<Record<string, readonly string[]>> = {
  Lasso: ['alpha'],
  Ridge: ['alpha'],
  ElasticNet: ['alpha'],
  LogisticRegression: ['penalty'],
  RandomForestClassifier: ['n_estimators'],
  RandomForestRegressor: ['n_estimators'],
  ExtraTreesClassifier: ['n_estimators'],
  ExtraTreesRegressor: ['n_estimators'],
  KNeighborsClassifier: ['n_neighbors'],
  KNeighborsRegressor: ['n_neighbors'],
  KMeans: ['n_clusters'],
  PCA: ['n_components'],
  Pipeline: ['steps'],
  GridSearchCV: ['estimator', 'param_grid'],
  RandomizedSearchCV: ['estimator', 'param_distributions'],
  CountVectorizer: ['input'],
  ColumnTransformer: ['transformers'],
};

function className(path: string): string {
  return path.split('.').at(-1) ?? path;
}

/** The constructor's arguments by name; null where some have no known name. */
function named(object: ObjectData): { params: [string, Value][]; open: boolean } {
  const names = POSITIONAL[className(object.path)] ?? [];
  const params: [string, Value][] = [
    ...object.args.named,
    ...[...object.attributes]
      .filter(([name]) => name.startsWith('param:'))
      .map(([name, value]): [string, Value] => [name.slice(6), value]),
  ];
  object.args.positional.forEach((value, index) => {
    const name = names[index];
    if (name) {
      params.push([name, value]);
    }
  });
  return { params, open: object.args.open || object.args.positional.length > names.length };
}

/** `make_pipeline` names each step after its class. */
function steps(object: ObjectData): [string, Value][] | null {
  if (/(^|\.)make_(pipeline|union)$/.test(object.path)) {
    return object.args.positional.map((step) => [
      step.data.kind === 'object' ? className(step.data.path).toLowerCase() : '',
      step,
    ]);
  }
  const list = argument(object.args, 0, 'steps');
  const elements = list ? elementsOf(m0, list) : null;
  if (!elements?.exact) {
    return null;
  }
  return elements.items.flatMap((item): [string, Value][] => {
    const pair = item.data.kind === 'list' ? item.data.items : [];
    const name = pair[0] ? text(pair[0]) : null;
    return name !== null && pair[1] ? [[name, pair[1]]] : [];
  });
}

/** `elementsOf` needs a machine only to count its steps. */
const m0 = { step: () => undefined, region: 0 } as Pick<Machine, 'step' | 'region'> as Machine;

/** `get_params(deep=True)`: what the constructor was given, under the names of its steps; the rest is default. */
export function estimatorParams(m: Machine, object: ObjectData, flavour: string): Value {
  const pairs: [string, Value][] = [];
  const collect = (current: ObjectData, prefix: string): void => {
    if (/(^|\.)(Pipeline|make_pipeline)$/.test(current.path)) {
      const inner = steps(current);
      pairs.push([`${prefix}steps`, UNKNOWN]);
      for (const [name, step] of inner ?? []) {
        pairs.push([`${prefix}${name}`, UNKNOWN]);
        if (step.data.kind === 'object') {
          collect(step.data, `${prefix}${name}__`);
        }
      }
      for (const [name, value] of current.args.named) {
        if (name !== 'steps') {
          pairs.push([prefix + name, value]);
        }
      }
      return;
    }
    const { params } = named(current);
    for (const [name, value] of params) {
      pairs.push([prefix + name, value]);
      if (value.data.kind === 'object' && ESTIMATOR.test(value.data.path)) {
        collect(value.data, `${prefix}${name}__`);
      }
    }
  };
  collect(object, '');
  const value = dictOf(m, pairs, null, true);
  const unclear = named(object).open && !/(^|\.)make_pipeline$/.test(object.path);
  if (value.data.kind === 'dict' && !unclear) {
    libraryDefaults.set(value.data, flavour);
  }
  return value;
}

/** Logs given arguments by name; what the signature names besides is the library's default. */
function logCall(
  m: Machine,
  flavour: string,
  args: CallArguments,
  names: readonly string[],
  site: Site,
  first = 0,
): void {
  names.forEach((name, index) => {
    const value = argument(args, first + index, name);
    if (value && name !== '') {
      m.log(constant('str', name, null), value, site, flavour);
    }
  });
  m.autologs.push({ run: m.run, flavour, site: m.origin(site), open: args.open });
}

const trainXgboost: LibraryFunction = (m, args, site, path) => {
  if (site && isOn(m, 'xgboost')) {
    logParams(m, argument(args, 0, 'params') ?? UNKNOWN, site, 'xgboost');
    logCall(
      m,
      'xgboost',
      args,
      [
        'num_boost_round',
        '',
        'obj',
        'feval',
        'maximize',
        'early_stopping_rounds',
        '',
        'verbose_eval',
        'xgb_model',
        '',
        'custom_metric',
      ],
      site,
      2,
    );
  }
  return makeObject(m, path, args, site);
};

const trainLightgbm: LibraryFunction = (m, args, site, path) => {
  if (site && isOn(m, 'lightgbm')) {
    logParams(m, argument(args, 0, 'params') ?? UNKNOWN, site, 'lightgbm');
    logCall(
      m,
      'lightgbm',
      args,
      [
        'num_boost_round',
        '',
        '',
        '',
        'feval',
        'init_model',
        'feature_name',
        'categorical_feature',
        'keep_training_booster',
      ],
      site,
      2,
    );
    const stopping = args.named.get('early_stopping_rounds');
    if (stopping) {
      m.log(constant('str', 'early_stopping_rounds', null), stopping, site, 'lightgbm');
    }
  }
  return makeObject(m, path, args, site);
};

export const AUTOLOG_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [/^xgboost(\.training)?\.train$/, trainXgboost],
  [/^lightgbm(\.engine)?\.train$/, trainLightgbm],
];

const KERAS_FIT = [
  '',
  '',
  'batch_size',
  'epochs',
  'verbose',
  'callbacks',
  'validation_split',
  '',
  'shuffle',
  'class_weight',
  'sample_weight',
  'initial_epoch',
  'steps_per_epoch',
  'validation_steps',
  'validation_batch_size',
  'validation_freq',
];

/** Methods of estimators, models and trainers. */
export function autologMethod(
  m: Machine,
  object: ObjectData,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value | null {
  if (!site) {
    return null;
  }
  if (ESTIMATOR.test(object.path) || /(^|\.)make_pipeline$/.test(object.path)) {
    return estimatorMethod(m, object, receiver, name, args, site);
  }
  if (/^(tensorflow\.)?keras(\.\w+)*\.(Sequential|Model|load_model|Functional)$/.test(object.path)) {
    return kerasMethod(m, object, receiver, name, args, site);
  }
  if (/^(pytorch_lightning|lightning)(\.\w+)*\.Trainer$/.test(object.path) && name === 'fit') {
    fitLightning(m, object, args, site);
    return receiver;
  }
  if (/^transformers\.\w*Trainer$/.test(object.path) && name === 'train') {
    const training = object.args.named.get('args') ?? object.args.positional[1];
    const settings = training ? objectOf(training, /TrainingArguments$/) : null;
    if (settings) {
      settings.args.named.forEach((value, key) =>
        m.log(constant('str', key, null), value, site, 'transformers'),
      );
      m.autologs.push({
        run: m.run,
        flavour: 'transformers',
        site: m.origin(site),
        open: settings.args.open,
      });
    }
    return receiver;
  }
  return null;
}

function flavourOf(path: string): string {
  const library = path.split('.')[0]!;
  return library === 'imblearn' ? 'sklearn' : library;
}

function estimatorMethod(
  m: Machine,
  object: ObjectData,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site,
): Value | null {
  const flavour = flavourOf(object.path);
  switch (name) {
    case 'get_params':
      return estimatorParams(m, object, flavour);
    case 'get_xgb_params':
      return UNKNOWN;
    case 'set_params':
      for (const [key, value] of args.named) {
        object.attributes.set(`param:${key}`, value);
      }
      if (args.open) {
        object.args.open = true;
      }
      return receiver;
    case 'fit':
    case 'fit_transform':
    case 'fit_predict':
      if (isOn(m, flavour, ...(flavour === 'sklearn' ? [] : ['sklearn']))) {
        logParams(m, estimatorParams(m, object, flavour), site, flavour);
        if (/SearchCV$/.test(object.path)) {
          logSearch(m, object, site);
        }
      }
      return name === 'fit' ? receiver : null;
    default:
      return null;
  }
}

/** A search logs its best params, and each candidate as a child run. */
function logSearch(m: Machine, object: ObjectData, site: Site): void {
  const grid = argument(
    object.args,
    1,
    /Randomized/.test(object.path) ? 'param_distributions' : 'param_grid',
  );
  if (grid?.data.kind !== 'dict') {
    return;
  }
  const sampled = [...grid.data.entries].map(([key, entry]): [string, Value] => {
    const elements = elementsOf(m, entry.value);
    return [key.slice(4), elements.exact ? anyOf(elements.items) : distribution(entry.value)];
  });
  for (const [key, value] of sampled) {
    m.log(constant('str', `best_${key}`, null), value, site, 'sklearn');
  }
  const estimator = argument(object.args, 0, 'estimator');
  const token = m.startRun(UNKNOWN, true);
  for (const [key, value] of sampled) {
    m.log(constant('str', key, null), value, site, 'sklearn', token);
  }
  if (estimator?.data.kind === 'object') {
    const params = estimatorParams(m, estimator.data, 'sklearn');
    if (params.data.kind === 'dict') {
      sampled.forEach(([key]) => params.data.kind === 'dict' && params.data.entries.delete(`str:${key}`));
    }
    logParams(m, params, site, 'sklearn', token);
  }
  m.endRun(token);
}

function kerasMethod(
  m: Machine,
  object: ObjectData,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site,
): Value | null {
  if (name === 'compile') {
    object.attributes.set('param:optimizer', argument(args, 0, 'optimizer') ?? UNKNOWN);
    return receiver;
  }
  if (name !== 'fit' || !isOn(m, 'tensorflow', 'keras')) {
    return null;
  }
  logCall(m, 'tensorflow', args, KERAS_FIT, site);
  const optimizer = object.attributes.get('param:optimizer');
  if (optimizer?.data.kind === 'object') {
    for (const prefix of ['opt_', 'optimizer_']) {
      for (const [key, value] of optimizer.data.args.named) {
        m.log(constant('str', `${prefix}${key}`, null), value, site, 'tensorflow');
      }
      const rate = optimizer.data.args.positional[0];
      if (rate) {
        m.log(constant('str', `${prefix}learning_rate`, null), rate, site, 'tensorflow');
      }
      m.log(constant('str', `${prefix}name`, null), UNKNOWN, site, 'tensorflow');
    }
  } else if (optimizer) {
    for (const key of ['opt_name', 'optimizer_name']) {
      m.log(constant('str', key, null), optimizer, site, 'tensorflow');
    }
  }
  return null;
}

/** `trainer.fit(model)`: hyperparameters to an MLflow logger, and autologging of the trainer and its optimizer. */
function fitLightning(m: Machine, trainer: ObjectData, args: CallArguments, site: Site): void {
  const model = argument(args, 0, 'model') ?? UNKNOWN;
  const loggers = trainer.args.named.get('logger');
  const all = loggers ? (loggers.data.kind === 'list' ? loggers.data.items : [loggers]) : [];
  if (all.some((logger) => objectOf(logger, /MLFlowLogger$/)) && model.data.kind === 'instance') {
    const hyperparameters = model.data.attributes.get('hparams');
    if (hyperparameters) {
      logHyperparameters(m, hyperparameters, site);
    }
  }
  if (!isOn(m, 'pytorch', 'lightning')) {
    return;
  }
  const epochs = trainer.args.named.get('max_epochs');
  if (epochs) {
    m.log(constant('str', 'epochs', null), epochs, site, 'pytorch');
  }
  const callbacks = trainer.args.named.get('callbacks');
  for (const callback of callbacks ? elementsOf(m, callbacks).items : []) {
    const stopping = objectOf(callback, /EarlyStopping$/);
    for (const key of ['monitor', 'mode', 'patience', 'min_delta', 'stopped_epoch']) {
      const value = stopping?.args.named.get(key);
      if (value) {
        m.log(constant('str', key, null), value, site, 'pytorch');
      }
    }
  }
  let open = trainer.args.open;
  if (model.data.kind === 'instance' && libraryBases(model.data.type).length > 0) {
    const made = callMethod(m, model, 'configure_optimizers', noArguments(), site);
    const optimizer = made.data.kind === 'list' ? made.data.items[0] : made;
    const found = optimizer?.data.kind === 'list' ? optimizer.data.items[0] : optimizer;
    const known = found ? objectOf(found, /^torch\.optim\./) : null;
    if (known) {
      known.args.named.forEach((value, key) => m.log(constant('str', key, null), value, site, 'pytorch'));
      const rate = known.args.positional[1];
      if (rate) {
        m.log(constant('str', 'lr', null), rate, site, 'pytorch');
      }
      m.log(constant('str', 'optimizer_name', null), UNKNOWN, site, 'pytorch');
    }
    open ||= !known;
  }
  m.autologs.push({ run: m.run, flavour: 'pytorch', site: m.origin(site), open });
}
