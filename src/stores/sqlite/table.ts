import type {
  ColumnQuery,
  TableColumn,
  TableQuery,
  TableScope,
  TableView,
  ValueQuery,
} from '../../mlflow/runTable';
import { TableState } from '../runTable/tableState';
import type { Reader } from './reader';
import { SqliteTableLoader } from './tableLoader';

let states = 0;
/** The state that the last request used, and the last one whose readings are proven. */
let current: TableState | null = null;
let settled: TableState | null = null;

/** The run table of the reader's state of the store, made from that of the state before. */
function tableOf(reader: Reader): TableState {
  const state = reader.memo(
    'run table',
    () => new TableState(`${Date.now()} ${states++}`, settled, () => Date.now()),
  );
  current = state;
  return state.begin(new SqliteTableLoader(reader));
}

/** To be called after each request: whether its reading was proven, so that its columns may outlive a commit. */
export function settleTable(proven: boolean): void {
  if (current && proven) {
    current.settle();
    settled = current;
  }
  current = null;
}

/** The requests of the run table (mlflow/runTable.ts). */
export const tableHandlers = {
  tableRows: (reader: Reader, query: TableQuery) => tableOf(reader).rows(query),
  tableLoad: (reader: Reader, { scope, column }: { scope: TableScope; column: TableColumn }) =>
    tableOf(reader).load(scope, column),
  tableMatching: (reader: Reader, view: TableView) => tableOf(reader).matching(view),
  tableSuggestColumns: (reader: Reader, scope: TableScope) => tableOf(reader).suggestColumns(scope),
  tableFindColumns: (reader: Reader, query: ColumnQuery) => tableOf(reader).findColumns(query),
  tableFindValues: (reader: Reader, query: ValueQuery) => tableOf(reader).findValues(query),
  tableCellText: (reader: Reader, { runId, column }: { runId: string; column: TableColumn }) =>
    tableOf(reader).cellText(runId, column),
};
