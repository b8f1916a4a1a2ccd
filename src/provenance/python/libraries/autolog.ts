import { callMethod } from '../calls';
import { elementsOf, listOf } from '../iteration';
import type { AutologEvent, Owner } from '../events';
import { argument, noArguments, type Machine, type Site } from '../machine';
import { anyOf, constant, UNKNOWN, type CallArguments, type ObjectData, type Value } from '../values';
import type { LibraryFunction } from './index';
import { libraryBases } from './index';
import { logHyperparameters, logParams } from './mlflow';
import { makeObject, objectOf } from './objects';
import { ESTIMATOR, estimatorParams, libraryDefaultsOf } from './estimators';
import { distribution } from './spaces';
import { trainTransformers } from './transformers';

function isOn(m: Machine, ...flavours: string[]): boolean {
  const own = flavours.map((flavour) => m.autologging.get(flavour)).find((on) => on !== undefined);
  return own ?? m.autologging.get('*') ?? false;
}

/** Logs given arguments by name; what the signature names besides is the library's default. */
function logCall(
  m: Machine,
  call: AutologEvent,
  args: CallArguments,
  names: readonly string[],
  site: Site,
  first = 0,
): void {
  names.forEach((name, index) => {
    const value = argument(args, first + index, name);
    if (value && name !== '') {
      m.log(constant('str', name, null), value, site, call);
    }
  });
}

const trainXgboost: LibraryFunction = (m, args, site, path) => {
  if (site && isOn(m, 'xgboost')) {
    const call = m.autolog('xgboost', site, [{ prefix: '', name: 'train' }], args.open);
    logParams(m, argument(args, 0, 'params') ?? UNKNOWN, site, call);
    logCall(
      m,
      call,
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
    const call = m.autolog('lightgbm', site, [{ prefix: '', name: 'train' }], args.open);
    logParams(m, argument(args, 0, 'params') ?? UNKNOWN, site, call);
    logCall(
      m,
      call,
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
      m.log(constant('str', 'early_stopping_rounds', null), stopping, site, call);
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
    trainTransformers(m, object, site);
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
        const params = estimatorParams(m, object, flavour);
        const call = autologOf(m, params, flavour, site);
        logParams(m, params, site, call);
        logTraining(m, object, call, args, site);
        if (/SearchCV$/.test(object.path)) {
          logSearch(m, object, call, site);
        }
      }
      return name === 'fit' ? receiver : null;
    default:
      return null;
  }
}

/** The call of autologging that logs an estimator's params. */
function autologOf(m: Machine, params: Value, flavour: string, site: Site, run = m.run): AutologEvent {
  const declared = params.data.kind === 'dict' ? libraryDefaultsOf(params.data) : undefined;
  const training = flavour === 'sklearn' ? [] : [{ prefix: '', name: 'train' }];
  return m.autolog(flavour, site, [...(declared?.owners ?? []), ...training], !declared, run);
}

/** Estimators of xgboost and lightgbm train with their library's `train`, whose arguments are logged under its names. */
function logTraining(
  m: Machine,
  object: ObjectData,
  call: AutologEvent,
  args: CallArguments,
  site: Site,
): void {
  const { flavour } = call;
  const constructed = (name: string) => object.attributes.get(`param:${name}`) ?? object.args.named.get(name);
  const metric = args.named.get('eval_metric');
  const renamed: [string, Value | undefined][] =
    flavour === 'xgboost'
      ? [
          ['num_boost_round', constructed('n_estimators')],
          ['verbose_eval', args.named.get('verbose')],
        ]
      : flavour === 'lightgbm'
        ? [
            ['num_boost_round', constructed('n_estimators')],
            ['num_threads', constructed('n_jobs')],
            ['metric', metric && evaluated(m, object, metric, constructed('objective'))],
          ]
        : [];
  for (const [key, value] of renamed) {
    if (value) {
      m.log(constant('str', key, null), value, site, call);
    }
  }
}

/** LightGBM 4.7 evaluates with the metrics of `fit` and then with that of the objective (lightgbm/sklearn.py). */
function evaluated(m: Machine, object: ObjectData, metric: Value, objective: Value | undefined): Value {
  const regression = /Regressor$/.test(object.path) ? constant('str', 'regression', null) : UNKNOWN;
  const given = metric.data.kind === 'list' ? metric.data.items : [metric];
  return listOf(m, [...given, objective ?? regression], metric.origin);
}

/** A search logs its best params, and each candidate as a child run. */
function logSearch(m: Machine, object: ObjectData, call: AutologEvent, site: Site): void {
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
    m.log(constant('str', `best_${key}`, null), value, site, call);
  }
  const estimator = argument(object.args, 0, 'estimator');
  const token = m.startRun(UNKNOWN, true);
  const tried = estimator?.data.kind === 'object' ? estimatorParams(m, estimator.data, 'sklearn') : UNKNOWN;
  const trial = autologOf(m, tried, 'sklearn', site, token);
  for (const [key, value] of sampled) {
    m.log(constant('str', key, null), value, site, trial, token);
  }
  const { data } = tried;
  if (data.kind === 'dict') {
    sampled.forEach(([key]) => data.entries.delete(`str:${key}`));
    logParams(m, tried, site, trial, token);
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
  const optimizer = object.attributes.get('param:optimizer');
  const made = optimizer?.data.kind === 'object' ? optimizer.data.path.split('.').at(-1)! : null;
  const owners = made === null ? [] : ['opt_', 'optimizer_'].map((prefix) => ({ prefix, name: made }));
  const call = m.autolog('tensorflow', site, [{ prefix: '', name: 'fit' }, ...owners], args.open);
  logCall(m, call, args, KERAS_FIT, site);
  if (optimizer?.data.kind === 'object') {
    for (const prefix of ['opt_', 'optimizer_']) {
      for (const [key, value] of optimizer.data.args.named) {
        m.log(constant('str', `${prefix}${key}`, null), value, site, call);
      }
      const rate = optimizer.data.args.positional[0];
      if (rate) {
        m.log(constant('str', `${prefix}learning_rate`, null), rate, site, call);
      }
      m.log(constant('str', `${prefix}name`, null), UNKNOWN, site, call);
    }
  } else if (optimizer) {
    // What is logged is the name that Keras has for it: 'adam', 'Adam'.
    for (const key of ['opt_name', 'optimizer_name']) {
      m.log(constant('str', key, null), anyOf([optimizer, UNKNOWN]), site, call);
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
  const logged: [string, Value][] = [];
  const epochs = trainer.args.named.get('max_epochs');
  if (epochs) {
    logged.push(['epochs', epochs]);
  }
  const callbacks = trainer.args.named.get('callbacks');
  for (const callback of callbacks ? elementsOf(m, callbacks).items : []) {
    const stopping = objectOf(callback, /EarlyStopping$/);
    for (const key of ['monitor', 'mode', 'patience', 'min_delta', 'stopped_epoch']) {
      const value = stopping?.args.named.get(key);
      if (value) {
        logged.push([key, value]);
      }
    }
  }
  let open = trainer.args.open;
  const owners: Owner[] = [];
  if (model.data.kind === 'instance' && libraryBases(model.data.type).length > 0) {
    const made = callMethod(m, model, 'configure_optimizers', noArguments(), site);
    const optimizer = made.data.kind === 'list' ? made.data.items[0] : made;
    const found = optimizer?.data.kind === 'list' ? optimizer.data.items[0] : optimizer;
    const known = found ? objectOf(found, /^torch\.optim\./) : null;
    if (known) {
      owners.push({ prefix: '', name: known.path.split('.').at(-1)! });
      logged.push(...known.args.named);
      const rate = known.args.positional[1];
      if (rate) {
        logged.push(['lr', rate]);
      }
      logged.push(['optimizer_name', UNKNOWN]);
    }
    open ||= !known;
  }
  const call = m.autolog('pytorch', site, owners, open);
  logged.forEach(([key, value]) => m.log(constant('str', key, null), value, site, call));
}
