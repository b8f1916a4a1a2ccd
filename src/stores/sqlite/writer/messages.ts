import type { WriteRequest } from '../../../mlflow/writer';

/** What the writer process is given, as one JSON line. */
export interface WriterJob {
  /** Absolute path. */
  file: string;
  /** Whose rows are changed; `default` for a store that has none. */
  workspace: string;
  request: WriteRequest;
  /** Where to look for Python 3, in this order, where this Node has no node:sqlite. */
  interpreters: string[];
}
