import { makeChange, type Change, type ChangeMakers } from '../../../mlflow/writer';
import {
  canonicalChange,
  loggedModelOf,
  mustBeAllowed,
  TAG_LIMITS,
  type TagLimits,
} from '../../../registry/rules';
import type { WriteContext } from './context';
import { readFact } from './facts';
import * as registry from './registryChanges';
import type { Schema, TableName } from './schema';
import * as tracking from './trackingChanges';

/** MLflow's limit before registry tags became TEXT (3.1.1; reference mlflow.md, A.5 and A.6). */
const OLD_MODEL_TAG = 5000;

const MAKERS: ChangeMakers<WriteContext, Promise<string | null>> = { ...registry, ...tracking };

/**
 * Carries out a change, if the schema has room for it and MLflow's rules allow it. Answers the id of what was
 * created, or null.
 */
export async function applyChange(context: WriteContext, wanted: Change): Promise<string | null> {
  const change = canonicalChange(wanted);
  context.schema.require(...tablesFor(change));
  await mustBeAllowed(change, (subject) => readFact(context, subject), tagLimits(context.schema));
  return makeChange(MAKERS, context, change);
}

/** Beyond those of experiments and runs, which every store has. */
function tablesFor(change: Change): TableName[] {
  switch (change.type) {
    case 'createRegisteredModel':
    case 'updateRegisteredModel':
    case 'renameRegisteredModel':
    case 'deleteRegisteredModel':
      return ['registered_models'];
    case 'setRegisteredModelTag':
    case 'deleteRegisteredModelTag':
      return ['registered_model_tags', 'registered_models'];
    case 'deleteRegisteredModelAlias':
      return ['registered_model_aliases', 'registered_models'];
    case 'setRegisteredModelAlias':
      return ['registered_model_aliases', 'registered_models', 'model_versions'];
    case 'transitionModelVersionStage':
    case 'updateModelVersion':
    case 'deleteModelVersion':
      return ['registered_models', 'model_versions'];
    case 'createModelVersion':
      return [
        'registered_models',
        'model_versions',
        ...(loggedModelOf(change.source) === undefined ? [] : ['logged_models' as const]),
      ];
    case 'copyModelVersion':
      return ['registered_models', 'model_versions', 'model_version_tags'];
    case 'setModelVersionTag':
    case 'deleteModelVersionTag':
      return ['model_version_tags', 'registered_models', 'model_versions'];
    case 'setExperimentTag':
    case 'deleteExperimentTag':
      return ['experiment_tags'];
    default:
      return [];
  }
}

function tagLimits(schema: Schema): TagLimits {
  return {
    run: schema.declaredLength('tags', 'value') ?? TAG_LIMITS.run,
    experiment: schema.declaredLength('experiment_tags', 'value') ?? TAG_LIMITS.experiment,
    model: schema.declaredLength('model_version_tags', 'value') === null ? TAG_LIMITS.model : OLD_MODEL_TAG,
  };
}
