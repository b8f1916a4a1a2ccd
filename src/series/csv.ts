import { csvText } from '../mlflow/csv';
import type { MetricHistory } from '../mlflow/entities';

/**
 * Whole histories as CSV (RFC 4180): run_id, run_name, metric, step, timestamp (ms), value. Infinities and NaN as
 * Python's float() reads them.
 */
export function historiesCsv(histories: readonly { runName: string; history: MetricHistory }[]): string {
  const lines = ['run_id,run_name,metric,step,timestamp,value'];
  for (const { runName, history } of histories) {
    const start = [history.runId, runName, history.key].map(csvText).join(',');
    for (let i = 0; i < history.values.length; i++) {
      lines.push(`${start},${history.steps[i]},${history.timestamps[i]},${csvNumber(history.values[i]!)}`);
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
