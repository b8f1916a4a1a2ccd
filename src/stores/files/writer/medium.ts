import { makeChange, type ChangeMakers } from '../../../mlflow/writer';
import type { Medium } from '../../../registry/stepwise';
import { factOf } from './facts';
import { Places } from './places';
import * as registry from './registryChanges';
import { StoreFiles } from './storeFiles';
import * as tracking from './trackingChanges';
import type { WriteContext } from './trackingChanges';

/** Each answers the id of what it created, or null. */
const MAKERS: ChangeMakers<WriteContext, string | null> = { ...registry, ...tracking };

/** An mlruns folder as a medium of changes. MLflow locks nothing there, so nothing is locked. @param root absolute, links resolved */
export function filesMedium(root: string): Medium {
  const files = new StoreFiles(root);
  const places = new Places(files);
  return {
    read: async (subject) => factOf(places, subject),
    carryOut: async (change, now) => {
      files.steps = 0;
      return makeChange(MAKERS, { places, now }, change);
    },
  };
}
