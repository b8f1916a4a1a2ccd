import type { ChartMetric } from '../../src/protocol/charts';

export interface MetricSection {
  /** The common prefix with its slash; '' for metrics without one. */
  name: string;
  metrics: ChartMetric[];
}

const SYSTEM = 'system/';

/**
 * Metrics by what stands before their first slash: those without one first, `system/` last.
 *
 * @param order keys that the user moved, first to last; others follow by name
 * @param headline the first of its section unless the user moved it, and its section the first
 */
export function sectionsOf(
  metrics: readonly ChartMetric[],
  order: readonly string[],
  headline: string | null,
): MetricSection[] {
  const place = new Map(order.map((key, index) => [key, index]));
  const placeOf = (key: string): number => place.get(key) ?? order.length;
  const sections = new Map<string, ChartMetric[]>();
  for (const metric of metrics) {
    const name = sectionOfKey(metric.key);
    sections.set(name, [...(sections.get(name) ?? []), metric]);
  }
  const first =
    headline !== null && metrics.some(({ key }) => key === headline) ? sectionOfKey(headline) : '';
  const rank = (name: string): number => (name === first ? -1 : name === '' ? 0 : name === SYSTEM ? 2 : 1);
  const later = ({ key }: ChartMetric): number => (key === headline ? 0 : 1);
  return [...sections]
    .map(([name, members]) => ({
      name,
      metrics: members.toSorted(
        (a, b) => placeOf(a.key) - placeOf(b.key) || later(a) - later(b) || (a.key < b.key ? -1 : 1),
      ),
    }))
    .sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
}

function sectionOfKey(key: string): string {
  const slash = key.indexOf('/');
  return slash > 0 ? key.slice(0, slash + 1) : '';
}

/** The order of all metrics after one was moved by a place; null where there is no place to move it to. */
export function movedOrder(sections: readonly MetricSection[], metric: string, by: -1 | 1): string[] | null {
  const keys = sections.flatMap(({ metrics }) => metrics.map(({ key }) => key));
  const from = keys.indexOf(metric);
  const to = from + by;
  if (from < 0 || to < 0 || to >= keys.length) {
    return null;
  }
  [keys[from], keys[to]] = [keys[to]!, keys[from]!];
  return keys;
}

/** The order of all metrics after one was put where another stands; null where they are of two sections. */
export function placedOrder(
  sections: readonly MetricSection[],
  metric: string,
  onto: string,
): string[] | null {
  const sectionOf = (key: string): MetricSection | undefined =>
    sections.find(({ metrics }) => metrics.some((other) => other.key === key));
  if (sectionOf(metric) !== sectionOf(onto)) {
    return null;
  }
  const keys = sections.flatMap(({ metrics }) => metrics.map(({ key }) => key));
  const to = keys.indexOf(onto);
  keys.splice(keys.indexOf(metric), 1);
  keys.splice(to, 0, metric);
  return keys;
}

/** One y range a section, from those of its charts that were drawn. */
export function sharedRanges(
  sections: readonly MetricSection[],
  extents: ReadonlyMap<string, readonly [number, number]>,
): Map<string, [number, number]> {
  const shared = new Map<string, [number, number]>();
  for (const part of sections) {
    const known = part.metrics.flatMap(({ key }) => extents.get(key) ?? []);
    if (known.length > 0) {
      shared.set(part.name, [Math.min(...known), Math.max(...known)]);
    }
  }
  return shared;
}
