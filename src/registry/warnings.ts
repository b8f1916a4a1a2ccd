/** What could go wrong with a promotion, a sentence each; said before what it changes. */
import type { DiffRow } from '../compare/types';
import { distinctDigits } from '../compare/values';
import type { KeyValue } from '../mlflow/entities';
import { formatNumber } from '../mlflow/format';
import { shown } from './preview';

const MOST = 3;
/** Words of tags by which teams say how a check of a version went. MLflow's own examples write `validation_status`. */
const CHECK =
  /^(?:validat(?:ion|ed)|approv(?:al|ed)|review|reviewed|qa|checks?|checked|tests?|tested|signoff)$/i;
const NOT_PASSED =
  /^(?:pending|fail(?:ed|ing|ure)?|rejected|denied|no|false|todo|open|waiting|blocked|in[ _-]?progress)$/i;

/** Checks that a version's tags say have not passed. */
export function pendingChecks(label: string, tags: readonly KeyValue[]): string[] {
  return tags
    .filter(({ key, value }) => isCheck(key) && NOT_PASSED.test(value.trim().slice(0, 100)))
    .slice(0, MOST)
    .map(({ key, value }) => `⚠ The tag "${shown(key)}" of ${label} is "${shown(value)}".`);
}

function isCheck(key: string): boolean {
  const words = key.slice(-100).split(/[._ -]/);
  return CHECK.test((/^status$/i.test(words.at(-1)!) ? words.at(-2) : words.at(-1)) ?? '');
}

/** Metrics that are worse than those of the version in place, the headline first; none where that is not known. */
export function worseMetrics(
  candidate: string,
  incumbent: string,
  rows: readonly DiffRow[],
  headline: string | undefined,
): string[] {
  const worse = rows
    .filter(
      ({ values, better }) => better?.[1] === false && values.every((value) => typeof value === 'number'),
    )
    .toSorted((a, b) => Number(b.key === headline) - Number(a.key === headline));
  if (worse.length === 0) {
    return [];
  }
  const told = worse.slice(0, MOST).map(metricChange);
  const rest = worse.length - told.length;
  return [
    `⚠ ${candidate} is worse than ${incumbent}: ${told.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}.`,
  ];
}

/** `rmse 2.971 → 2.867`, of a metric that both have. */
export function metricChange({ key, values }: DiffRow): string {
  const [from, to] = values as [number, number];
  const digits = distinctDigits([from, to]);
  return `${shown(key)} ${formatNumber(from, digits)} → ${formatNumber(to, digits)}`;
}
