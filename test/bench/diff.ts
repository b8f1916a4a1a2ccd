/** What a diff and its sources cost: drawn in Chromium with the real handlers, found in real repositories. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { workerBundle } from '../../scripts/workerBundle';
import { diffPage } from '../../src/panels/diff';
import type { KeyValue, Run } from '../../src/mlflow/entities';
import { createRemoteFinder } from '../../src/provenance/remoteFinder';
import { sqliteUri } from '../../src/stores/uri';
import type { RunKey } from '../../src/mlflow/runKey';
import { withDatabase } from '../support/database';
import { unpackFixture } from '../support/fixtures';
import { closeBrowser, openPage, openStores } from '../support/pageHarness';
import { readRuns } from '../support/runs';
import { finderOf } from '../support/sources';

export const name = 'diff';

const FIRST = '09e91d4bba9347db9e2d0c241248202d';
const SECOND = 'b4eddb7a40394efea63113c3ea129604';

export async function run(args: string[]): Promise<void> {
  const rounds = Number(args[0] ?? 3);
  const folder = await unpackFixture('taxi-duration');
  addWideRuns(path.join(folder, 'mlflow.db'), 20, 1000);
  const store = sqliteUri(path.join(folder, 'mlflow.db'));
  const two = [FIRST, SECOND].map((runId) => ({ store, runId }));
  const wide = Array.from({ length: 20 }, (_, i) => ({ store, runId: wideRun(i) }));

  const small = await drawn(folder, two, 'alpha', rounds);
  console.log(`2 taxi runs drawn               ${ms(small.first)}   (at most 300 after the click)`);
  console.log(`  with their sources            ${ms(small.sources)}`);
  const large = await drawn(folder, wide, 'p0001', rounds);
  console.log(`20 runs x 1,000 params drawn    ${ms(large.first)}   (at most 500)`);
  await closeBrowser();

  const run_ = readRuns(folder).find(({ info }) => info.runId === FIRST)!;
  const finder = finderOf(folder);
  console.log(
    `sources cold                    ${ms(await timed(() => finder.findSources(run_)))}   (at most 1,000)`,
  );
  console.log(
    `sources again                   ${ms(await timed(() => finder.findSources(run_)))}   (at most 100)`,
  );

  const big = bigRepository(5000, 20_000);
  try {
    const reading = finderOf(big.root);
    const found = { line: '' };
    const cold = await timed(async () => {
      const { params } = await reading.findSources(big.run);
      found.line = params.get('lr')?.text ?? '';
    });
    console.log(`first param of 5,000 files, 20,000 commits  ${ms(cold)}   (at most 2,000; "${found.line}")`);
    console.log(`  git rev-list of that repository           ${ms(big.reference)}`);
    const worker = createRemoteFinder(path.join(workerBundle(), 'provenanceWorker.js'), {
      folders: () => [big.root],
      gitPath: () => 'git',
      isTrusted: () => true,
    });
    try {
      const many = await timed(async () => {
        const { params } = await worker.findSources(big.wideRun);
        found.line = `${[...params.values()].filter(({ status }) => status === 'found').length} found`;
      });
      // Its heap ends at 256 MB: with more than that there would be no answer.
      console.log(`146 params of 5,000 files, by a new worker  ${ms(many)}   (at most 1,000; ${found.line})`);
    } finally {
      worker.dispose();
    }
  } finally {
    fs.rmSync(big.root, { recursive: true, force: true });
  }
}

const ms = (value: number): string => `${value.toFixed(0).padStart(5)} ms`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Medians of the time from opening the page to its first row, and to the first link. */
async function drawn(
  folder: string,
  runs: RunKey[],
  key: string,
  rounds: number,
): Promise<{ first: number; sources: number }> {
  const first: number[] = [];
  const sources: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const stores = openStores(runs[0]!.store);
    await stores.get(runs[0]!.store);
    const finder = finderOf(folder);
    const code = {
      finder: () => finder,
      openChanges: async () => undefined,
      openTexts: async () => undefined,
      choose: async () => null,
    };
    const opened = await openPage({ definition: diffPage, args: { runs }, stores, services: { code } });
    const started = performance.now();
    // A tab that comes to the front again: the document is made anew, the browser is warm.
    await opened.page.reload({ waitUntil: 'commit' });
    await opened.page.locator(`[data-key="${key}"]`).waitFor();
    first.push(performance.now() - started);
    if (key === 'alpha') {
      await opened.page.locator('[data-key="alpha"] .link').first().waitFor();
      sources.push(performance.now() - started);
    }
    await opened.close();
    stores.dispose();
  }
  const median = (values: number[]): number => values.slice(1).toSorted((a, b) => a - b)[rounds >> 1] ?? NaN;
  return { first: median(first), sources: median(sources) };
}

const wideRun = (i: number): string => `bb${String(i).padStart(30, '0')}`;

function addWideRuns(file: string, runs: number, params: number): void {
  withDatabase(file, (database) => {
    database.exec('BEGIN');
    const insertRun = database.prepare(
      `INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time,
        lifecycle_stage, artifact_uri, experiment_id) VALUES (?, ?, 'LOCAL', '', '', 'u', 'FINISHED', 1, 2, 'active', '/x', 1)`,
    );
    const insertParam = database.prepare('INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)');
    for (let i = 0; i < runs; i++) {
      insertRun.run(wideRun(i), `wide ${i}`);
      for (let p = 0; p < params; p++) {
        insertParam.run(`p${String(p).padStart(4, '0')}`, String(p * (1 + (i % 3))), wideRun(i));
      }
    }
    database.exec('COMMIT');
  });
}

/** A repository as large teams have them, written by git fast-import. */
function bigRepository(
  files: number,
  commits: number,
): { root: string; run: Run; wideRun: Run; reference: number } {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'mlflow-lens-big-'));
  const git = (args: string[], input?: string) =>
    spawnSync('git', args, { cwd: root, input, encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
  git(['init', '-q', '-b', 'main']);
  const text = (body: string) => `data ${Buffer.byteLength(body)}\n${body}\n`;
  const author = (i: number) => `committer t <t@example.invalid> ${1_700_000_000 + i * 60} +0000\n`;
  const parts = [`commit refs/heads/main\n${author(0)}${text('All')}`];
  for (let i = 0; i < files; i++) {
    parts.push(
      `M 100644 inline pkg${i % 50}/mod${i}.py\n${text(`VALUE = ${i}\n\n\ndef f(x):\n    return x + VALUE\n`)}`,
    );
  }
  parts.push(
    `M 100644 inline pkg0/settings.py\n${text('LR = 0.125\n')}`,
    `M 100644 inline train.py\n${text('import mlflow\nfrom pkg0 import settings\nfrom pkg1.mod1 import f\n\nmlflow.log_param("lr", settings.LR)\n')}`,
  );
  const values = Array.from({ length: 146 }, (_, i) => ({ key: `p${i}`, value: String(i / 8 + 0.0625) }));
  parts.push(
    `M 100644 inline wide.yaml\n${text(values.map(({ key, value }) => `${key}: ${value}\n`).join(''))}`,
    `M 100644 inline wide.py\n${text('import mlflow\nimport yaml\nfrom pkg1.mod1 import f\n\nwith open("wide.yaml") as file:\n    config = yaml.safe_load(file)\nmlflow.log_params(config)\n')}`,
  );
  for (let i = 1; i < commits; i++) {
    parts.push(
      `commit refs/heads/main\n${author(i)}${text(`Change ${i}`)}M 100644 inline pkg1/mod1.py\n${text(`VALUE = ${i}\n\n\ndef f(x):\n    return x\n`)}`,
    );
  }
  git(['fast-import', '--quiet'], parts.join(''));
  const started = performance.now();
  git(['rev-list', '--count', 'main']);
  const reference = performance.now() - started;
  const commit = git(['rev-parse', 'main~10000']).trim();
  const runOf = (script: string, params: KeyValue[]): Run => ({
    info: {
      runId: script,
      experimentId: '0',
      runName: 'r',
      userId: '',
      status: 'FINISHED',
      startTime: 0,
      endTime: null,
      lifecycleStage: 'active',
      artifactUri: '',
    },
    params,
    metrics: [],
    tags: [
      { key: 'mlflow.source.name', value: `/home/x/${script}` },
      { key: 'mlflow.source.git.commit', value: commit },
    ],
  });
  return {
    root,
    reference,
    run: runOf('train.py', [{ key: 'lr', value: '0.125' }]),
    wideRun: runOf('wide.py', values),
  };
}
