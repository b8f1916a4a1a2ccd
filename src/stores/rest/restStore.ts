import * as path from 'node:path';
import { reportFailure } from '../../mlflow/failures';
import type {
  ArtifactListing,
  ArtifactOwner,
  StoreDescription,
  StoreDetail,
  StoreState,
  TrackingStore,
} from '../../mlflow/store';
import { workspaceOf } from '../../mlflow/workspace';
import type { RequestArguments, RequestName, RequestResult } from '../../worker/wire';
import type { ArtifactAccess } from '../artifacts/access';
import type { StoreRequests } from '../requests';
import { WorkerStore, type WorkerStoreOptions } from '../workerStore';
import type { RestOptions } from './answers';
import type { Exchange } from './exchange';
import { serveExchange } from './exchangePort';
import { isNoAnswer, LastSeen } from './lastSeen';

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
export async function openRestStore(options: RestStoreOptions, signal?: AbortSignal): Promise<WorkerStore> {
  const { uri, slow, distFolder, artifactsOf, histories } = options;
  const clock: Clock = { answered: Date.now() };
  const exchange: Exchange = async (request, signal) => {
    const answer = await options.exchange(request, signal);
    if (answer.status < 500) {
      clock.answered = Date.now();
    }
    return answer;
  };
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
    clock,
  ).opened(signal);
}

/** When the server answered last, ms since 1970. */
interface Clock {
  answered: number;
}

/** While the server does not answer, what it answered last stands for it, and its state says since when. */
class ServerStore extends WorkerStore {
  private readonly seen = new LastSeen();
  private readonly host: RestStoreOptions;
  private readonly clock: Clock;

  constructor(worker: WorkerStoreOptions, host: RestStoreOptions, clock: Clock) {
    super(worker);
    this.host = host;
    this.clock = clock;
  }

  override get state(): StoreState {
    const state = super.state;
    return state.status === 'gone' ? { ...state, since: this.clock.answered } : state;
  }

  override async describe(signal?: AbortSignal): Promise<StoreDescription> {
    const [about, details] = await Promise.all([super.describe(signal), this.host.details?.() ?? []]);
    return { ...about, details: [...about.details, ...details] };
  }

  override ask<Name extends RequestName<StoreRequests>>(
    name: Name,
    args: RequestArguments<StoreRequests, Name>,
    signal?: AbortSignal,
  ): Promise<RequestResult<StoreRequests, Name>> {
    return this.orAsBefore(`${name} ${JSON.stringify(args)}`, () => super.ask(name, args, signal));
  }

  override listArtifacts(
    owner: ArtifactOwner,
    folder: string,
    signal?: AbortSignal,
  ): Promise<ArtifactListing> {
    const question = `listArtifacts ${JSON.stringify([owner, folder])}`;
    return this.orAsBefore(question, () => super.listArtifacts(owner, folder, signal));
  }

  override dispose(): void {
    super.dispose();
    this.host.closed?.();
  }

  /** @param question the same one has the same text, so that its last answer is of the same type */
  private async orAsBefore<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const isAway = this.state.status === 'gone';
    const before = this.seen.of(question) as { answer: T } | undefined;
    if (isAway && before) {
      // Whether it is back is found out by the poll alone.
      return before.answer;
    }
    try {
      const answer = await ask();
      this.seen.keep(question, answer);
      if (isAway) {
        this.lookNow();
      }
      return answer;
    } catch (error) {
      // Not before all that is shown of it says that it is away: nothing old is shown as if it were new.
      if (!isNoAnswer(error) || !before || this.state.status !== 'gone') {
        throw error;
      }
      return before.answer;
    }
  }

  /** All that is shown of it is to say the same, sooner than the next poll. */
  private lookNow(): void {
    this.refresh().catch(reportFailure);
  }
}
