import { callBack, callValue } from '../calls';
import { dictOf, elementsOf, listOf } from '../iteration';
import { argument, type Machine, type Site } from '../machine';
import {
  anyOf,
  number,
  text,
  UNKNOWN,
  type CallArguments,
  type ObjectData,
  type Origin,
  type Value,
} from '../values';
import type { LibraryFunction } from './index';
import { logParams } from './mlflow';
import { makeObject, objectOf } from './objects';
import { logTrials } from './trackers';

function rangeOf(low: number | null, high: number | null, whole: boolean, origin: Origin | null): Value {
  return low === null || high === null ? UNKNOWN : { data: { kind: 'range', low, high, whole }, origin };
}

function choice(m: Machine, options: Value | undefined): Value {
  const elements = options ? elementsOf(m, options) : { items: [], exact: false };
  return elements.exact && elements.items.length > 0 ? anyOf(elements.items) : UNKNOWN;
}

/** A sampled number: which arguments bound it, and how. `first` counts from after the label. */
function sampled(
  label: number,
  bounds: (low: number, high: number) => [number, number],
  whole: boolean,
): LibraryFunction {
  return (m, args, site) => {
    const low = number(argument(args, label, 'low') ?? argument(args, label, 'lower') ?? UNKNOWN);
    const high = number(argument(args, label + 1, 'high') ?? argument(args, label + 1, 'upper') ?? UNKNOWN);
    if (low === null || high === null) {
      return UNKNOWN;
    }
    const [from, to] = bounds(low, high);
    return rangeOf(from, to, whole, site ? m.origin(site) : null);
  };
}

const same = (low: number, high: number): [number, number] => [low, high];
const exponents = (low: number, high: number): [number, number] => [Math.exp(low), Math.exp(high)];
const anything = (): [number, number] => [-Infinity, Infinity];
const positive = (): [number, number] => [0, Infinity];
/** A quantised sample is rounded to the nearest step, which may lie outside the bounds. */
function quantised(bounds: (low: number, high: number) => [number, number], label: number): LibraryFunction {
  return (m, args, site, path) => {
    const q = number(argument(args, label + 2, 'q') ?? UNKNOWN) ?? 0;
    return sampled(
      label,
      (low, high) => {
        const [from, to] = bounds(low, high);
        return [from - q / 2, to + q / 2];
      },
      false,
    )(m, args, site, path);
  };
}

function wholeBelow(label: number): LibraryFunction {
  return (m, args, site) => {
    const a = number(args.positional[label] ?? args.named.get('low') ?? args.named.get('upper') ?? UNKNOWN);
    const b = number(args.positional[label + 1] ?? args.named.get('high') ?? UNKNOWN);
    const origin = site ? m.origin(site) : null;
    return b === null ? rangeOf(0, a === null ? null : a - 1, true, origin) : rangeOf(a, b - 1, true, origin);
  };
}

const fmin: LibraryFunction = (m, args, site) => {
  const target = argument(args, 0, 'fn');
  const space = argument(args, 1, 'space') ?? UNKNOWN;
  if (!target) {
    return undefined;
  }
  m.uncertain(() =>
    callValue(m, target, { positional: [fresh(m, space)], named: new Map(), open: false }, site),
  );
  return bestOf(m, space);
};

/** What `fmin` gives: by label, and of a choice its index. Labels are taken where they are the keys. */
function bestOf(m: Machine, space: Value): Value {
  return space.data.kind === 'dict'
    ? dictOf(
        m,
        [...space.data.entries].map(
          ([key, { value }]) => [key.slice(4), value.data.kind === 'range' ? value : UNKNOWN] as const,
        ),
        null,
        true,
      )
    : UNKNOWN;
}

/** A space is sampled anew for each call: the objective may change its copy. */
function fresh(m: Machine, space: Value): Value {
  return space.data.kind === 'dict'
    ? { ...space, data: { ...space.data, entries: new Map(space.data.entries), region: m.region } }
    : space;
}

function runTrials(m: Machine, target: Value | undefined, space: Value, site: Site | null): void {
  const wrapped = target
    ? (objectOf(target, /^ray\.tune\.with_(parameters|resources)$/)?.args.positional[0] ?? target)
    : UNKNOWN;
  m.uncertain(() =>
    callValue(m, wrapped, { positional: [fresh(m, space)], named: new Map(), open: false }, site),
  );
}

const tuneRun: LibraryFunction = (m, args, site) => {
  const space = args.named.get('config') ?? UNKNOWN;
  logTrials(m, args, space, site);
  runTrials(m, argument(args, 0, 'run_or_experiment'), space, site);
  return makeObject(m, 'ray.tune.run', args, site);
};

const parameterGrid: LibraryFunction = (m, args, site) => {
  const source = args.positional[0] ?? UNKNOWN;
  const rows: Value[] = [];
  for (const grid of source.data.kind === 'list' ? source.data.items : [source]) {
    if (grid.data.kind !== 'dict' || grid.data.open) {
      return listOf(m, [], null, 'list', true);
    }
    let combinations: [string, Value][][] = [[]];
    for (const [key, entry] of grid.data.entries) {
      const elements = elementsOf(m, entry.value);
      const values = elements.exact ? elements.items : [distribution(entry.value)];
      combinations = combinations.flatMap((row) =>
        values.map((value): [string, Value][] => [...row, [key.slice(4), value]]),
      );
      if (combinations.length > 256) {
        return listOf(
          m,
          [
            dictOf(
              m,
              [...grid.data.entries].map(
                ([name, each]) => [name.slice(4), anyOf(elementsOf(m, each.value).items)] as const,
              ),
              null,
            ),
          ],
          null,
          'list',
          true,
        );
      }
    }
    rows.push(...combinations.map((row) => dictOf(m, row, site ? m.origin(site) : null)));
  }
  return listOf(m, rows, null);
};

/** What a distribution of scipy.stats gives. */
export function distribution(value: Value): Value {
  const stats = objectOf(value, /^scipy\.stats\.(\w+)$/);
  if (!stats) {
    return UNKNOWN;
  }
  const a = number(
    argument(stats.args, 0, 'loc') ?? stats.args.named.get('low') ?? stats.args.named.get('a') ?? UNKNOWN,
  );
  const b = number(
    argument(stats.args, 1, 'scale') ?? stats.args.named.get('high') ?? stats.args.named.get('b') ?? UNKNOWN,
  );
  switch (stats.path.split('.').at(-1)) {
    case 'uniform':
      return rangeOf(a ?? 0, (a ?? 0) + (b ?? 1), false, value.origin);
    case 'loguniform':
    case 'reciprocal':
      return rangeOf(a, b, false, value.origin);
    case 'randint':
      return rangeOf(a, b === null ? null : b - 1, true, value.origin);
    default:
      return UNKNOWN;
  }
}

export const SPACE_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [/^hyperopt(\.pyll)?(\.scope)?\.hp\.uniform$/, sampled(1, same, false)],
  [/^hyperopt(\.pyll)?(\.scope)?\.hp\.loguniform$/, sampled(1, exponents, false)],
  [/^hyperopt(\.pyll)?(\.scope)?\.hp\.quniform$/, quantised(same, 1)],
  [/^hyperopt(\.pyll)?(\.scope)?\.hp\.qloguniform$/, quantised(exponents, 1)],
  [/^hyperopt(\.pyll)?(\.scope)?\.hp\.uniformint$/, sampled(1, same, true)],
  [/^hyperopt(\.pyll)?(\.scope)?\.hp\.(q?normal)$/, sampled(1, anything, false)],
  [/^hyperopt(\.pyll)?(\.scope)?\.hp\.(q?lognormal)$/, sampled(1, positive, false)],
  [/^hyperopt(\.pyll)?(\.scope)?\.hp\.randint$/, wholeBelow(1)],
  [/^hyperopt(\.pyll)?(\.scope)?\.hp\.choice$/, (m, args) => choice(m, argument(args, 1, 'options'))],
  [
    /^hyperopt\.pyll(\.base)?\.scope\.(int|float)$/,
    (_m, args, _site, path) => wholeNumber(args.positional[0] ?? UNKNOWN, path.endsWith('int')),
  ],
  [/^hyperopt\.(fmin\.)?fmin$/, fmin],
  [/^hyperopt\.(fmin\.)?space_eval$/, (_m, args) => args.positional[0] ?? UNKNOWN],
  [/^ray\.tune(\.\w+)*\.uniform$/, sampled(0, same, false)],
  [/^ray\.tune(\.\w+)*\.(loguniform)$/, sampled(0, same, false)],
  [/^ray\.tune(\.\w+)*\.(quniform|qloguniform)$/, quantised(same, 0)],
  [/^ray\.tune(\.\w+)*\.(randint|lograndint)$/, sampled(0, (low, high) => [low, high - 1], true)],
  [/^ray\.tune(\.\w+)*\.(qrandint|qlograndint)$/, sampled(0, same, true)],
  [/^ray\.tune(\.\w+)*\.(choice|grid_search)$/, (m, args) => choice(m, args.positional[0])],
  [/^ray\.tune(\.tune)?\.run$/, tuneRun],
  [/^sklearn\.model_selection\.Parameter(Grid|Sampler)$/, parameterGrid],
  [/^random\.choice$/, (m, args) => choice(m, args.positional[0])],
  [/^random\.uniform$/, sampled(0, same, false)],
  [/^random\.randint$/, sampled(0, same, true)],
  [/^numpy\.random\.uniform$/, sampled(0, same, false)],
  [/^numpy\.random\.randint$/, wholeBelow(0)],
  [/^numpy\.random\.choice$/, (m, args) => choice(m, args.positional[0])],
];

function wholeNumber(value: Value, whole: boolean): Value {
  return value.data.kind === 'range' && whole ? { ...value, data: { ...value.data, whole: true } } : value;
}

const trialParams = new WeakMap<ObjectData, Value>();

function newTrial(m: Machine): Value {
  const trial = makeObject(m, 'optuna.Trial', { positional: [], named: new Map(), open: false }, null);
  const params = dictOf(m, [], null);
  if (trial.data.kind === 'object') {
    trialParams.set(trial.data, params);
    trial.data.attributes.set('params', params);
  }
  return trial;
}

export function spaceMethod(
  m: Machine,
  object: ObjectData,
  _receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value | null {
  if (name.startsWith('suggest_')) {
    return suggest(m, object, name, args, site);
  }
  if (/^optuna(\.\w+)*\.(create_study|load_study|Study)$/.test(object.path)) {
    if (name === 'optimize') {
      optimize(m, object, args, site);
      return UNKNOWN;
    }
    if (name === 'ask') {
      const trial = newTrial(m);
      rememberBest(object, trial);
      return trial;
    }
  }
  if (/^ray\.tune(\.\w+)*\.Tuner$/.test(object.path) && name === 'fit') {
    const space = object.args.named.get('param_space') ?? UNKNOWN;
    logTrials(m, object.args, space, site);
    runTrials(m, argument(object.args, 0, 'trainable'), space, site);
    return makeObject(m, 'ray.tune.ResultGrid', args, site);
  }
  return null;
}

function suggest(
  m: Machine,
  object: ObjectData,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value {
  const origin = site ? m.origin(site) : null;
  const kind = name.slice('suggest_'.length);
  const low = number(argument(args, 1, 'low') ?? UNKNOWN);
  const high = number(argument(args, 2, 'high') ?? UNKNOWN);
  let value: Value;
  if (kind === 'categorical') {
    value = choice(m, argument(args, 1, 'choices'));
  } else {
    value = /^(float|uniform|loguniform|discrete_uniform|int)$/.test(kind)
      ? rangeOf(low, high, kind === 'int', origin)
      : UNKNOWN;
  }
  const key = args.positional[0] ?? args.named.get('name');
  const label = key ? text(key) : null;
  const params = trialParams.get(object) ?? object.attributes.get('params');
  if (params?.data.kind === 'dict') {
    if (label === null) {
      params.data.open = true;
    } else {
      params.data.entries.set(`str:${label}`, { key: key!, value });
    }
  }
  return value;
}

function optimize(m: Machine, study: ObjectData, args: CallArguments, site: Site | null): void {
  const target = argument(args, 0, 'func');
  const trial = newTrial(m);
  rememberBest(study, trial);
  if (!target) {
    return;
  }
  m.uncertain(() => callValue(m, target, { positional: [trial], named: new Map(), open: false }, site));
  const callbacks = args.named.get('callbacks');
  for (const callback of callbacks ? elementsOf(m, callbacks).items : []) {
    if (objectOf(callback, /(^|\.)MLflowCallback$/) && site && trial.data.kind === 'object') {
      const token = m.startRun(UNKNOWN, true);
      logParams(m, trialParams.get(trial.data) ?? UNKNOWN, site, null, token);
      m.endRun(token);
    } else {
      callBack(m, { positional: [callback], named: new Map(), open: false });
    }
  }
}

function rememberBest(study: ObjectData, trial: Value): void {
  if (trial.data.kind === 'object') {
    study.attributes.set('best_trial', trial);
    study.attributes.set('best_params', trial.data.attributes.get('params') ?? UNKNOWN);
  }
}

export function spaceMember(m: Machine, object: ObjectData, name: string): Value | null {
  if (/^sklearn\.model_selection(\.\w+)*\.\w+SearchCV$/.test(object.path) && name === 'best_params_') {
    const grid = argument(
      object.args,
      1,
      object.path.includes('Randomized') ? 'param_distributions' : 'param_grid',
    );
    if (grid?.data.kind === 'dict' && !grid.data.open) {
      return dictOf(
        m,
        [...grid.data.entries].map(([key, entry]) => {
          const elements = elementsOf(m, entry.value);
          return [key.slice(4), elements.exact ? anyOf(elements.items) : distribution(entry.value)] as const;
        }),
        null,
      );
    }
    return UNKNOWN;
  }
  return null;
}
