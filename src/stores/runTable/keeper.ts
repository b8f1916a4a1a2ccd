import type { ModelFact } from '../../mlflow/runTable';
import { untilHere, type TableLoader } from './loader';
import { TableState } from './tableState';

/**
 * What the run table of one store keeps from state to state: the columns of the last state whose reading was proven,
 * with which the next begins, and what was learned from the files of models.
 */
export class TableKeeper {
  private states = 0;
  private settled: TableState | null = null;
  private readonly learned = new Map<string, ModelFact>();

  /** The table of another state of the store. */
  next(): TableState {
    return new TableState(`${Date.now()} ${this.states++}`, this.settled, () => Date.now());
  }

  /** The caller tells its states of the store to forget what they made without (TableState.forgetModels). */
  learn(facts: readonly ModelFact[]): void {
    facts.forEach((fact) => this.learned.set(fact.runId, fact));
  }

  learnedModel(runId: string): ModelFact | undefined {
    return this.learned.get(runId);
  }

  /**
   * Asks once, through a loader of the same state of the store. The answer comes by a second call, which is made when
   * the reading is proven: what it read is then kept for later states.
   *
   * @throws StoreError; NotHere
   */
  ask<T>(state: TableState, loader: TableLoader, question: (table: TableState) => T): () => T {
    const answer = question(state.begin(loader));
    return () => {
      state.settle();
      this.settled = state;
      return answer;
    };
  }

  /** Asks a loader whose state needs no proof, and fetches what is not here until there is an answer. */
  answer<T>(
    state: TableState,
    loader: TableLoader,
    question: (table: TableState) => T,
    signal?: AbortSignal,
  ): Promise<T> {
    return untilHere(() => this.ask(state, loader, question)(), signal);
  }
}
