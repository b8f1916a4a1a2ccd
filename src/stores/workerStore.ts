import { fromPlainError, type StoreErrorCode } from '../mlflow/errors';
import type { TrackingStore } from '../mlflow/store';
import { WorkerHost, type WorkerOptions } from '../worker/host';
import type { ArtifactAccess } from './artifacts/access';
import { AskedStore, type StorePlace } from './askedStore';
import type { StoreRequests } from './requests';

export interface WorkerStoreOptions
  extends StorePlace, Pick<WorkerOptions<StoreErrorCode>, 'connect' | 'parallel' | 'longest'> {
  /** Absolute path of the worker's bundle, which serves StoreAnswers. */
  script: string;
  /** What the worker is started with. */
  start: unknown;
  /** Missing: they lie on this machine, where the store says. */
  artifactsOf?: (store: TrackingStore) => ArtifactAccess;
}

/** A tracking store on this machine that is read by a worker thread. */
export class WorkerStore extends AskedStore {
  constructor(options: WorkerStoreOptions) {
    super(
      options,
      new WorkerHost<StoreRequests, StoreErrorCode>({
        script: options.script,
        connect: options.connect,
        parallel: options.parallel,
        longest: options.longest,
        name: 'mlflow-lens-store',
        start: options.start,
        label: `Reading ${options.place}`,
        toError: fromPlainError,
      }),
      options.artifactsOf,
    );
  }
}
