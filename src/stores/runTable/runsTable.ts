import type {
  ColumnList,
  ColumnQuery,
  ModelFact,
  RowsQuery,
  RunTable,
  TableColumn,
  TableQuery,
  TableRows,
  TableScope,
  TableView,
  ValueQuery,
} from '../../mlflow/runTable';
import type { HeldRuns, HeldScope } from './heldRuns';
import { TableKeeper } from './keeper';
import { RuleValues, type HistoryOf } from './ruleValues';
import { RunsLoader } from './runsLoader';
import type { TableState } from './tableState';

/**
 * The run table of a store that holds its runs as entities. What a rule shows is fetched for the rows that are asked
 * for; for all runs by `load`, or where rows are sorted or grouped by it.
 */
export class RunsTable implements RunTable {
  private readonly keeper = new TableKeeper();
  private readonly rules: RuleValues;
  private current: { held: HeldRuns; loader: RunsLoader; state: TableState } | null = null;

  /**
   * @param read what the store holds now, with what is wanted in it: the same object as long as nothing changed
   */
  constructor(
    private readonly read: (scope: HeldScope, signal?: AbortSignal) => Promise<HeldRuns>,
    historyOf: HistoryOf,
  ) {
    this.rules = new RuleValues(historyOf);
  }

  rows(query: TableQuery, signal?: AbortSignal): Promise<TableRows> {
    return this.ask(query, (table) => table.rows(query), signal);
  }

  load(scope: TableScope, column: TableColumn, signal?: AbortSignal): Promise<null> {
    return this.ask(scope, (table) => table.load(scope, column), signal);
  }

  matching(view: TableView, signal?: AbortSignal): Promise<string[]> {
    return this.ask(view, (table) => table.matching(view), signal);
  }

  runsOfRows(query: RowsQuery, signal?: AbortSignal): Promise<string[]> {
    return this.ask(query, (table) => table.runsOfRows(query), signal);
  }

  suggestColumns(scope: TableScope, signal?: AbortSignal): Promise<TableColumn[]> {
    return this.ask(scope, (table) => table.suggestColumns(scope), signal);
  }

  findColumns(query: ColumnQuery, signal?: AbortSignal): Promise<ColumnList> {
    return this.ask(query, (table) => table.findColumns(query), signal);
  }

  findValues(query: ValueQuery, signal?: AbortSignal): Promise<string[]> {
    return this.ask(query, (table) => table.findValues(query), signal);
  }

  learnModels(facts: readonly ModelFact[], signal?: AbortSignal): Promise<null> {
    this.keeper.learn(facts);
    return this.ask(null, (table) => table.forgetModels(), signal);
  }

  cellText(runId: string, column: TableColumn, signal?: AbortSignal): Promise<string | null> {
    return this.ask({ runIds: [runId] }, (table) => table.cellText(runId, column), signal);
  }

  private async ask<T>(
    scope: HeldScope,
    question: (table: TableState) => T,
    signal?: AbortSignal,
  ): Promise<T> {
    const held = await this.read(scope, signal);
    if (this.current?.held !== held) {
      this.current = {
        held,
        loader: new RunsLoader(held, this.rules, this.keeper),
        state: this.keeper.next(),
      };
    }
    const { state, loader } = this.current;
    return this.keeper.answer(state, loader, question, signal);
  }
}
