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
 */
export function sectionsOf(metrics: readonly ChartMetric[], order: readonly string[]): MetricSection[] {
  const place = new Map(order.map((key, index) => [key, index]));
  const placeOf = (key: string): number => place.get(key) ?? order.length;
  const sections = new Map<string, ChartMetric[]>();
  for (const metric of metrics) {
    const slash = metric.key.indexOf('/');
    const name = slash > 0 ? metric.key.slice(0, slash + 1) : '';
    sections.set(name, [...(sections.get(name) ?? []), metric]);
  }
  const rank = (name: string): number => (name === '' ? 0 : name === SYSTEM ? 2 : 1);
  return [...sections]
    .map(([name, members]) => ({
      name,
      metrics: members.toSorted((a, b) => placeOf(a.key) - placeOf(b.key) || (a.key < b.key ? -1 : 1)),
    }))
    .sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
}
