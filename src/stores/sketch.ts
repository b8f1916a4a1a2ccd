import type { LoggedValue } from '../mlflow/latest';
import { HistoryColumns, type HistoryRows } from '../series/history';
import { RowsAsRead } from '../series/historyRows';
import type { StepRange } from './historySource';

/** Some rows of a history that is not read to its end yet, spread over it: its first picture. */
export class Sketch {
  private readonly rows = new Map<number, LoggedValue[]>();
  private readonly asked: [number, number][] = [];
  private readonly whole: [number, number][] = [];

  /** @param isAll these are all rows of that range */
  add(rows: HistoryRows, range: StepRange, isAll: boolean): void {
    for (let i = 0; i < rows.values.length; i++) {
      const row = rowOf(rows, i);
      const known = this.rows.get(row.step);
      if (!known) {
        this.rows.set(row.step, [row]);
      } else if (!known.some((other) => isSame(other, row))) {
        known.push(row);
      }
    }
    if (range) {
      (isAll ? this.whole : this.asked).push([...range]);
    }
  }

  /** Whether asking for that range would bring nothing new. */
  knows(range: readonly [number, number]): boolean {
    return this.isWhole(range) || this.asked.some(([from, to]) => from === range[0] && to === range[1]);
  }

  /** Whether all rows of the range are here. */
  isWhole(range: readonly [number, number]): boolean {
    return this.whole.some(([from, to]) => from <= range[0] && range[1] <= to);
  }

  /** What was read, and of the rest what is here. */
  with(read: HistoryRows): HistoryColumns {
    const left = new Map([...this.rows].map(([step, rows]) => [step, [...rows]]));
    for (let i = 0; i < read.values.length; i++) {
      const here = left.get(read.steps[i]!);
      if (here) {
        const row = rowOf(read, i);
        left.set(
          row.step,
          here.filter((other) => !isSame(other, row)),
        );
      }
    }
    const rest = new RowsAsRead();
    [...left.values()].flat().forEach((row) => rest.add(row));
    const all = new HistoryColumns();
    all.append(read);
    all.append(rest.columns());
    return all;
  }
}

function rowOf(
  { steps, timestamps, values, stepRests, timestampRests }: HistoryRows,
  i: number,
): LoggedValue {
  return {
    step: steps[i]!,
    timestamp: timestamps[i]!,
    value: values[i]!,
    stepRest: stepRests?.[i] ?? 0,
    timestampRest: timestampRests?.[i] ?? 0,
  };
}

/** No store keeps two such rows: they are told apart by nothing else. */
function isSame(a: LoggedValue, b: LoggedValue): boolean {
  return (
    a.step === b.step &&
    a.timestamp === b.timestamp &&
    Object.is(a.value + 0, b.value + 0) &&
    a.stepRest === b.stepRest &&
    a.timestampRest === b.timestampRest
  );
}
