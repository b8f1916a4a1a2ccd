import { fromPlainError, type StoreErrorCode } from '../mlflow/errors';
import { WorkerHost, type WorkerOptions } from '../worker/host';
import { AskedStore, type StorePlace } from './askedStore';
import type { StoreRequests } from './requests';

export interface WorkerStoreOptions
  extends StorePlace, Pick<WorkerOptions<StoreErrorCode>, 'connect' | 'parallel' | 'longest'> {
  /** Absolute path of the worker's bundle, which serves StoreAnswers. */
  script: string;
  /** What the worker is started with. */
  start: unknown;
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
    );
  }
}
