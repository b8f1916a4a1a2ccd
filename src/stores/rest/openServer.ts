import type { StoreDetail, TrackingStore } from '../../mlflow/store';
import { workspaceOf } from '../../mlflow/workspace';
import type { Writer } from '../../mlflow/writer';
import { recordsOf } from '../artifacts/records';
import type { ServerAccess } from './access';
import type { ServerApi } from './api';
import { ServerArtifacts } from './artifacts/reader';
import { createExchange, type NetworkOptions } from './network';
import { openRestStore, type RestStoreOptions } from './restStore';
import { Server } from './server';
import { createRestWriter } from './writer';

export interface OpenedServer {
  store: TrackingStore;
  writer: Writer;
}

export interface ServerOptions {
  distFolder: string;
  /** What goes with the requests to a server. Rejects with StoreError. */
  accessOf(this: void, uri: string): Promise<ServerAccess>;
  /** What the server's log calls us. */
  userAgent: string;
  /** Folders that the user opened, absolute: artifacts that lie in them are read there. */
  openedFolders(this: void): readonly string[];
  /** Where artifacts are put that an editor opens; absolute. */
  downloadFolder: string;
  /** In the extension's storage, for histories of ended runs; missing: they are not kept. */
  historyFolder?: string;
  /** How long is waited for the server; the network's own if missing. */
  network?: Pick<NetworkOptions, 'patience' | 'pauses'>;
}

/**
 * Opens a tracking server: its requests leave from this thread, with whoever is signed in; its answers are read in a
 * worker.
 *
 * @param uri canonical
 * @throws StoreError
 */
export async function openServer(
  uri: string,
  options: ServerOptions,
  signal?: AbortSignal,
): Promise<OpenedServer> {
  const access = (): Promise<ServerAccess> => options.accessOf(uri);
  const network = createExchange({
    ...options.network,
    uri,
    access,
    userAgent: options.userAgent,
  });
  try {
    const { headers, who } = await access();
    const server = new Server(network.exchange, workspaceOf(uri));
    const apiOf = (signal?: AbortSignal): Promise<ServerApi> => server.api(signal);
    const host: RestStoreOptions = {
      uri,
      exchange: network.exchange,
      // A password is hashed at each request (reference servers.md, section 5).
      slow: headers.Authorization?.startsWith('Basic ') ?? false,
      distFolder: options.distFolder,
      ...(options.historyFolder !== undefined && {
        histories: { folder: options.historyFolder, owner: JSON.stringify([uri, who]) },
      }),
      artifactsOf: (opened) =>
        new ServerArtifacts({
          exchange: network.exchange,
          apiOf,
          records: recordsOf(opened, ''),
          openedFolders: () => options.openedFolders(),
          downloadFolder: options.downloadFolder,
        }),
      details: async () => detailsOf(await access()),
      closed: () => network.dispose(),
    };
    const store = await openRestStore(host, signal);
    return { store, writer: createRestWriter(network.exchange, apiOf) };
  } catch (error) {
    network.dispose();
    throw error;
  }
}

function detailsOf({ who, withheld, insecure }: ServerAccess): StoreDetail[] {
  return [
    { label: 'Signed in', value: who ?? (withheld === null ? 'nobody' : 'nobody, in Restricted Mode') },
    ...(insecure ? [{ label: 'Certificate', value: 'not looked at (MLFLOW_TRACKING_INSECURE_TLS)' }] : []),
  ];
}
