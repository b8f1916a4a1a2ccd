import type { Experiment } from '../mlflow/entities';
import { headlineMetric } from '../state/metrics';
import type { PageServices } from './page';

/** The headline of what a page shows: that of its (first) experiment, of the keys that are there. */
export function pageHeadline(
  keys: readonly string[],
  store: string,
  experiment: Pick<Experiment, 'experimentId' | 'tags'> | null | undefined,
  { state, settings }: Pick<PageServices, 'state' | 'settings'>,
): string | undefined {
  return headlineMetric(
    keys,
    experiment?.tags ?? [],
    experiment ? state.headlineMetric(store, experiment.experimentId) : undefined,
    settings().headlineMetric || undefined,
  );
}

/** The same things, with the wanted one first where it is there. */
export function putFirst<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): Item[] {
  return [...items.filter(isFirst), ...items.filter((item) => !isFirst(item))];
}
