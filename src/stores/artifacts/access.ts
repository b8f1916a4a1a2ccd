import type { ArtifactListing, ArtifactOwner } from '../../mlflow/store';

/** How the artifacts of a store are reached: TrackingStore's methods for them. Each rejects with StoreError. */
export interface ArtifactAccess {
  list(owner: ArtifactOwner, path: string, signal?: AbortSignal): Promise<ArtifactListing>;
  /** At most `length` bytes from `offset`; fewer at the end of the file. */
  read(
    owner: ArtifactOwner,
    path: string,
    range: { offset: number; length: number },
    signal?: AbortSignal,
  ): Promise<Uint8Array>;
  /** A file or folder on this machine that holds it, for VS Code's own editors and for "Reveal". */
  locate(owner: ArtifactOwner, path: string, signal?: AbortSignal): Promise<string>;
}
