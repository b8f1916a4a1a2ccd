import { fitting, isAmount, readFields } from '../../src/mlflow/shape';
import { NEW_PASSING, readPassing, type Passing } from '../../src/protocol/tableChoices';

/** What the page remembers while it is hidden. */
export interface Kept {
  passing: Passing;
  scrollTop: number;
  scrollLeft: number;
}

/** What was kept, as far as it fits. */
export function readKept(view: unknown): Kept {
  return readFields<Kept>(
    { passing: NEW_PASSING, scrollTop: 0, scrollLeft: 0 },
    { passing: readPassing, scrollTop: fitting(isAmount), scrollLeft: fitting(isAmount) },
    view,
  );
}
