/**
 * The large versions of the torture and damage tests: `npm run bench -- torture [READS] [FILES]`, 10,000 of each if
 * nothing is said.
 */
import * as path from 'node:path';
import { damageReport } from '../support/damageReport';
import { SQLITE_VERSIONS, unpackFixture } from '../support/fixtures';
import { torture, type TortureOptions } from '../support/torture';

export const name = 'torture';

/** Shares of the reads; a writer that is alone waits for nobody, so any lock of ours would show. */
const CASES: Omit<TortureOptions, 'file' | 'reads' | 'seed'>[] = [
  { mode: 'delete', writers: 1, pause: 10, timeout: 0 },
  { mode: 'truncate', writers: 1, pause: 10, timeout: 0 },
  { mode: 'persist', writers: 1, pause: 10, timeout: 0 },
  { mode: 'wal', writers: 1, timeout: 0 },
  { mode: 'mixed', writers: 2, pause: 15 },
  { mode: 'wal', writers: 2 },
  { mode: 'mixed', writers: 2, pause: 15, killEvery: 700 },
  { mode: 'wal', writers: 2, killEvery: 700 },
  { mode: 'mixed', writers: 1, pause: 15, killEvery: 500, syncOff: true },
];

export async function run([reads = '10000', files = '10000']: string[]): Promise<void> {
  await read(Number(reads));
  await damage(Number(files));
}

async function read(reads: number): Promise<void> {
  let accepted = 0;
  let wrong = 0;
  for (const [index, options] of CASES.entries()) {
    const file = path.join(await unpackFixture('sqlite-3.17.2'), 'mlflow.db');
    const share = Math.ceil(reads / CASES.length);
    const report = await torture({ file, reads: share, seed: Date.now() % 1_000_000, ...options });
    accepted += report.accepted;
    wrong += report.wrong.length;
    const { commits, rollbacks, locked } = report.counts;
    const middle = report.times[report.times.length >> 1] ?? NaN;
    console.log(
      `  ${index + 1}. ${options.mode}, ${options.writers} writer(s)${options.syncOff ? ', no sync' : ''}: ` +
        `${report.accepted} reads of ${report.states} states, ${report.wrong.length} wrong, ${report.failed.length} given up, ` +
        `median ${middle.toFixed(0)} ms, longest ${report.times.at(-1)?.toFixed(0)} ms; ` +
        `${commits} commits, ${rollbacks} rollbacks, ${report.kills} kills, ${locked} times locked`,
    );
    report.wrong.slice(0, 5).forEach((line) => console.log(`     wrong: ${line}`));
  }
  console.log(`  ${accepted} reads accepted, ${wrong} wrong (must be 0)`);
}

async function damage(files: number): Promise<void> {
  const each = Math.ceil(files / SQLITE_VERSIONS.length);
  for (const [index, version] of SQLITE_VERSIONS.entries()) {
    const folder = await unpackFixture(`sqlite-${version}`);
    // Beyond the numbers that `npm test` looks at.
    const report = await damageReport(folder, { first: 100_000 + index * each, count: each });
    console.log(
      `  MLflow ${version}: ${report.files} damaged files, ${report.equal} answers equal to python's, ` +
        `${report.different.length} different, ${report.onlyPython.length} that only python gave, ` +
        `${report.died.length} crashes or hangs, ${report.unclear.length} unclear errors; ` +
        `at most ${report.peak.toFixed(0)} MB, ${report.slowest.toFixed(0)} ms`,
    );
    [...report.died, ...report.different, ...report.onlyPython, ...report.unclear]
      .slice(0, 5)
      .forEach((line) => console.log(`     ${line}`));
  }
}
