import type { ModelVersion, RegisteredModel } from '../../src/mlflow/entities';

export interface MadeModel {
  name?: string;
  created?: number;
  /** Of each version, ms. */
  lastUpdated?: number;
  /** The version by alias. */
  aliases?: Record<string, string>;
}

/** A registered model as a store tells it, with the stage of each version. */
export function madeModel(
  stages: Record<string, string>,
  { name = 'taxi', created = 1, lastUpdated = 1, aliases = {} }: MadeModel = {},
): RegisteredModel {
  const versions = Object.entries(stages).map(([version, currentStage]): ModelVersion => ({
    name,
    version,
    currentStage,
    creationTimestamp: 1,
    lastUpdatedTimestamp: lastUpdated,
    description: null,
    userId: null,
    source: '',
    runId: null,
    runLink: null,
    status: 'READY',
    statusMessage: null,
    storageLocation: null,
    aliases: [],
    tags: [],
  }));
  return {
    name,
    creationTimestamp: created,
    lastUpdatedTimestamp: 1,
    description: null,
    aliases: Object.entries(aliases).map(([alias, version]) => ({ alias, version, dangling: false })),
    tags: [],
    versions,
  };
}
