import type { Run } from '../../mlflow/entities';
import type { ServerRun } from './entities';
import { Shared } from './shared';

/** Where runs are read. */
interface RunSource {
  /** As they were read last, since the last change that was told. */
  recent: ReadonlyMap<string, ServerRun>;
  rows(runIds: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, ServerRun>>;
  /** They are on the screen. */
  note(runIds: readonly string[], found: ReadonlyMap<string, ServerRun>): void;
}

/**
 * Runs for those who draw their histories: as they were read for the page, not asked for again by each of its charts.
 */
export class RecentRuns {
  private readonly reading = new Map<string, Shared<ReadonlyMap<string, ServerRun>>>();

  constructor(private readonly source: RunSource) {}

  /** Those that are there, by id. @throws StoreError */
  async rows(runIds: readonly string[], signal?: AbortSignal): Promise<Map<string, Run>> {
    const unknown = runIds.filter((runId) => !this.source.recent.has(runId));
    const found = new Map(unknown.length > 0 ? await this.read(unknown, signal) : []);
    for (const runId of runIds) {
      const known = found.get(runId) ?? this.source.recent.get(runId);
      if (known) {
        found.set(runId, known);
      }
    }
    this.source.note(runIds, found);
    return new Map([...found].map(([runId, { run }]) => [runId, run]));
  }

  private read(runIds: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, ServerRun>> {
    const name = runIds.join();
    const known = this.reading.get(name);
    if (known && !known.isGivenUp) {
      return known.wait(signal);
    }
    const shared = new Shared(async (shortest) => this.source.rows(runIds, shortest));
    this.reading.set(name, shared);
    const done = (): void => {
      if (this.reading.get(name) === shared) {
        this.reading.delete(name);
      }
    };
    const result = shared.wait(signal);
    result.then(done, done);
    return result;
  }
}
