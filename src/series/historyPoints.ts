import type { MetricHistory } from '../mlflow/entities';
import { Rests } from './rests';

/** A history's points as they come, in any order: columns that grow, and are sorted only where they are not sorted already. */
export class HistoryPoints {
  private steps = new Float64Array(256);
  private timestamps = new Float64Array(256);
  private values = new Float64Array(256);
  private readonly rests = new Rests();
  private length = 0;
  private sorted = true;

  add(step: number, timestamp: number, value: number, stepRest = 0, timestampRest = 0): void {
    const at = this.length++;
    this.rests.set(at, stepRest, timestampRest);
    if (at === this.steps.length) {
      this.steps = doubled(this.steps);
      this.timestamps = doubled(this.timestamps);
      this.values = doubled(this.values);
    }
    this.steps[at] = step;
    this.timestamps[at] = timestamp;
    this.values[at] = value;
    this.sorted &&= at === 0 || this.compare(at - 1, at) <= 0;
  }

  /** In MLflow's order: timestamp, step, value. @param asAdded with the order in which they came, where it is another */
  inOrder(asAdded = false): Omit<MetricHistory, 'runId' | 'key'> {
    if (this.sorted) {
      return {
        steps: this.steps.slice(0, this.length),
        timestamps: this.timestamps.slice(0, this.length),
        values: this.values.slice(0, this.length),
        ...this.rests.columns(this.length, null),
      };
    }
    const order = Uint32Array.from({ length: this.length }, (_, i) => i).sort((a, b) => this.compare(a, b));
    return {
      steps: Float64Array.from(order, (i) => this.steps[i]!),
      timestamps: Float64Array.from(order, (i) => this.timestamps[i]!),
      values: Float64Array.from(order, (i) => this.values[i]!),
      ...this.rests.columns(this.length, order),
      ...(asAdded ? { added: order } : {}),
    };
  }

  private compare(a: number, b: number): number {
    return (
      this.timestamps[a]! - this.timestamps[b]! ||
      this.rests.compareTimes(a, b) ||
      this.steps[a]! - this.steps[b]! ||
      this.rests.compareSteps(a, b) ||
      // NaN is stored, and so ordered, as 0.
      (this.values[a]! || 0) - (this.values[b]! || 0)
    );
  }
}

function doubled(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(column.length * 2);
  larger.set(column);
  return larger;
}
