import type { LoggedValue } from '../mlflow/latest';
import type { HistoryRows } from './history';

/** Rows of a history in the order in which they come, as the columns that a HistorySource hands on. */
export class RowsAsRead {
  private readonly steps: number[] = [];
  private readonly timestamps: number[] = [];
  private readonly values: number[] = [];
  private readonly stepRests: number[] = [];
  private readonly timestampRests: number[] = [];
  private hasRests = false;

  add({ step, timestamp, value, stepRest = 0, timestampRest = 0 }: LoggedValue): void {
    this.steps.push(step);
    this.timestamps.push(timestamp);
    this.values.push(value);
    this.stepRests.push(stepRest);
    this.timestampRests.push(timestampRest);
    this.hasRests ||= stepRest !== 0 || timestampRest !== 0;
  }

  columns(): HistoryRows {
    const { steps, timestamps, values, stepRests, timestampRests } = this;
    return { steps, timestamps, values, ...(this.hasRests ? { stepRests, timestampRests } : {}) };
  }
}
