import { fitting, isText, readFields, texts } from '../../src/mlflow/shape';
import { readArtifactsView, type ArtifactsView } from '../ui/artifacts/view';

/** What the page remembers while it is hidden. */
export interface View {
  folded: string[];
  filter: string;
  artifacts: ArtifactsView | undefined;
}

/** What was kept, as far as it fits. @param folded sections that are folded at first */
export function readView(kept: unknown, folded: string[]): View {
  return readFields<View>(
    { folded, filter: '', artifacts: undefined },
    { folded: texts, filter: fitting(isText), artifacts: readArtifactsView },
    kept,
  );
}
