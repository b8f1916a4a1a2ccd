import { isCancelled } from '../mlflow/errors';
import type { LoggedModel } from '../mlflow/entities';
import type { ModelFact } from '../mlflow/runTable';
import type { TrackingStore } from '../mlflow/store';
import { MLMODEL_BYTES, sizeOfModel } from './modelSizes';
import type { Parsers } from './parsers';

/** Models whose files are looked at for one table. */
const MOST_MODELS = 5000;
const PAGE = 1000;
const PARALLEL = 8;

/**
 * Teaches a table the flavor and size of the models that runs logged under MLflow >= 3: the store does not hold
 * them, the models' files do. A file is read once; those of the runs that are seen come first.
 */
export class ModelFacts {
  /** The newest model of each run. */
  private models: Promise<Map<string, LoggedModel>> | null = null;
  private readonly looked = new Set<string>();
  private busy = false;

  /** @param learned called when the table knows more */
  constructor(
    private readonly store: () => Promise<TrackingStore>,
    private readonly experimentIds: readonly string[],
    private readonly learned: () => void,
    private readonly signal: AbortSignal,
    private readonly parsers: Parsers,
  ) {}

  /** The store may have more models now. */
  forget(): void {
    this.models = null;
  }

  /** Looks at the models of these runs, then at all others; ends at once while it is under way. Never throws. */
  async learn(seen: readonly string[]): Promise<void> {
    if (this.busy || this.signal.aborted) {
      return;
    }
    this.busy = true;
    try {
      const store = await this.store();
      const models = await (this.models ??= this.newestModels(store));
      const order = [...new Set([...seen.filter((runId) => models.has(runId)), ...models.keys()])];
      const left = order.filter((runId) => !this.looked.has(`${runId} ${models.get(runId)?.modelId ?? ''}`));
      for (let at = 0; at < left.length; at += PARALLEL) {
        const facts = await Promise.all(
          left.slice(at, at + PARALLEL).map((runId) => this.factOf(store, runId, models.get(runId)!)),
        );
        await store.runTable.learnModels(facts, this.signal);
        // Not after each of thousands: the page asks for its rows again each time.
        if (at === 0 || at + PARALLEL >= left.length || at % (PARALLEL * 32) === 0) {
          this.learned();
        }
      }
    } catch {
      // The store went away or the page was closed; the cells stay empty and are asked for again.
      this.models = null;
    } finally {
      this.busy = false;
    }
  }

  private async newestModels(store: TrackingStore): Promise<Map<string, LoggedModel>> {
    const found = new Map<string, LoggedModel>();
    let pageToken: string | undefined;
    let count = 0;
    do {
      const page = await store.searchLoggedModels(
        { experimentIds: this.experimentIds, maxResults: PAGE, ...(pageToken ? { pageToken } : {}) },
        this.signal,
      );
      for (const model of page.items) {
        const before = model.sourceRunId === null ? undefined : found.get(model.sourceRunId);
        if (
          model.sourceRunId !== null &&
          (!before || (before.creationTimestamp ?? 0) < (model.creationTimestamp ?? 0))
        ) {
          found.set(model.sourceRunId, model);
        }
      }
      count += page.items.length;
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && count < MOST_MODELS);
    return found;
  }

  private async factOf(store: TrackingStore, runId: string, { modelId }: LoggedModel): Promise<ModelFact> {
    this.looked.add(`${runId} ${modelId}`);
    try {
      const bytes = await store.readArtifact(
        { modelId },
        'MLmodel',
        { offset: 0, length: MLMODEL_BYTES },
        this.signal,
      );
      const names = ((await this.parsers.model({ bytes }, this.signal))?.flavors ?? []).map(
        ({ name }) => name,
      );
      const size = await sizeOfModel(store, { modelId }, '', this.signal);
      return {
        runId,
        flavor: names.find((name) => name !== 'python_function') ?? names[0] ?? null,
        bytes: Number.isFinite(size) ? size : null,
      };
    } catch (error) {
      if (isCancelled(error)) {
        throw error;
      }
      return { runId, flavor: null, bytes: null };
    }
  }
}
