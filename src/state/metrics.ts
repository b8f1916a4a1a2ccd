import { valueOf, type KeyValue } from '../mlflow/entities';
import { directionOfName } from './metricNames';
import { metricRank } from './metricRank';

export type Direction = 'higher' | 'lower' | 'unknown';

/** Who says which direction is the better one. */
export type DirectionOrigin = 'experiment' | 'setting' | 'run' | 'name';

/**
 * Whether more of a metric is better: MLflow's tag on the experiment first, then the user's setting, then what a run of
 * Optuna says of its objective, then a guess from the name (design.md, section 4).
 *
 * @param runTags of the run, or of several where they agree
 */
export function metricDirection(
  key: string,
  experimentTags: readonly KeyValue[],
  configured: Readonly<Record<string, unknown>>,
  runTags: readonly KeyValue[] = [],
): Direction {
  return directionAndOrigin(key, experimentTags, configured, runTags).direction;
}

/** The same, and who says so. */
export function directionAndOrigin(
  key: string,
  experimentTags: readonly KeyValue[],
  configured: Readonly<Record<string, unknown>>,
  runTags: readonly KeyValue[] = [],
): { direction: Direction; origin: DirectionOrigin } {
  if (valueOf(experimentTags, 'mlflow.experiment.primaryMetric.name') === key) {
    const greater = valueOf(experimentTags, 'mlflow.experiment.primaryMetric.greaterIsBetter');
    if (greater !== undefined) {
      return { direction: /^(true|1)$/i.test(greater) ? 'higher' : 'lower', origin: 'experiment' };
    }
  }
  const setting = Object.hasOwn(configured, key) ? configured[key] : undefined;
  if (setting === 'higher' || setting === 'lower') {
    return { direction: setting, origin: 'setting' };
  }
  const objective = objectiveDirection(key, runTags);
  return objective === undefined
    ? { direction: directionOfName(key), origin: 'name' }
    : { direction: objective, origin: 'run' };
}

/**
 * Optuna's callback logs its objective as `value`, several as `value_0`…, and tags the run `direction`: "MINIMIZE", or
 * "['MINIMIZE', 'MAXIMIZE']" of several (mlflow.py of optuna-integration 5.0.0).
 */
function objectiveDirection(key: string, runTags: readonly KeyValue[]): Direction | undefined {
  const place = /^value(?:_(\d{1,3}))?$/.exec(key);
  const said = place && valueOf(runTags, 'direction')?.split(',');
  if (!said || (place[1] === undefined) !== (said.length === 1)) {
    return undefined;
  }
  const own = /^[\s'"[]*(?:StudyDirection\.)?(MINIMIZE|MAXIMIZE)[\s'"\]]*$/i.exec(
    said[Number(place[1] ?? 0)] ?? '',
  );
  return own ? (own[1]!.toUpperCase() === 'MAXIMIZE' ? 'higher' : 'lower') : undefined;
}

/**
 * The metric that stands beside a run in a list, and first wherever metrics are: the user's choice for the experiment,
 * MLflow's primary metric, the setting, then the first that reads like a result rather than a by-product.
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
  let first: { key: string; rank: number } | undefined;
  for (const key of metricKeys) {
    if (key.startsWith('system/')) {
      continue;
    }
    const own = metricRank(key);
    if (!first || own < first.rank || (own === first.rank && key < first.key)) {
      first = { key, rank: own };
    }
  }
  return first?.key;
}

/** The keys of the runs' metrics that `sharedKeys` chooses. */
export function sharedMetrics(runs: readonly { metrics: readonly { key: string }[] }[]): string[] {
  return sharedKeys(runs.map(({ metrics }) => metrics.map(({ key }) => key)));
}

/** Keys that at least half as many runs have as the most shared one: a metric of a few runs says little of the others. */
export function sharedKeys(runs: readonly (readonly string[])[]): string[] {
  const known = new Map<string, number>();
  for (const keys of runs) {
    keys.forEach((key) => known.set(key, (known.get(key) ?? 0) + 1));
  }
  const most = [...known.values()].reduce((best, amount) => Math.max(best, amount), 0);
  return [...known].flatMap(([key, amount]) => (amount * 2 >= most ? [key] : []));
}
