import type { SweepColumn } from '../../src/protocol/sweep';
import { paramImportance, type ImportanceResult } from '../../src/series/importance';
import { cellsOf } from './model';

/** Which params mattered: found anew only where that can differ, for it goes through all runs a hundred times. */
export class Judge {
  private params: readonly SweepColumn[] = [];
  private values: Float64Array | undefined;
  private direction: 'higher' | 'lower' = 'lower';
  private found: ImportanceResult = { refused: 'No metric to judge by was logged.' };

  importance(
    columns: readonly SweepColumn[],
    objective: SweepColumn | undefined,
    direction: 'higher' | 'lower',
  ): ImportanceResult {
    const params = columns.filter(({ kindOf }) => kindOf === 'param');
    const same =
      params.length === this.params.length &&
      params.every((column, i) => column === this.params[i]) &&
      objective?.values === this.values &&
      direction === this.direction;
    if (!same) {
      this.params = params;
      this.values = objective?.values;
      this.direction = direction;
      this.found = objective
        ? paramImportance(
            params.map((column) => ({ name: column.name, cells: cellsOf(column) })),
            objective.values,
            direction,
          )
        : { refused: 'No metric to judge by was logged.' };
    }
    return this.found;
  }
}
