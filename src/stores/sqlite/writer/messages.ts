import type { WriteRequest } from '../../../mlflow/writer';
import type { SqliteImport } from '../importer';

/** What the writer process is given, as one JSON line. */
export interface WriterJob {
  /** Absolute path. */
  file: string;
  /** Whose rows are changed; `default` for a store that has none. */
  workspace: string;
  request: WriteRequest;
  /** A run to be made after the changes, in the same transaction. */
  imported?: SqliteImport;
  /** Where to look for Python 3, in this order, where this Node has no node:sqlite. */
  interpreters: string[];
}
