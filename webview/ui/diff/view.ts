import {
  fitting,
  fittingOrNull,
  isAmount,
  isFlag,
  isPlace,
  isText,
  readFields,
  texts,
} from '../../../src/mlflow/shape';

/** What the page remembers while it is hidden. */
export interface View {
  folded: string[];
  filter: string;
  onlyDifferent: boolean;
  baseline: number | null;
  isTransposed: boolean;
  top: number;
}

/** What was kept, as far as it fits. @param folded sections that are folded at first */
export function readView(kept: unknown, folded: string[]): View {
  return readFields<View>(
    { folded, filter: '', onlyDifferent: true, baseline: null, isTransposed: false, top: 0 },
    {
      folded: texts,
      filter: fitting(isText),
      onlyDifferent: fitting(isFlag),
      baseline: fittingOrNull(isPlace),
      isTransposed: fitting(isFlag),
      top: fitting(isAmount),
    },
    kept,
  );
}
