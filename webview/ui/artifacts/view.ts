import { fieldsOf, isAmount, isFlag, isPlace, isText } from '../../../src/mlflow/shape';
import type { ArtifactOwner } from '../../../src/mlflow/store';
import { readKey, type TreeRow } from './artifactTree';

/** What a page keeps of its artifacts while it is hidden. */
export interface ArtifactsView {
  opened: string[];
  selected: TreeRow | undefined;
}

/** The same as it was kept; undefined where nothing of it fits. */
export function readArtifactsView(kept: unknown): ArtifactsView | undefined {
  const { opened, selected } = fieldsOf(kept);
  return Array.isArray(opened)
    ? { opened: opened.filter(isRowKey), selected: isChosenRow(selected) ? selected : undefined }
    : undefined;
}

function isChosenRow(value: unknown): value is TreeRow {
  const { owner, path, isDir, size, level } = fieldsOf(value);
  return (
    isOwner(owner) && isText(path) && isFlag(isDir) && (size === null || isAmount(size)) && isPlace(level)
  );
}

/** Whether a kept value is what `rowKey` makes. */
function isRowKey(value: unknown): value is string {
  try {
    const [owner, path] = isText(value) ? readKey(value) : [];
    return isOwner(owner) && isText(path);
  } catch {
    return false;
  }
}

function isOwner(value: unknown): value is ArtifactOwner {
  const { runId, modelId, name, version } = fieldsOf(value);
  return isText(runId) || isText(modelId) || (isText(name) && isText(version));
}
