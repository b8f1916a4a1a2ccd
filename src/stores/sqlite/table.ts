import type {
  ColumnQuery,
  ModelFact,
  RowsQuery,
  TableColumn,
  TableQuery,
  TableScope,
  TableView,
  ValueQuery,
} from '../../mlflow/runTable';
import { whenProven, type Proven } from '../../worker/settled';
import { TableKeeper } from '../runTable/keeper';
import type { TableState } from '../runTable/tableState';
import type { Reader } from './reader';
import { SqliteTableLoader } from './tableLoader';

/** A worker reads one store. */
const keeper = new TableKeeper();

/** Asks the run table of the reader's state of the store. */
function ask<T>(reader: Reader, question: (table: TableState) => T): Proven<T> {
  const state = reader.memo('run table', () => keeper.next());
  return whenProven(keeper.ask(state, new SqliteTableLoader(reader, keeper), question));
}

/** The requests of the run table (mlflow/runTable.ts). */
export const tableHandlers = {
  tableRows: (reader: Reader, query: TableQuery) => ask(reader, (table) => table.rows(query)),
  tableLoad: (reader: Reader, { scope, column }: { scope: TableScope; column: TableColumn }) =>
    ask(reader, (table) => table.load(scope, column)),
  /** All is here. */
  tableLoadRest: () => null,
  tableMatching: (reader: Reader, view: TableView) => ask(reader, (table) => table.matching(view)),
  tableRunsOfRows: (reader: Reader, query: RowsQuery) => ask(reader, (table) => table.runsOfRows(query)),
  tableSuggestColumns: (reader: Reader, scope: TableScope) =>
    ask(reader, (table) => table.suggestColumns(scope)),
  tableFindColumns: (reader: Reader, query: ColumnQuery) => ask(reader, (table) => table.findColumns(query)),
  tableFindValues: (reader: Reader, query: ValueQuery) => ask(reader, (table) => table.findValues(query)),
  tableLearnModels: (reader: Reader, facts: readonly ModelFact[]) => {
    keeper.learn(facts);
    return ask(reader, (table) => table.forgetModels());
  },
  tableCellText: (reader: Reader, { runId, column }: { runId: string; column: TableColumn }) =>
    ask(reader, (table) => table.cellText(runId, column)),
};
