import type {
  ColumnList,
  ColumnQuery,
  LoadRequest,
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

/** After which rows are asked for again while others are on their way, ms. */
const SOON = 500;
/** Scopes and filters whose columns are kept. */
const STATES = 2;

/**
 * The run table of a store that holds its runs as entities. What a rule shows is fetched for the rows that are asked
 * for; for all runs by `load`, or where rows are sorted or grouped by it.
 */
export class RunsTable implements RunTable {
  private readonly keeper = new TableKeeper();
  private readonly rules: RuleValues;
  /** Of what was asked last, which differs by scope. */
  private states: { held: HeldRuns; loader: RunsLoader; state: TableState }[] = [];

  /**
   * @param read what the store holds now, with what is wanted in it: the same object as long as nothing changed
   */
  constructor(
    private readonly read: (scope: HeldScope, signal?: AbortSignal) => Promise<HeldRuns>,
    historyOf: HistoryOf,
  ) {
    this.rules = new RuleValues(historyOf);
  }

  async rows(query: TableQuery, signal?: AbortSignal): Promise<TableRows> {
    const held = await this.read(query, signal);
    const rows = await this.askOf(held, (table) => table.rows(query), signal);
    const loaded = held.part?.state() ?? null;
    return {
      ...rows,
      loaded,
      refreshIn: loaded?.isLoading ? Math.min(rows.refreshIn ?? Infinity, SOON) : rows.refreshIn,
    };
  }

  load(scope: TableScope, column: TableColumn, signal?: AbortSignal): Promise<null> {
    return this.ask(scope, (table) => table.load(scope, column), signal);
  }

  async loadRest({ on, wait, ...wanted }: LoadRequest, signal?: AbortSignal): Promise<null> {
    const { part } = await this.read(wanted, signal);
    part?.loadRest(on);
    if (wait) {
      await part?.whole(signal);
    }
    return null;
  }

  /** Of all that is loaded without being asked for. */
  async matching(view: TableView, signal?: AbortSignal): Promise<string[]> {
    await (await this.read(view, signal)).part?.whole(signal);
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

  async learnModels(facts: readonly ModelFact[]): Promise<null> {
    this.keeper.learn(facts);
    this.states.forEach(({ state }) => state.forgetModels());
    return null;
  }

  cellText(runId: string, column: TableColumn, signal?: AbortSignal): Promise<string | null> {
    return this.ask({ runIds: [runId] }, (table) => table.cellText(runId, column), signal);
  }

  private async ask<T>(
    scope: HeldScope,
    question: (table: TableState) => T,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.askOf(await this.read(scope, signal), question, signal);
  }

  private askOf<T>(held: HeldRuns, question: (table: TableState) => T, signal?: AbortSignal): Promise<T> {
    const known = this.states.find((each) => each.held === held) ?? {
      held,
      loader: new RunsLoader(held, this.rules, this.keeper),
      state: this.keeper.next(),
    };
    // Where all runs are here another state is a later one.
    const others = this.states.filter((each) => each !== known && each.held.part !== undefined);
    this.states = [known, ...others].slice(0, STATES);
    return this.keeper.answer(known.state, known.loader, question, signal);
  }
}
