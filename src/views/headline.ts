import type { Experiment } from '../mlflow/entities';
import { headlineMetric } from '../state/metrics';
import type { ViewState } from '../state/viewState';
import { newestMetrics } from '../stores/newestRuns';
import type { OpenStores } from '../stores/openStores';

/** The metric that stands beside the runs of an experiment: chosen, or told from the keys of its newest runs. */
export class HeadlineMetrics {
  private readonly keys = new Map<string, Promise<string[]>>();

  constructor(
    private readonly stores: OpenStores,
    private readonly state: ViewState,
    private readonly setting: () => string,
  ) {}

  async of(store: string, experimentId: string, experiment: Experiment | null): Promise<string | undefined> {
    const chosen = this.state.headlineMetric(store, experimentId);
    if (chosen !== undefined) {
      return chosen;
    }
    // A row is drawn without a metric rather than not at all.
    const keys = await this.keysOf(store, experimentId).catch(() => []);
    return headlineMetric(keys, experiment?.tags ?? [], undefined, this.setting() || undefined);
  }

  /**
   * Asked once for all rows that are drawn meanwhile, and kept once there are any: a guess that changed with each new run
   * would be no headline.
   */
  private keysOf(store: string, experimentId: string): Promise<string[]> {
    const id = `${store}\n${experimentId}`;
    const known = this.keys.get(id);
    if (known) {
      return known;
    }
    const asked = this.ask(store, experimentId);
    this.keys.set(id, asked);
    const forget = (): boolean => this.keys.get(id) === asked && this.keys.delete(id);
    asked.then((keys) => keys.length === 0 && forget(), forget);
    return asked;
  }

  private async ask(store: string, experimentId: string): Promise<string[]> {
    return newestMetrics(await this.stores.get(store), [experimentId]);
  }
}
