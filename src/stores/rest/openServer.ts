import type { StoreDetail, TrackingStore } from '../../mlflow/store';
import { workspaceOf } from '../../mlflow/workspace';
import type { Writer } from '../../mlflow/writer';
import type { ServerAccess } from './access';
import { createExchange } from './network';
import { openRestStore } from './restStore';
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
}

/**
 * Opens a tracking server: its requests leave from this thread, with whoever is signed in; its answers are read in a
 * worker.
 *
 * @param uri canonical
 * @throws StoreError
 */
export async function openServer(uri: string, options: ServerOptions): Promise<OpenedServer> {
  const access = (): Promise<ServerAccess> => options.accessOf(uri);
  const network = createExchange({ uri, access, userAgent: options.userAgent });
  try {
    const { headers } = await access();
    const store = await openRestStore({
      uri,
      exchange: network.exchange,
      // A password is hashed at each request (reference servers.md, section 5).
      slow: headers.Authorization?.startsWith('Basic ') ?? false,
      distFolder: options.distFolder,
      details: async () => detailsOf(await access()),
      closed: () => network.dispose(),
    });
    const server = new Server(network.exchange, workspaceOf(uri));
    return { store, writer: createRestWriter(network.exchange, (signal) => server.api(signal)) };
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
