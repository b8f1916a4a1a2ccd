import { callMethod } from '../calls';
import { elementsOf } from '../iteration';
import { argument, noArguments, type Machine, type Site } from '../machine';
import { anyOf, constant, UNKNOWN, type CallArguments, type ObjectData, type Value } from '../values';
import type { LibraryFunction } from './index';
import { libraryBases } from './index';
import { logHyperparameters, logParams } from './mlflow';
import { makeObject, objectOf } from './objects';
import { ESTIMATOR, estimatorParams } from './estimators';
import { distribution } from './spaces';

function isOn(m: Machine, ...flavours: string[]): boolean {
  const own = flavours.map((flavour) => m.autologging.get(flavour)).find((on) => on !== undefined);
  return own ?? m.autologging.get('*') ?? false;
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
        logTraining(m, object, flavour, args, site);
        if (/SearchCV$/.test(object.path)) {
          logSearch(m, object, site);
        }
      }
      return name === 'fit' ? receiver : null;
    default:
      return null;
  }
}

/** Estimators of xgboost and lightgbm train with their library's `train`, whose arguments are logged under its names. */
function logTraining(m: Machine, object: ObjectData, flavour: string, args: CallArguments, site: Site): void {
  const constructed = (name: string) => object.attributes.get(`param:${name}`) ?? object.args.named.get(name);
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
          ]
        : [];
  for (const [key, value] of renamed) {
    if (value) {
      m.log(constant('str', key, null), value, site, flavour);
    }
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
    // What is logged is the name that Keras has for it: 'adam', 'Adam'.
    for (const key of ['opt_name', 'optimizer_name']) {
      m.log(constant('str', key, null), anyOf([optimizer, UNKNOWN]), site, 'tensorflow');
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
