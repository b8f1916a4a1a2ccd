import type { Change } from '../../../mlflow/writer';
import type { Medium } from '../../../registry/stepwise';
import { factOf } from './facts';
import { Places } from './places';
import * as registry from './registryChanges';
import { StoreFiles } from './storeFiles';
import * as tracking from './trackingChanges';
import type { WriteContext } from './trackingChanges';

/** An mlruns folder as a medium of changes. MLflow locks nothing there, so nothing is locked. @param root absolute, links resolved */
export function filesMedium(root: string): Medium {
  const files = new StoreFiles(root);
  const places = new Places(files);
  return {
    read: async (subject) => factOf(places, subject),
    carryOut: async (change, now) => {
      files.steps = 0;
      return write({ places, now }, change);
    },
  };
}

/** Answers the id of what was created, or null. */
function write(context: WriteContext, change: Change): string | null {
  switch (change.type) {
    case 'transitionModelVersionStage':
      return registry.transitionModelVersionStage(context, change);
    case 'setRegisteredModelAlias':
      return registry.setRegisteredModelAlias(context, change);
    case 'deleteRegisteredModelAlias':
      return registry.deleteRegisteredModelAlias(context, change);
    case 'createRegisteredModel':
      return registry.createRegisteredModel(context, change);
    case 'updateRegisteredModel':
      return registry.updateRegisteredModel(context, change);
    case 'renameRegisteredModel':
      return registry.renameRegisteredModel(context, change);
    case 'deleteRegisteredModel':
      return registry.deleteRegisteredModel(context, change);
    case 'setRegisteredModelTag':
      return registry.setRegisteredModelTag(context, change);
    case 'deleteRegisteredModelTag':
      return registry.deleteRegisteredModelTag(context, change);
    case 'createModelVersion':
      return registry.createModelVersion(context, change);
    case 'copyModelVersion':
      return registry.copyModelVersion(context, change);
    case 'updateModelVersion':
      return registry.updateModelVersion(context, change);
    case 'deleteModelVersion':
      return registry.deleteModelVersion(context, change);
    case 'setModelVersionTag':
      return registry.setModelVersionTag(context, change);
    case 'deleteModelVersionTag':
      return registry.deleteModelVersionTag(context, change);
    case 'createExperiment':
      return tracking.createExperiment(context, change);
    case 'renameExperiment':
      return tracking.renameExperiment(context, change);
    case 'deleteExperiment':
      return tracking.deleteExperiment(context, change);
    case 'restoreExperiment':
      return tracking.restoreExperiment(context, change);
    case 'setExperimentTag':
      return tracking.setExperimentTag(context, change);
    case 'deleteExperimentTag':
      return tracking.deleteExperimentTag(context, change);
    case 'createRun':
      return tracking.createRun(context, change);
    case 'renameRun':
      return tracking.renameRun(context, change);
    case 'deleteRun':
      return tracking.deleteRun(context, change);
    case 'restoreRun':
      return tracking.restoreRun(context, change);
    case 'setTag':
      return tracking.setTag(context, change);
    case 'deleteTag':
      return tracking.deleteTag(context, change);
  }
}
