import type { ArtifactListing, ArtifactOwner } from '../../../src/mlflow/store';
import type {
  ArtifactAction,
  ArtifactPlace,
  ArtifactPreview,
  ArtifactRequests,
} from '../../../src/protocol/artifacts';

/** What the artifact browser asks of its page's host. */
export interface ArtifactHost {
  list: (place: ArtifactPlace) => Promise<ArtifactListing>;
  preview: (
    request: ArtifactRequests['previewArtifact']['params'],
    signal: AbortSignal,
  ) => Promise<ArtifactPreview>;
  readImage: (place: ArtifactPlace, signal: AbortSignal) => Promise<{ type: string; bytes: Uint8Array }>;
  act: (place: ArtifactPlace, action: ArtifactAction) => Promise<unknown>;
  copy: (text: string, what: string) => void;
}

/** Where a tree begins: the owner's files at the top level, or behind a node of their own. */
export interface ArtifactRootNode {
  owner: ArtifactOwner;
  /** Missing: the files stand at the top level. */
  label?: string;
  description?: string;
}
