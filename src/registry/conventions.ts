import type { RegisteredModel } from '../mlflow/entities';
import type { StoreFeatures } from '../mlflow/store';

/** What marks the version in use: stages (deprecated since MLflow 2.9, and what most stores use) or aliases. */
export type Convention = 'stages' | 'aliases';

/**
 * The convention of a store, by what its models use; where they use neither, aliases if the schema has them,
 * as MLflow advises.
 */
export function conventionOf(
  models: readonly RegisteredModel[],
  features: Pick<StoreFeatures, 'aliases'>,
): Convention {
  if (!features.aliases) {
    return 'stages';
  }
  const staged = models.reduce(
    (sum, { versions }) => sum + versions.filter(({ currentStage }) => currentStage !== 'None').length,
    0,
  );
  const aliased = models.reduce((sum, { aliases }) => sum + aliases.length, 0);
  return staged > aliased ? 'stages' : 'aliases';
}

/** Aliases to offer: those of the model, then those that MLflow's documentation teaches. */
export function aliasSuggestions(model: RegisteredModel): string[] {
  return [...new Set([...model.aliases.map(({ alias }) => alias), 'champion', 'challenger'])];
}
