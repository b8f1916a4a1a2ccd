import type { LoggedModel, RegisteredModel } from '../../mlflow/entities';
import type { LoggedModelQuery, Page, RegisteredModelQuery } from '../../mlflow/store';
import { modelMatches } from '../../registry/modelFilter';
import { compareBytes } from '../../search/bytes';
import { pageOfItems } from '../pageToken';

/**
 * TrackingStore.searchRegisteredModels of a store that holds its models as entities.
 *
 * @param models without prompts, their versions without those that were deleted
 */
export function searchRegisteredModels(
  models: readonly RegisteredModel[],
  query: RegisteredModelQuery,
): Page<RegisteredModel> {
  const { filter = {}, runId, orderBy } = query;
  const found = models
    .filter(
      (model) =>
        (runId === undefined || model.versions.some((version) => version.runId === runId)) &&
        modelMatches(model, filter),
    )
    .sort(
      (a, b) =>
        (orderBy === 'lastUpdated' ? (b.lastUpdatedTimestamp ?? 0) - (a.lastUpdatedTimestamp ?? 0) : 0) ||
        compareBytes(a.name, b.name),
    );
  return pageOfItems(found, ({ name }) => name, query);
}

/** TrackingStore.searchLoggedModels: newest first; deleted ones only when asked for by id. */
export function searchLoggedModels(
  models: readonly LoggedModel[],
  query: LoggedModelQuery,
): Page<LoggedModel> {
  const { experimentIds, sourceRunId, modelIds } = query;
  const found = models
    .filter(
      (model) =>
        (modelIds ? modelIds.includes(model.modelId) : model.lifecycleStage !== 'deleted') &&
        (!experimentIds?.length || experimentIds.includes(model.experimentId)) &&
        (sourceRunId === undefined || model.sourceRunId === sourceRunId),
    )
    .sort(
      (a, b) => (b.creationTimestamp ?? 0) - (a.creationTimestamp ?? 0) || compareBytes(a.modelId, b.modelId),
    );
  return pageOfItems(found, ({ modelId }) => modelId, query);
}
