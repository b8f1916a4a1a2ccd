/** Charts and sweeps in Chromium, beside chart.js with default settings, uPlot and node:sqlite. */
import * as path from 'node:path';

export const name = 'charts';

/** @param args points of the longest history, 10,000,000 if missing, 0 for none */
export async function run(args: string[]): Promise<void> {
  // Not by a static import: its code runs in a page too, so it is checked with the pages' types.
  const file = path.resolve(__dirname, '../webview/chartsBench.ts');
  const { run: measure } = (await import(file)) as { run: (args: string[]) => Promise<void> };
  await measure(args);
}
