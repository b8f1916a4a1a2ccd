import { csvText } from '../mlflow/csv';
import type { MetricHistory } from '../mlflow/entities';
import { wholeText } from '../mlflow/wholeNumbers';

/**
 * Whole histories as CSV (RFC 4180): run_id, run_name, metric, step, timestamp (ms), value. Infinities and NaN as
 * Python's float() reads them.
 */
export function historiesCsv(histories: readonly { runName: string; history: MetricHistory }[]): string {
  const lines = ['run_id,run_name,metric,step,timestamp,value'];
  for (const { runName, history } of histories) {
    const start = [history.runId, runName, history.key].map(csvText).join(',');
    for (let i = 0; i < history.values.length; i++) {
      const step = wholeText(history.steps[i]!, history.stepRests?.[i]);
      const time = wholeText(history.timestamps[i]!, history.timestampRests?.[i]);
      lines.push([start, step, time, csvNumber(history.values[i]!)].join(','));
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}

function csvNumber(value: number): string {
  return Number.isNaN(value)
    ? 'nan'
    : value === Infinity
      ? 'inf'
      : value === -Infinity
        ? '-inf'
        : String(value);
}
