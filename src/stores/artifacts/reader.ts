import { shellWord } from '../../mlflow/commandLine';
import { StoreError } from '../../mlflow/errors';
import { withoutTrailing } from '../../mlflow/scan';
import type { ArtifactListing, ArtifactOwner, ArtifactRoot } from '../../mlflow/store';
import { listFolder, locateInRoot, readFileRange } from './files';
import type { ArtifactAccess } from './access';
import type { ArtifactRecords } from './records';
import { resolveRoot } from './root';

/** A place among the recorded artifacts: a root, and a folder in it where the owner's begin. */
interface Place {
  root: ArtifactRoot;
  folder: string;
}

/** Copies of copies of model versions that are followed. */
const MAX_HOPS = 8;

/** The artifacts of a store that lies on this machine. */
export class ArtifactReader implements ArtifactAccess {
  constructor(private readonly records: ArtifactRecords) {}

  async list(owner: ArtifactOwner, path: string, signal?: AbortSignal): Promise<ArtifactListing> {
    const { root, folder } = await this.place(owner, signal);
    if (root.localPath === null) {
      return { root, files: [], truncated: 0 };
    }
    const full = join(folder, path);
    const { files, truncated } = await listFolder(root.localPath, full, signal);
    const cut = folder === '' ? 0 : folder.length + 1;
    return { root, files: files.map((file) => ({ ...file, path: file.path.slice(cut) })), truncated };
  }

  async read(
    owner: ArtifactOwner,
    path: string,
    range: { offset: number; length: number },
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const { root, folder } = await this.place(owner, signal);
    return readFileRange(localPath(root), join(folder, path), range);
  }

  async locate(owner: ArtifactOwner, path: string, signal?: AbortSignal): Promise<string> {
    const { root, folder } = await this.place(owner, signal);
    return locateInRoot(localPath(root), join(folder, path));
  }

  private async place(owner: ArtifactOwner, signal?: AbortSignal, hops = 0): Promise<Place> {
    if ('runId' in owner) {
      const uri = await this.records.runArtifactUri(owner.runId, signal);
      return { root: await this.root(uri, owner.runId, `--run-id ${shellWord(owner.runId)}`), folder: '' };
    }
    if ('modelId' in owner) {
      const uri = await this.records.modelArtifactLocation(owner.modelId, signal);
      return {
        root: await this.root(uri, owner.modelId, `--artifact-uri ${shellWord(`models:/${owner.modelId}`)}`),
        folder: '',
      };
    }
    return this.versionPlace(owner, signal, hops);
  }

  /** A version's source, as reference mlflow.md, A.3 and C.5 list its kinds. */
  private async versionPlace(
    { name, version }: { name: string; version: string },
    signal: AbortSignal | undefined,
    hops: number,
  ): Promise<Place> {
    const { source, storageLocation } = await this.records.versionSource(name, version, signal);
    const run = /^runs:\/+([0-9a-f]{32})(?:\/([^]*))?$/.exec(source);
    if (run) {
      return this.runPlace(run[1]!, withoutTrailing((run[2] ?? '').replace(/^\/+/, ''), '/'), signal);
    }
    const model = /^models:\/+(m-[0-9a-f]{32})\/?$/.exec(source);
    if (model) {
      return this.place({ modelId: model[1]! }, signal);
    }
    const copied = /^models:\/+([^/][^]*)\/(\d+)$/.exec(source);
    if (copied && storageLocation === null && hops < MAX_HOPS) {
      return this.versionPlace({ name: copied[1]!, version: copied[2]! }, signal, hops + 1);
    }
    const uri = storageLocation ?? source;
    return {
      root: await this.root(uri, null, `--artifact-uri ${shellWord(`models:/${name}/${version}`)}`),
      folder: '',
    };
  }

  /**
   * What `runs:/ID/name/…` names: since MLflow 3 the run's logged model of that name comes before a folder of the run, as
   * in MLflow's store/artifact/runs_artifact_repo.py.
   */
  private async runPlace(runId: string, path: string, signal?: AbortSignal): Promise<Place> {
    const [name, ...rest] = path.split('/');
    const modelId = name ? await this.records.loggedModelOfRun(runId, name, signal) : null;
    return modelId === null
      ? { ...(await this.place({ runId }, signal)), folder: path }
      : { ...(await this.place({ modelId }, signal)), folder: rest.join('/') };
  }

  private root(uri: string, id: string | null, download: string): Promise<ArtifactRoot> {
    return resolveRoot({ uri, storeFolder: this.records.storeFolder, id, download });
  }
}

function localPath(root: ArtifactRoot): string {
  if (root.localPath === null) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', root.problem ?? 'No artifact was logged.');
  }
  return root.localPath;
}

function join(folder: string, path: string): string {
  return folder === '' ? path : path === '' ? folder : `${folder}/${path}`;
}
