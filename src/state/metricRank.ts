import { directionOfName, isNeutral, remembered, unitsOf } from './metricNames';

/** Words of what a run takes or has, rather than of what it achieves. */
const BY_PRODUCT = new Set(
  `time times second seconds sec secs duration runtime latency elapsed fps throughput bytes mb gb memory size sizes epoch
  epochs step steps iteration iterations timesteps grad gradient norm lr count num n samples features params tokens flos std
  stdev stderr var variance threshold rank length len support progress`.split(/\s+/),
);
const RATE = /(learning_rate|(^|[^a-z])(lr|fps|throughput)|_per_sec(ond)?)$/;
/** Lightning's "train_loss_epoch" and "train_loss_step" are losses. */
const LIGHTNING = /_(epoch|step)$/;
const VALIDATION = /(^|[^a-z])(val|valid|validation|test|eval|evaluation|holdout|dev)([^a-z]|$)/;
const TRAINING = /(^|[^a-z])(train|training)([^a-z]|$)/;
/** What stands before "loss" where the loss is the whole, and no part of one. */
const WHOLE = new Set(['log', 'hinge', 'zeroone', 'hamming', 'brier', 'crossentropy', 'binarycrossentropy']);
/** One of many: a class's, a fold's, a split's. */
const DETAIL = /(^|[^a-z])(class|fold|split)_?\d/;
/** The mean over thresholds is a detector's own measure. */
const OVER_THRESHOLDS = /50-95|0\.5:0\.95/;

type Stage = 'validation' | 'none' | 'evalSet' | 'training';

const KNOWN: Readonly<Record<Stage, number>> = { validation: 0, none: 1, evalSet: 2, training: 4 };
const UNKNOWN: Readonly<Record<Stage, number>> = { validation: 3, none: 5, evalSet: 6, training: 7 };

/**
 * How far a metric is from being what a run is about, 0 the nearest: by-products last, validation before training, what is
 * known to be better high or low before what is not, the whole before its parts.
 */
export const metricRank = remembered((key): number => {
  const name = key.toLowerCase();
  const units = unitsOf(key);
  const direction = directionOfName(key);
  const detail = DETAIL.test(name) ? 0.5 : OVER_THRESHOLDS.test(name) ? -0.1 : 0;
  return (
    (isByProduct(name, units, direction) ? 20 : 0) +
    (direction === 'unknown' ? UNKNOWN : KNOWN)[stageOf(name)] +
    (isPart(name, units) ? 2.5 : 0) +
    detail
  );
});

function isByProduct(name: string, units: readonly string[], direction: string): boolean {
  return (
    RATE.test(name) ||
    (direction !== 'higher' && units.some((unit) => BY_PRODUCT.has(unit)) && !isLightning(name, direction))
  );
}

function isLightning(name: string, direction: string): boolean {
  return direction === 'lower' && LIGHTNING.test(name) && !/time|second|duration/.test(name);
}

/** "validation-rmse" is what boosting libraries' autologging writes an iteration, beside the user's own "rmse". */
function stageOf(name: string): Stage {
  if (TRAINING.test(name)) {
    return 'training';
  }
  return /^\w+-\w+$/.test(name) ? 'evalSet' : VALIDATION.test(name) ? 'validation' : 'none';
}

/** A part of what is minimized ("box_loss"), or the worst case beside the mean. */
function isPart(name: string, units: readonly string[]): boolean {
  const said = units.filter((unit) => !isNeutral(unit) || /^(box|bbox|mask|segm|class)$/.test(unit));
  return (
    /(^|[^a-z])max_error([^a-z]|$)/.test(name) ||
    (said.length > 1 && /^loss(es)?$/.test(said.at(-1)!) && !WHOLE.has(said.slice(0, -1).join('')))
  );
}
