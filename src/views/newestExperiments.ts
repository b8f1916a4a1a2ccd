import type { OpenStores } from '../stores/openStores';

/** The experiment with the newest run of each store, asked once a store. */
export class NewestExperiments {
  private readonly known = new Map<string, Promise<string | undefined>>();

  constructor(private readonly stores: OpenStores) {}

  /** undefined where there is no run, and where the store cannot say it now: then it is asked again. */
  of(uri: string): Promise<string | undefined> {
    const asked = this.known.get(uri) ?? this.ask(uri);
    this.known.set(uri, asked);
    return asked.catch(() => {
      // What was asked since may be under way.
      if (this.known.get(uri) === asked) {
        this.known.delete(uri);
      }
      return undefined;
    });
  }

  private async ask(uri: string): Promise<string | undefined> {
    const store = await this.stores.get(uri);
    const { items } = await store.searchRuns({
      experimentIds: [],
      view: 'ACTIVE_ONLY',
      maxResults: 1,
      params: 'none',
      metrics: 'none',
      tags: 'none',
    });
    return items[0]?.info.experimentId;
  }
}
