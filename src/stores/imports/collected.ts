import { cancelled, StoreError } from '../../mlflow/errors';
import { count } from '../../mlflow/format';
import type { ImportedHistory } from '../../mlflow/importer';

/**
 * All histories of a run, for a writer that takes them at once.
 *
 * @param onPoints called with how many points there are by now
 * @throws StoreError UNSUPPORTED where they are too many
 */
export async function collected(
  histories: AsyncIterable<ImportedHistory>,
  most: number,
  signal?: AbortSignal,
  onPoints?: (points: number) => void,
): Promise<ImportedHistory[]> {
  const all: ImportedHistory[] = [];
  let points = 0;
  for await (const history of histories) {
    if (signal?.aborted) {
      throw cancelled();
    }
    points += history.values.length;
    if (points > most) {
      throw new StoreError(
        'UNSUPPORTED',
        `This run has more than ${count(most, 'point')}: that many are not copied at once.`,
      );
    }
    all.push(history);
    onPoints?.(points);
  }
  return all;
}
