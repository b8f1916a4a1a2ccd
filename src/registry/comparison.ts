import { metricOf, valueOf, type KeyValue, type Run } from '../mlflow/entities';
import { count, formatNumber } from '../mlflow/format';
import { shown } from './preview';

export type MetricDirection = (key: string) => 'higher' | 'lower' | 'unknown';

export interface MetricDifference {
  key: string;
  from: number;
  to: number;
  better: boolean | null;
}

/** The metrics that both runs have and that differ, the headline first where it is among them. */
export function metricDifferences(
  candidate: Run,
  incumbent: Run,
  direction: MetricDirection,
  headline?: string,
): MetricDifference[] {
  return candidate.metrics
    .flatMap(({ key, value }) => {
      const old = metricOf(incumbent, key);
      if (!old || Object.is(old.value, value)) {
        return [];
      }
      const way = direction(key);
      const better =
        way === 'unknown' || Number.isNaN(value) || Number.isNaN(old.value)
          ? null
          : value > old.value === (way === 'higher');
      return [{ key, from: old.value, to: value, better }];
    })
    .toSorted((a, b) => Number(b.key === headline) - Number(a.key === headline) || (a.key < b.key ? -1 : 1));
}

/** Keys of params that differ or that only one of the two has. */
export function changedKeys(candidate: readonly KeyValue[], incumbent: readonly KeyValue[]): string[] {
  const keys = new Set([...candidate, ...incumbent].map(({ key }) => key));
  return [...keys].filter((key) => valueOf(candidate, key) !== valueOf(incumbent, key)).toSorted();
}

/** How a candidate compares with the version in place, a sentence each; for the promotion's dialog. */
export function comparisonSentences(
  labels: { candidate: string; incumbent: string },
  candidate: Run,
  incumbent: Run,
  direction: MetricDirection,
  headline?: string,
): string[] {
  const metrics = metricDifferences(candidate, incumbent, direction, headline);
  const shownMetrics = metrics
    .slice(0, 3)
    .map(
      ({ key, from, to, better }) =>
        `${shown(key)} ${formatNumber(from)} → ${formatNumber(to)}${better === null ? '' : better ? ' (better)' : ' (worse)'}`,
    );
  const params = changedKeys(candidate.params, incumbent.params);
  const parts = [
    ...shownMetrics,
    ...(metrics.length > 3 ? [count(metrics.length - 3, 'more metric')] : []),
    ...(params.length > 0 ? [`${count(params.length, 'param')} changed`] : []),
  ];
  return [
    `${labels.candidate} against ${labels.incumbent}: ${parts.length > 0 ? parts.join(', ') : 'the same metrics and params'}.`,
  ];
}
