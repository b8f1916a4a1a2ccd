/**
 * Runs suites and sums up; the last line is "N passed, N failed". A suite that could not start counts as failed.
 * `npm test`: what a change needs. `npm run test:all`: what only CI needs besides. Else those that are named:
 * `tsx scripts/test.ts unit webview`.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { findBrowser } from '../test/support/browser';
import { VERSIONS } from './vscodeServer';

const ROOT = path.resolve(__dirname, '..');
const OLDEST = VERSIONS[0].version;
const NEWEST = VERSIONS[VERSIONS.length - 1]!.version;
/** Tests whose time is printed at the end of a suite. */
const SLOWEST = 15;

interface Suite {
  files: string;
  env?: Record<string, string>;
  /** Its files run side by side, one a core: what they wait for is the processor. */
  parallel?: true;
}

const SUITES: Record<string, Suite> = {
  unit: { files: 'test/unit/**/*.test.ts', parallel: true },
  webview: { files: 'test/webview/**/*.test.ts', parallel: true },
  host: { files: 'test/host/**/*.test.ts', env: { LENS_VSCODE: NEWEST } },
  'host-oldest': { files: 'test/host/**/*.test.ts', env: { LENS_VSCODE: OLDEST } },
  torture: { files: 'test/torture/**/*.test.ts' },
  desktop: { files: 'test/host/**/*.test.ts', env: { LENS_VSCODE: 'desktop' } },
  mlflow: { files: 'test/{mlflow,servers}/**/*.test.ts' },
  servers: { files: 'test/servers/**/*.test.ts' },
};

/** One after the other: two at once make each other late, and what waits for a window too. */
const DEFAULT = ['unit', 'webview', 'host'];
const ALL_ELSE = ['torture', 'host-oldest'];

interface Spent {
  file: string;
  title: string;
  milliseconds: number;
}

interface Failure {
  file: string;
  title: string;
  said: string;
}

interface Result {
  name: string;
  passed: number;
  failed: number;
  seconds: number;
  failures: Failure[];
}

interface Counts {
  passed: number;
  failed: number;
  spent: Spent[];
  failures: Failure[];
}

function run(name: string, fixtures: string): Result {
  console.log(`\n=== ${name} ===`);
  const { files, env, parallel } = SUITES[name]!;
  const side = parallel ? ['--parallel', '--jobs', String(os.availableParallelism())] : [];
  const started = Date.now();
  const counts = path.join(fixtures, `${name}.json`);
  const script = path.join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const reporter = path.join(ROOT, 'test/support/countingReporter.js');
  spawnSync(process.execPath, [script, '--reporter', reporter, '--timeout', '120000', ...side, files], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env, LENS_TEST_COUNTS: counts, LENS_TEST_FIXTURES: fixtures },
  });
  const { passed, failed, spent, failures } = readCounts(counts);
  printSlowest(spent);
  // A suite without a test says nothing: it is not a success.
  const nothing = passed + failed === 0;
  return { name, passed, failed: nothing ? 1 : failed, seconds: (Date.now() - started) / 1000, failures };
}

function readCounts(file: string): Counts {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Counts;
  } catch {
    console.error('The suite did not come to its end.');
    return { passed: 0, failed: 1, spent: [], failures: [] };
  }
}

function printSlowest(spent: Spent[]): void {
  console.log(`Of ${(sum(spent) / 1000).toFixed(0)} s in tests and hooks the longest:`);
  for (const { file, title, milliseconds } of spent
    .toSorted((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, SLOWEST)) {
    console.log(`  ${(milliseconds / 1000).toFixed(1).padStart(6)} s  ${file}: ${title}`);
  }
}

/** Again, after all else: of a long log often only the end is looked at, or kept. */
function printFailures(failures: readonly Failure[]): void {
  for (const { file, title, said } of failures) {
    console.log(`FAILED: ${file}: ${title}\n    ${said.replaceAll('\n', '\n    ')}`);
  }
}

function sum(spent: Spent[]): number {
  return spent.reduce((total, { milliseconds }) => total + milliseconds, 0);
}

/** What is unpacked for one suite serves the next. */
function runAll(names: readonly string[]): Result[] {
  const fixtures = fs.mkdtempSync(path.join(os.tmpdir(), 'lens-test-'));
  try {
    return names.map((name) => run(name, fixtures));
  } finally {
    fs.rmSync(fixtures, { recursive: true, force: true });
  }
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !Object.hasOwn(SUITES, name));
  if (unknown.length > 0) {
    throw new Error(`No suite ${unknown.join(', ')}: known are ${Object.keys(SUITES).join(', ')}.`);
  }
  const results: Result[] = [];
  const build = spawnSync(process.execPath, ['esbuild.js', '--production'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (build.status !== 0) {
    results.push({ name: 'build', passed: 0, failed: 1, seconds: 0, failures: [] });
  } else {
    await findBrowser();
    results.push(...runAll(names));
  }
  console.log('\n=== summary ===');
  printFailures(results.flatMap(({ failures }) => failures));
  for (const { name, passed, failed, seconds } of results) {
    console.log(`${name}: ${passed} passed, ${failed} failed, ${seconds.toFixed(0)} s`);
  }
  const passed = results.reduce((total, result) => total + result.passed, 0);
  const failed = results.reduce((total, result) => total + result.failed, 0);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  console.log(`${passed} passed, ${failed} failed`);
}

const asked = process.argv.slice(2);
void main(asked.length === 0 ? DEFAULT : asked[0] === 'all' ? ALL_ELSE : asked);
