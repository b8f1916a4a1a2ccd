import type { RunsById } from '../../mlflow/store';
import { moving } from '../../worker/settled';
import type { StoreHandlers } from '../requests';
import type { Reader } from './reader';
import { describe } from './queries/describe';
import { getExperiment, searchExperiments } from './queries/experiments';
import { getMetricHistory } from './queries/history';
import { sampleMetrics } from './queries/sampling';
import { searchLoggedModels } from './queries/loggedModels';
import { getRegisteredModel, searchRegisteredModels } from './queries/models';
import { readWorkspaces } from './queries/workspaces';
import { tableHandlers } from './table';
import { getMetricSummaries } from './queries/summaries';
import { countRuns, getRun, getRunInputs, readRuns, searchRuns } from './queries/runs';

/**
 * What the worker answers. To add a request: write a function `(reader, args) => result` in a file of this folder
 * and name it here; the host then asks `store.ask('name', args, signal)`, typed by
 * StoreRequests (stores/requests.ts), where a request of every kind of store is named too.
 *
 * - `args` and `result` cross a thread: plain data, Maps and typed arrays. A large typed array that is not kept in
 *   the worker is moved rather than copied if the handler returns `moving(result, [array.buffer])` (worker/settled.ts).
 * - A handler may be run several times for one request, until one of its readings is proven to be of one
 *   committed state: it must have no effects. What is worth keeping until the next commit goes into
 *   `reader.memo(key, make)`; what is kept beyond it is put away in `whenProven(() => result)` (worker/settled.ts).
 * - Statements are compiled once per text and state: use parameters; pass lists as JSON through
 *   `json_each(?)`. Ids are CAST AS TEXT. A statement on `metrics` starts from `oneMetric` (queries/history.ts).
 */
export const handlers = {
  /** Looks at the schema, and at nothing else. */
  open: (reader: Reader) => reader.schema.has('runs'),
  describe,
  workspaces: readWorkspaces,
  searchExperiments,
  getExperiment,
  countRuns,
  searchRuns,
  getRun,
  getRuns: (reader: Reader, query: RunsById) => readRuns(reader, query.runIds, query),
  getRunInputs,
  getMetricSummaries,
  getMetricHistory: (reader: Reader, args: { runId: string; key: string }) => {
    const history = getMetricHistory(reader, args);
    return moving(history, [history.steps.buffer, history.timestamps.buffer, history.values.buffer]);
  },
  sampleMetrics,
  searchRegisteredModels,
  getRegisteredModel,
  searchLoggedModels,
  ...tableHandlers,
} satisfies StoreHandlers<Reader>;

/** What the worker is started with. */
export interface StoreStart {
  file: string;
  /** Path of sql.js's sql-wasm.wasm. */
  wasm: string;
  /** The workspace whose rows are read; `default` for a store that has none. */
  workspace: string;
}
