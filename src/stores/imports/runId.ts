import { createHash } from 'node:crypto';
import type { ImportedRun } from '../../mlflow/importer';
import { TAG_COPIED_FROM } from '../../mlflow/importer';
import { valueOf } from '../../mlflow/entities';

/**
 * The id that a run gets in an experiment of a store on this machine: the same each time, so that a copy that was stopped
 * is gone on with and never made twice. 32 hex digits in the form of uuid4, as MLflow's.
 *
 * @param place absolute: of the store
 */
export function copiedRunId(place: string, run: Pick<ImportedRun, 'experimentId' | 'tags'>): string {
  const from = valueOf(run.tags, TAG_COPIED_FROM) ?? '';
  const digits = createHash('sha256')
    .update(JSON.stringify([place, run.experimentId, from]))
    .digest('hex');
  const variant = (parseInt(digits[16]!, 16) & 3) | 8;
  return `${digits.slice(0, 12)}4${digits.slice(13, 16)}${variant.toString(16)}${digits.slice(17, 32)}`;
}
