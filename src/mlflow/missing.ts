import { StoreError } from './errors';

/** What every kind of store says of an entity that it has not; code RESOURCE_DOES_NOT_EXIST. */

export function noRun(runId: string): StoreError {
  return missing(`There is no run ${runId} in this store.`);
}

export function noExperiment(experimentId: string): StoreError {
  return missing(`There is no experiment with id ${experimentId} in this store.`);
}

export function noRegisteredModel(name: string): StoreError {
  return missing(`There is no registered model "${name}" in this store.`);
}

export function noLoggedModel(modelId: string): StoreError {
  return missing(`There is no logged model ${modelId} in this store.`);
}

export function noModelVersion(name: string, version: string): StoreError {
  return missing(`There is no version ${version} of "${name}".`);
}

/** What is there, and is not of the workspace that the store was opened as. */
export function inOtherWorkspace(what: string, workspace: string): StoreError {
  return missing(`${what} is in the workspace "${workspace}" of this store: switch to it first.`);
}

/** @throws what `otherwise` makes, where there is no entity */
export function there<T>(entity: T | undefined, otherwise: () => StoreError): T {
  if (entity === undefined) {
    throw otherwise();
  }
  return entity;
}

function missing(message: string): StoreError {
  return new StoreError('RESOURCE_DOES_NOT_EXIST', message);
}
