import { valueOf, type KeyValue } from '../mlflow/entities';

export type Direction = 'higher' | 'lower' | 'unknown';

/** Who says which direction is the better one. */
export type DirectionOrigin = 'experiment' | 'setting' | 'name';

/**
 * Whether more of a metric is better: MLflow's tag on the experiment first, then the user's setting, then a
 * guess from the name (design.md, section 4).
 */
export function metricDirection(
  key: string,
  experimentTags: readonly KeyValue[],
  configured: Readonly<Record<string, unknown>>,
): Direction {
  return directionAndOrigin(key, experimentTags, configured).direction;
}

/** The same, and who says so. */
export function directionAndOrigin(
  key: string,
  experimentTags: readonly KeyValue[],
  configured: Readonly<Record<string, unknown>>,
): { direction: Direction; origin: DirectionOrigin } {
  if (valueOf(experimentTags, 'mlflow.experiment.primaryMetric.name') === key) {
    const greater = valueOf(experimentTags, 'mlflow.experiment.primaryMetric.greaterIsBetter');
    if (greater !== undefined) {
      return { direction: /^(true|1)$/i.test(greater) ? 'higher' : 'lower', origin: 'experiment' };
    }
  }
  const setting = Object.hasOwn(configured, key) ? configured[key] : undefined;
  return setting === 'higher' || setting === 'lower'
    ? { direction: setting, origin: 'setting' }
    : { direction: guessDirection(key), origin: 'name' };
}

const LOWER =
  /(^|[^a-z])(loss|losses|error|err|rmse|mse|mae|mape|msle|rmsle|smape|wape|logloss|log_loss|nll|perplexity|ppl|wer|cer|fid|brier|mlogloss|merror|crossentropy|cross_entropy|deviance|latency|duration|seconds|time|bytes|kl|hinge|residual|regret|fpr|fnr)([^a-z]|$)/;
const HIGHER =
  /(^|[^a-z])(acc|accuracy|precision|recall|f1|fbeta|auc|roc_auc|pr_auc|auroc|auprc|r2|r2_score|score|map|mrr|ndcg|bleu|rouge|meteor|iou|dice|reward|return|gain|likelihood|kappa|mcc|specificity|sensitivity|hit_rate|throughput|ssim|psnr|explained_variance)([^a-z]|$)/;

function guessDirection(key: string): Direction {
  const name = key.toLowerCase();
  if (LOWER.test(name)) {
    return 'lower';
  }
  return HIGHER.test(name) ? 'higher' : 'unknown';
}

/**
 * The metric that stands beside a run in a list: the user's choice for the experiment, MLflow's primary metric,
 * the setting, then the first that reads like a result rather than a by-product.
 */
export function headlineMetric(
  metricKeys: readonly string[],
  experimentTags: readonly KeyValue[],
  chosen: string | undefined,
  setting: string | undefined,
): string | undefined {
  const candidates = [chosen, valueOf(experimentTags, 'mlflow.experiment.primaryMetric.name'), setting];
  const named = candidates.find((key) => key && metricKeys.includes(key));
  if (named) {
    return named;
  }
  const results = metricKeys.filter((key) => !key.startsWith('system/'));
  return results.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))[0];
}

function rank(key: string): number {
  const name = key.toLowerCase();
  const byProduct = /time|second|duration|latency|bytes|size|epoch|step|grad|learning_rate|(^|_)lr($|_)/.test(
    name,
  );
  const validation = /(^|[^a-z])(val|valid|validation|test|eval|holdout)([^a-z]|$)/.test(name);
  const training = /(^|[^a-z])train/.test(name);
  // "validation-rmse": what boosting libraries' autologging writes an iteration, beside the user's own "rmse".
  const evalSet = /^\w+-\w+$/.test(name);
  const known = guessDirection(key) !== 'unknown';
  return (byProduct ? 8 : 0) + (known ? 0 : 4) + (training ? 3 : evalSet ? 2 : validation ? 0 : 1);
}
