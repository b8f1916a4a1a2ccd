import * as path from 'node:path';
import type { StoreDescription, StoreDetail, TrackingStore } from '../../mlflow/store';
import { workspaceOf } from '../../mlflow/workspace';
import type { ArtifactAccess } from '../artifacts/access';
import { WorkerStore, type WorkerStoreOptions } from '../workerStore';
import type { RestOptions } from './answers';
import type { Exchange } from './exchange';
import { serveExchange } from './exchangePort';

/** What the worker is started with. */
export type RestStart = RestOptions;

export interface RestStoreOptions {
  /** Canonical (uri.ts), with the workspace where one is named. */
  uri: string;
  /** The requests to that server, which leave from this thread. */
  exchange: Exchange;
  /** Each request costs the server a password hash. */
  slow: boolean;
  /** Where histories of ended runs are kept, and whose; missing: nowhere. */
  histories?: RestOptions['histories'];
  /** Where restWorker.js lies. */
  distFolder: string;
  /** How its artifacts are had; missing: from this machine. */
  artifactsOf?(this: void, store: TrackingStore): ArtifactAccess;
  /** What the host knows of the server besides: who is signed in; nothing if missing. */
  details?(this: void): Promise<StoreDetail[]>;
  /** Called when the store is disposed of. */
  closed?(this: void): void;
}

/** What the worker is at at once: most of it waits for the server, which is sent four requests at a time. */
const PARALLEL = 16;
/** A long history of an old server comes in one answer, a table's runs in dozens, ms. */
const LONGEST = 600_000;

/**
 * Opens the store behind a tracking server. Its answers are read in a worker, as nobody knows their size beforehand.
 *
 * @throws StoreError those of the exchange and of `probe` (api.ts)
 */
export async function openRestStore(options: RestStoreOptions): Promise<WorkerStore> {
  const { uri, exchange, slow, distFolder, artifactsOf, histories } = options;
  return new ServerStore(
    {
      kind: 'rest',
      uri,
      place: uri,
      folder: '',
      script: path.join(distFolder, 'restWorker.js'),
      start: { workspace: workspaceOf(uri), slow, ...(histories && { histories }) } satisfies RestStart,
      connect: (port) => serveExchange(port, exchange),
      parallel: PARALLEL,
      longest: LONGEST,
      artifactsOf,
    },
    options,
  ).opened();
}

class ServerStore extends WorkerStore {
  constructor(
    worker: WorkerStoreOptions,
    private readonly host: Pick<RestStoreOptions, 'details' | 'closed'>,
  ) {
    super(worker);
  }

  override async describe(signal?: AbortSignal): Promise<StoreDescription> {
    const [about, details] = await Promise.all([super.describe(signal), this.host.details?.() ?? []]);
    return { ...about, details: [...about.details, ...details] };
  }

  override dispose(): void {
    super.dispose();
    this.host.closed?.();
  }
}
