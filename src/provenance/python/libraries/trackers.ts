import { argument, type Machine, type Site } from '../machine';
import { anyOf, constant, text, UNKNOWN, type CallArguments, type ObjectData, type Value } from '../values';
import { configFileOf } from './config';
import { readConfigFile } from './configFiles';
import type { LibraryFunction } from './index';
import { logHyperparameters, logParams, startRunOf } from './mlflow';

const NONE = constant('none', null, null);

/** Methods of libraries that log to MLflow by themselves (docs/libraries.md). */
export function trackerMethod(
  m: Machine,
  object: ObjectData,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value | null {
  if (!site) {
    return null;
  }
  if (/^accelerate(\.\w+)*\.Accelerator$/.test(object.path) && name === 'init_trackers') {
    initTrackers(m, object, args, site);
    return NONE;
  }
  if (/^ultralytics(\.\w+)*\.[A-Z]\w*$/.test(object.path) && name === 'train') {
    trainUltralytics(m, object, args, site);
    return UNKNOWN;
  }
  if (/^statsmodels\./.test(object.path) && name === 'fit') {
    const isOn = m.autologging.get('statsmodels') ?? m.autologging.get('*') ?? false;
    if (isOn) {
      // MLflow logs the arguments of `fit`; those that a call leaves out have the defaults of its class.
      const call = m.autolog('statsmodels', site, [], args.open || args.positional.length > 0);
      args.named.forEach((value, key) => m.log(constant('str', key, null), value, site, call));
    }
    return null;
  }
  return null;
}

/** accelerate 1.15, `accelerator.py` and `tracking.py`: each entry of the config as it is, nothing is flattened. */
function initTrackers(m: Machine, object: ObjectData, args: CallArguments, site: Site): void {
  const trackers = object.args.named.get('log_with');
  const named = trackers?.data.kind === 'list' ? trackers.data.items : trackers ? [trackers] : [];
  const isMlflow = (value: Value): boolean => {
    const word = text(value);
    return word === null ? value.data.kind !== 'constant' : /^(mlflow|all)$/i.test(word);
  };
  if (!named.some(isMlflow)) {
    return;
  }
  const settings = argument(args, 2, 'init_kwargs');
  const own = settings?.data.kind === 'dict' ? settings.data.entries.get('str:mlflow')?.value : undefined;
  const setting = (name: string): Value | undefined =>
    own?.data.kind === 'dict' ? own.data.entries.get(`str:${name}`)?.value : undefined;
  startRunOf(m, setting('run_name') ?? null, setting('tags'));
  const config = argument(args, 1, 'config');
  if (config) {
    logParams(m, config, site);
  }
}

/** Arguments that ultralytics 8.4 may log otherwise than they were given: resolved, rounded or numbered. */
const RESOLVED =
  /^(model|data|imgsz|batch|workers|device|name|project|save_dir|amp|compile|rect|quantize|augmentations|resume|pretrained|close_mosaic)$/;
/** What its automatic optimizer chooses before they are logged, whatever was given (`engine/trainer.py`). */
const CHOSEN = /^(optimizer|lr0|momentum|warmup_bias_lr)$/;

/** `YOLO("yolo11n.pt").train(epochs=2, …)`: all settings are logged; those that no argument names are its own. */
function trainUltralytics(m: Machine, object: ObjectData, args: CallArguments, site: Site): void {
  const token = m.run.id === 0 ? m.startRun(UNKNOWN, false) : null;
  const given = new Map<string, Value>();
  const file = configFileOf(m, args.named.get('cfg'), site);
  const settings = file === null ? null : readConfigFile(m, file);
  for (const { key, value } of settings?.data.kind === 'dict' ? settings.data.entries.values() : []) {
    given.set(text(key) ?? '', value);
  }
  const model = argument(object.args, 0, 'model');
  if (model) {
    given.set('model', model);
  }
  args.named.forEach((value, key) => given.set(key, value));
  const optimizer = given.get('optimizer');
  const name = optimizer ? text(optimizer) : 'auto';
  const call = m.autolog('ultralytics', site, [], args.open);
  given.forEach((value, key) => {
    const isChosen =
      CHOSEN.test(key) && (name === null || name === 'auto' || optimizer?.outside !== undefined);
    const logged = isChosen ? UNKNOWN : RESOLVED.test(key) ? anyOf([value, UNKNOWN]) : value;
    if (key !== 'cfg' && key !== 'trainer') {
      m.log(constant('str', key, null), logged, site, call);
    }
  });
  if (token) {
    m.endRun(token);
  }
}

/** ray 2, `air/integrations/mlflow.py`: `setup_mlflow(config)` starts a run and logs the config, flattened with `/`. */
const setupMlflow: LibraryFunction = (m, args, site) => {
  if (site) {
    startRunOf(m, argument(args, 7, 'run_name') ?? null, args.named.get('tags'));
    const config = argument(args, 0, 'config');
    if (config) {
      logHyperparameters(m, config, site, false);
    }
  }
  return { data: { kind: 'library', path: 'mlflow' }, origin: null };
};

/** `MLflowLoggerCallback` among the callbacks of a tuner: each trial is a run that has its part of the space. */
export function logTrials(m: Machine, args: CallArguments, space: Value, site: Site | null): void {
  if (site && hasCallback(args, 0)) {
    const token = m.startRun(UNKNOWN, false);
    logHyperparameters(m, space, site, false);
    m.endRun(token);
  }
}

function hasCallback(args: CallArguments, depth: number): boolean {
  return [...args.positional, ...args.named.values()].some((value) =>
    (value.data.kind === 'list' ? value.data.items : [value]).some(
      ({ data }) =>
        data.kind === 'object' &&
        (/(^|\.)MLflowLoggerCallback$/.test(data.path) || (depth < 3 && hasCallback(data.args, depth + 1))),
    ),
  );
}

export const TRACKER_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [/^ray\.air(\.\w+)*\.setup_mlflow$/, setupMlflow],
];
