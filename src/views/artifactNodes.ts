import { fileIcon } from '../mlflow/artifacts/kind';
import { count, formatSize } from '../mlflow/format';
import type { ArtifactOwner, TrackingStore } from '../mlflow/store';

/** A file or folder of a run or of a logged model; the owner's own folder has the path ''. */
export interface ArtifactNode {
  kind: 'artifact';
  store: string;
  owner: ArtifactOwner;
  path: string;
  label: string;
  isDir: boolean;
  /** Bytes; null for a folder, and for what is no plain file. */
  size: number | null;
  /** Of the logged model that it stands for, else missing. */
  modelId?: string;
}

export interface ArtifactChildren {
  nodes: ArtifactNode[];
  /** Why there is nothing, or what is left out; null where all is there. */
  note: string | null;
}

const SHOWN = 500;

/** The node that a run's artifacts are under. */
export function artifactRoot(store: string, runId: string): ArtifactNode {
  return {
    kind: 'artifact',
    store,
    owner: { runId },
    path: '',
    label: 'Artifacts',
    isDir: true,
    size: null,
  };
}

/**
 * One folder. A run's own folder is followed by the models that it logged (since MLflow 3 they lie elsewhere).
 *
 * @throws StoreError
 */
export async function artifactChildren(
  store: TrackingStore,
  { owner, path, store: uri }: ArtifactNode,
): Promise<ArtifactChildren> {
  const [listing, models] = await Promise.all([
    store.listArtifacts(owner, path),
    path === '' && 'runId' in owner
      ? store.searchLoggedModels({ sourceRunId: owner.runId, maxResults: 100 })
      : { items: [] },
  ]);
  const nodes = [
    ...listing.files.slice(0, SHOWN).map((file): ArtifactNode => ({
      kind: 'artifact',
      store: uri,
      owner,
      ...file,
      label: file.path.slice(file.path.lastIndexOf('/') + 1),
    })),
    ...models.items.map(({ modelId, name }): ArtifactNode => ({
      kind: 'artifact',
      store: uri,
      owner: { modelId },
      path: '',
      label: name,
      isDir: true,
      size: null,
      modelId,
    })),
  ];
  const hidden = Math.max(0, listing.files.length - SHOWN) + listing.truncated;
  return { nodes, note: noteOf(listing.root.problem, nodes.length, hidden, path) };
}

function noteOf(problem: string | null, shown: number, hidden: number, path: string): string | null {
  if (problem !== null) {
    return problem;
  }
  if (hidden > 0) {
    return `${count(hidden, 'more file')}: open the folder in the file manager.`;
  }
  if (shown > 0) {
    return null;
  }
  return path === '' ? 'No artifacts' : 'Empty';
}

/** What stands behind the name. */
export function artifactDescription({ isDir, size, modelId }: ArtifactNode): string {
  return modelId ? 'logged model' : isDir ? '' : formatSize(size);
}

/** A codicon. */
export function artifactIcon({ isDir, modelId, path }: ArtifactNode): string {
  return modelId ? 'package' : isDir ? 'folder' : fileIcon(path);
}
