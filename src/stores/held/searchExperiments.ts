import type { Experiment } from '../../mlflow/entities';
import type { ExperimentQuery, Page } from '../../mlflow/store';
import { pageOfItems } from '../pageToken';

/** TrackingStore.searchExperiments of a store that holds its experiments as entities. */
export function searchExperiments(
  experiments: readonly Experiment[],
  query: ExperimentQuery,
): Page<Experiment> {
  const part = query.nameContains?.toLocaleLowerCase() ?? '';
  const found = experiments
    .filter(
      ({ name, lifecycleStage }) =>
        (query.view === 'ALL' || (lifecycleStage === 'active') === (query.view === 'ACTIVE_ONLY')) &&
        name.toLocaleLowerCase().includes(part),
    )
    .sort(newestFirst);
  return pageOfItems(found, ({ experimentId }) => experimentId, query);
}

/** By creation; where that is equal or not known by id, the greater number first. */
function newestFirst(a: Experiment, b: Experiment): number {
  const created = (b.creationTime ?? -Infinity) - (a.creationTime ?? -Infinity);
  return (
    created || b.experimentId.length - a.experimentId.length || (a.experimentId < b.experimentId ? 1 : -1)
  );
}
