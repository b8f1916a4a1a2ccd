import type { TrackingStore } from '../mlflow/store';
import type { RunKey } from '../mlflow/runKey';
import type { ViewState } from '../state/viewState';

/** Follows the brush of a sweep in a page that shows the runs of some experiments of one store. */
export class BrushFollower {
  /** Whether the last brush with runs in it was one of this page's. */
  private concerns = false;
  private looked = '';

  /** @param experimentIds empty for all */
  constructor(
    private readonly state: ViewState,
    private readonly uri: string,
    private readonly experimentIds: readonly string[],
  ) {}

  /**
   * Ids of the brushed runs; null where nothing is brushed, or runs of other experiments are: a table is not
   * emptied by a picture that has nothing to do with it. Throws StoreError.
   */
  async runIds(store: TrackingStore, signal: AbortSignal): Promise<string[] | null> {
    const { brushed } = this.state;
    if (brushed === null) {
      this.concerns = false;
      this.looked = '';
      return null;
    }
    const [first] = brushed;
    if (first && first.runId !== this.looked) {
      this.concerns = await this.isOurs(first, store, signal);
      this.looked = first.runId;
    }
    return this.concerns ? brushed.map(({ runId }) => runId) : null;
  }

  private async isOurs(run: RunKey, store: TrackingStore, signal: AbortSignal): Promise<boolean> {
    if (run.store !== this.uri) {
      return false;
    }
    return (
      this.experimentIds.length === 0 ||
      this.experimentIds.includes((await store.getRun(run.runId, signal)).info.experimentId)
    );
  }
}
