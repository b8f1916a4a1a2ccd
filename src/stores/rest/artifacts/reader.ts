import * as path from 'node:path';
import { StoreError } from '../../../mlflow/errors';
import type { ArtifactListing, ArtifactOwner } from '../../../mlflow/store';
import type { ArtifactAccess } from '../../artifacts/access';
import { artifactPathParts, listFolder, locateInRoot, readFileRange } from '../../artifacts/files';
import type { ArtifactRecords } from '../../artifacts/records';
import { openedRoot } from '../../artifacts/root';
import type { ServerApi } from '../api';
import type { Exchange } from '../exchange';
import { NotGiven, readFromServer } from './bytes';
import { download } from './download';
import { listOnServer } from './listing';
import { mustBeAskable } from './names';
import { placeOf, type Place } from './place';

export interface ServerArtifactOptions {
  exchange: Exchange;
  /** What the server is; asked when the first artifact is. */
  apiOf: (signal?: AbortSignal) => Promise<ServerApi>;
  records: ArtifactRecords;
  /** Folders that the user opened, the workspace's among them, absolute: what lies in them is read there. */
  openedFolders: () => readonly string[];
  /** Where files are put that an editor opens; absolute. */
  downloadFolder: string;
}

/** Somebody's artifacts: on this machine, in a folder that the user opened, or on the server. */
interface Found {
  place: Place;
  api: ServerApi;
  rootUri: string | null;
  /** Absolute, links resolved. */
  local: string | null;
}

/** Runs and logged models whose place is remembered. */
const MOST_KNOWN = 1000;

/** The artifacts of a tracking server (reference servers.md, section 6). */
export class ServerArtifacts implements ArtifactAccess {
  private readonly uris = new Map<string, string>();

  constructor(private readonly options: ServerArtifactOptions) {}

  async list(owner: ArtifactOwner, inner: string, signal?: AbortSignal): Promise<ArtifactListing> {
    artifactPathParts(inner);
    const found = await this.find(owner, signal);
    const { place, api, local } = found;
    const full = join(place.folder, inner);
    const isOnServerOnly = 'uri' in place;
    const root = { uri: found.rootUri ?? '', localPath: local, moved: false, problem: null };
    const cut = (of: string): string => (place.folder === '' ? of : of.slice(place.folder.length + 1));
    if (local !== null) {
      const { files, truncated } = await listFolder(local, full, signal);
      return { root, files: files.map((file) => ({ ...file, path: cut(file.path) })), truncated };
    }
    if (isOnServerOnly) {
      const problem = `The tracking server does not list what lies at the source of this version: look there by "mlflow artifacts list".`;
      return { root: { ...root, problem }, files: [], truncated: 0 };
    }
    const { rootUri, files, truncated } = await listOnServer(this.options.exchange, api, place, full, signal);
    if (files.length === 0 && inner !== '') {
      await this.mustBeFolder(found, full, signal);
    }
    return {
      root: { ...root, uri: rootUri || root.uri },
      files: files.map((file) => ({ ...file, path: cut(file.path) })),
      truncated,
    };
  }

  async read(
    owner: ArtifactOwner,
    inner: string,
    range: { offset: number; length: number },
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    artifactPathParts(inner);
    const { offset, length } = range;
    if (!(Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(length) && length >= 0)) {
      throw new StoreError(
        'INVALID_PARAMETER_VALUE',
        'A range of bytes starts at 0 or later and is not negative.',
      );
    }
    const found = await this.find(owner, signal);
    const full = join(found.place.folder, inner);
    if (found.local !== null) {
      return readFileRange(found.local, full, range);
    }
    return length === 0 ? new Uint8Array() : (await this.part(found, full, range, signal)).bytes;
  }

  /** A file on the server is put into a folder of its own here first. */
  async locate(owner: ArtifactOwner, inner: string, signal?: AbortSignal): Promise<string> {
    artifactPathParts(inner);
    const found = await this.find(owner, signal);
    const full = join(found.place.folder, inner);
    if (found.local !== null) {
      return locateInRoot(found.local, full);
    }
    const key = JSON.stringify([found.place, full]);
    return download(
      path.join(this.options.downloadFolder, 'artifacts'),
      key,
      full,
      (range) => this.part(found, full, range, signal),
      signal,
    );
  }

  private async find(owner: ArtifactOwner, signal?: AbortSignal): Promise<Found> {
    const { exchange, apiOf, records, openedFolders } = this.options;
    const api = await apiOf(signal);
    const place = await placeOf({ exchange, api, records }, owner, signal);
    const opened = openedFolders();
    if (opened.length === 0 || 'uri' in place) {
      return { place, api, rootUri: 'uri' in place ? place.uri : null, local: null };
    }
    const [id, rootUri] =
      'runId' in place
        ? [place.runId, await this.uri(place.runId, () => records.runArtifactUri(place.runId, signal))]
        : [
            place.modelId,
            await this.uri(place.modelId, () => records.modelArtifactLocation(place.modelId, signal)),
          ];
    return { place, api, rootUri, local: await openedRoot(rootUri, id, opened) };
  }

  /** It is what it was made as for good: asked once. */
  private async uri(id: string, ask: () => Promise<string>): Promise<string> {
    const known = this.uris.get(id);
    if (known !== undefined) {
      return known;
    }
    const uri = await ask();
    if (this.uris.size >= MOST_KNOWN) {
      this.uris.clear();
    }
    this.uris.set(id, uri);
    return uri;
  }

  private async part(
    found: Found,
    full: string,
    range: { offset: number; length: number },
    signal?: AbortSignal,
  ): ReturnType<typeof readFromServer> {
    const { place, api } = found;
    mustBeAskable(full, api);
    try {
      return await readFromServer(this.options.exchange, api, place, full, range, signal);
    } catch (error) {
      if (!(error instanceof NotGiven)) {
        throw error;
      }
      if (!('uri' in place)) {
        await this.mustBeFile(found, full, signal);
      }
      throw error.refusal;
    }
  }

  /** Servers say the same of a file that is missing, of a folder and of their own failure: the folder around it tells. */
  private async mustBeFile(found: Found, full: string, signal?: AbortSignal): Promise<void> {
    if ((await this.entry(found, full, signal)).isDir) {
      throw new StoreError('INVALID_PARAMETER_VALUE', `${full} is a folder, not a file.`);
    }
  }

  private async mustBeFolder(found: Found, full: string, signal?: AbortSignal): Promise<void> {
    if (!(await this.entry(found, full, signal)).isDir) {
      throw new StoreError('INVALID_PARAMETER_VALUE', `${full} is not a folder.`);
    }
  }

  private async entry(
    { place, api }: Found,
    full: string,
    signal?: AbortSignal,
  ): Promise<{ isDir: boolean }> {
    const folder = full.includes('/') ? full.slice(0, full.lastIndexOf('/')) : '';
    const { files } = await listOnServer(this.options.exchange, api, place, folder, signal);
    const entry = files.find((file) => file.path === full);
    if (!entry) {
      throw new StoreError('RESOURCE_DOES_NOT_EXIST', `There is no artifact ${full} on the tracking server.`);
    }
    return entry;
  }
}

function join(folder: string, inner: string): string {
  return folder === '' ? inner : inner === '' ? folder : `${folder}/${inner}`;
}
