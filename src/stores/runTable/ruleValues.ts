import type { MetricHistory, Run } from '../../mlflow/entities';
import { cancelled, isStoreError } from '../../mlflow/errors';
import { columnId } from '../../mlflow/runTable';
import { restOf } from '../../mlflow/wholeNumbers';
import { NotHere, type RuleColumn } from './loader';

/** Histories that are fetched at once. */
const PARALLEL = 8;

/** A metric's whole history, as TrackingStore.getMetricHistory. */
export type HistoryOf = (runId: string, key: string, signal?: AbortSignal) => Promise<MetricHistory>;

interface Wanted {
  run: Run;
  key: string;
  columns: RuleColumn[];
}

/**
 * What rules find in histories that have to be fetched, one for each run and metric. The values found are kept as
 * long as the store holds the same object for the run, the histories are not.
 */
export class RuleValues {
  /** By the column's name; null where the rule finds nothing. */
  private readonly found = new WeakMap<Run, Map<string, number | null>>();
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(private readonly historyOf: HistoryOf) {}

  /** @throws NotHere while the history of any of the runs is missing: its `fetch` fetches them all */
  each(
    columns: readonly RuleColumn[],
    runs: readonly Run[],
    each: (run: Run, column: number, value: number) => void,
  ): void {
    const ids = columns.map(columnId);
    const missing: Wanted[] = [];
    for (const run of runs) {
      const found = this.found.get(run);
      const lacking = columns.filter((column, index) => {
        const value = found?.get(ids[index]!);
        if (typeof value === 'number') {
          each(run, index, value);
        }
        return value === undefined && run.metrics.some(({ key }) => key === column.key);
      });
      for (const key of new Set(lacking.map((column) => column.key))) {
        missing.push({ run, key, columns: lacking.filter((column) => column.key === key) });
      }
    }
    if (missing.length > 0) {
      throw new NotHere((signal) => this.fetch(missing, signal));
    }
  }

  private async fetch(wanted: readonly Wanted[], signal?: AbortSignal): Promise<void> {
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < wanted.length) {
        try {
          await this.fetchOne(wanted[next++]!, signal);
        } catch (error) {
          next = wanted.length;
          throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
  }

  /** Once, however many wait for it; one that is given up by who began it is begun again by who still waits. */
  private async fetchOne(wanted: Wanted, signal?: AbortSignal): Promise<void> {
    const id = `${wanted.run.info.runId} ${wanted.key}`;
    for (let other = this.underWay.get(id); other; other = this.underWay.get(id)) {
      await other.catch(() => undefined);
    }
    const found = this.found.get(wanted.run);
    if (wanted.columns.every((column) => found?.has(columnId(column)))) {
      return;
    }
    if (signal?.aborted) {
      throw cancelled();
    }
    const reading = this.read(wanted, signal).finally(() => this.underWay.delete(id));
    this.underWay.set(id, reading);
    await reading;
  }

  private async read({ run, key, columns }: Wanted, signal?: AbortSignal): Promise<void> {
    let history: Pick<MetricHistory, 'steps' | 'values' | 'stepRests'>;
    try {
      history = await this.historyOf(run.info.runId, key, signal);
    } catch (error) {
      if (!isStoreError(error) || error.code !== 'RESOURCE_DOES_NOT_EXIST') {
        throw error;
      }
      // Somebody deleted the run for good meanwhile.
      history = { steps: new Float64Array(), values: new Float64Array() };
    }
    const found = this.found.get(run) ?? new Map<string, number | null>();
    this.found.set(run, found);
    const extremes: RuleColumn[] = [
      { kind: 'metric', key, rule: 'min' },
      { kind: 'metric', key, rule: 'max' },
    ];
    for (const column of [...extremes, ...columns]) {
      found.set(columnId(column), valueBy(column, history));
    }
  }
}

/** NaN is no extreme; the infinities are. Of several values at one step the last in time is shown. */
function valueBy(
  { rule, step = 0 }: RuleColumn,
  { steps, values, stepRests }: Pick<MetricHistory, 'steps' | 'values' | 'stepRests'>,
): number | null {
  const wanted = Number(step);
  const rest = restOf(String(step));
  let found: number | null = null;
  values.forEach((value, at) => {
    if (rule === 'step') {
      found = steps[at] === wanted && (stepRests?.[at] ?? 0) === rest ? value : found;
    } else if (!Number.isNaN(value)) {
      found = found === null ? value : rule === 'min' ? Math.min(found, value) : Math.max(found, value);
    }
  });
  return found;
}
