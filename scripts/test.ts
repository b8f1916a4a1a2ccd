/**
 * Runs the suites one after the other and sums up; the last line is "N passed, N failed". A suite that could not
 * start counts as failed. `npm test`: all but mlflow; `tsx scripts/test.ts host mlflow` those named.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { findBrowser } from '../test/support/browser';
import { VERSIONS } from './vscodeServer';

const ROOT = path.resolve(__dirname, '..');

interface Suite {
  name: string;
  files: string;
  env?: Record<string, string>;
}

const SUITES: Suite[] = [
  { name: 'unit', files: 'test/unit/**/*.test.ts' },
  { name: 'webview', files: 'test/webview/**/*.test.ts' },
  ...VERSIONS.map(({ version }) => ({
    name: `host ${version}`,
    files: 'test/host/**/*.test.ts',
    env: { LENS_VSCODE: version },
  })),
  { name: 'desktop', files: 'test/host/**/*.test.ts', env: { LENS_VSCODE: 'desktop' } },
  { name: 'mlflow', files: 'test/mlflow/**/*.test.ts' },
];
const DEFAULT = ['unit', 'webview', 'host'];

interface Result {
  name: string;
  passed: number;
  failed: number;
  seconds: number;
}

function run(suite: Suite): Result {
  console.log(`\n=== ${suite.name} ===`);
  const started = Date.now();
  const counts = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'lens-test-')), 'counts.json');
  const mocha = path.join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const reporter = path.join(ROOT, 'test/support/countingReporter.js');
  spawnSync(process.execPath, [mocha, '--reporter', reporter, '--timeout', '60000', suite.files], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...suite.env, LENS_TEST_COUNTS: counts },
  });
  const { passed, failed } = readCounts(counts);
  fs.rmSync(path.dirname(counts), { recursive: true });
  // A suite without a test says nothing: it is not a success.
  const nothing = passed + failed === 0;
  return { name: suite.name, passed, failed: nothing ? 1 : failed, seconds: (Date.now() - started) / 1000 };
}

function readCounts(file: string): { passed: number; failed: number } {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as { passed: number; failed: number };
  } catch {
    console.error('The suite did not come to its end.');
    return { passed: 0, failed: 1 };
  }
}

async function main(names: string[]): Promise<void> {
  const suites = SUITES.filter(({ name }) => names.includes(name) || names.includes(name.split(' ')[0]!));
  const results: Result[] = [];
  const build = spawnSync(process.execPath, ['esbuild.js', '--production'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (build.status !== 0) {
    results.push({ name: 'build', passed: 0, failed: 1, seconds: 0 });
  } else {
    await findBrowser();
    results.push(...suites.map(run));
  }
  console.log('\n=== summary ===');
  for (const { name, passed, failed, seconds } of results) {
    console.log(`${name}: ${passed} passed, ${failed} failed, ${seconds.toFixed(0)} s`);
  }
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  console.log(`${passed} passed, ${failed} failed`);
}

const asked = process.argv.slice(2);
void main(asked.length > 0 ? asked : DEFAULT);
