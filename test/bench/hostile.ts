/**
 * `npm run bench -- hostile [CASES] [SEED] [KIND]`: damaged stores, artifacts, programs and texts, 10,000 if nothing is said,
 * through the product's own host-side code. Printed is the most CPU time that this thread, which stands for the
 * extension host, spent in one turn of its loop: at most 50 ms whatever the input. What else must be 0 stands beside.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { workerBundle } from '../../scripts/workerBundle';
import { isStoreError } from '../../src/mlflow/errors';
import { parseDotenv } from '../../src/mlflow/dotenv';
import { onFailure } from '../../src/mlflow/failures';
import { parseRunLink } from '../../src/mlflow/runLink';
import { artifactHandlers } from '../../src/panels/artifacts';
import { createRemoteFinder } from '../../src/provenance/remoteFinder';
import { parseFilter } from '../../src/search/parse';
import { SearchError } from '../../src/search/syntax';
import { locate, trackingUris } from '../../src/stores/locate';
import { sqliteUri } from '../../src/stores/uri';
import { damaged } from '../support/damage';
import { SQLITE_VERSIONS, unpackFixture } from '../support/fixtures';
import { openStores, plainServices } from '../support/pageHarness';
import { git, removeRepositories, repositoryOf, runOf } from '../support/repositories';
import { threadTime } from '../support/turns';
import { hostileArtifact, hostileProgram, hostileText } from './hostileInputs';

export const name = 'hostile';

const MOST_PER_TURN = 50;
/** Programs of one commit. */
const PROGRAMS_AT_ONCE = 250;

/** Watches this thread: the CPU time, ms, between two turns of its loop. */
class Turns {
  longest = 0;
  of = '';
  label = '';
  private running = true;
  private before = threadTime();

  constructor() {
    const look = (): void => {
      const now = threadTime();
      if (now - this.before > this.longest) {
        this.longest = now - this.before;
        this.of = this.label;
      }
      this.before = threadTime();
      if (this.running) {
        setImmediate(look);
      }
    };
    setImmediate(look);
  }

  /** What the bench itself does between two cases does not count. */
  async own<T>(work: () => Promise<T> | T): Promise<T> {
    const result = await work();
    await new Promise((resolve) => setImmediate(resolve));
    this.longest = Math.min(this.longest, this.kept);
    this.before = threadTime();
    return result;
  }

  keep(): void {
    this.kept = this.longest;
  }

  stop(): void {
    this.running = false;
  }

  private kept = 0;
}

interface Report {
  cases: number;
  /** Refused with one sentence. */
  refused: number;
  /** Ended in any other error, or with a message of several lines. */
  wrong: string[];
}

export async function run([cases = '10000', seed = '1', only]: string[]): Promise<void> {
  const each = Math.ceil(Number(cases) / 4);
  const kinds = Object.entries({ stores, artifacts, programs, texts });
  for (const [what, test] of kinds.filter(([kind]) => only === undefined || kind === only)) {
    const turns = new Turns();
    const started = performance.now();
    const report: Report = { cases: 0, refused: 0, wrong: [] };
    await test(each, Number(seed) * 1_000_000, report, turns);
    turns.stop();
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `  ${what}: ${report.cases} cases in ${seconds.toFixed(0)} s, ${report.refused} refused in one sentence, ` +
        `${report.wrong.length} otherwise (must be 0); longest turn ${turns.longest.toFixed(0)} ms ` +
        `(at most ${MOST_PER_TURN})${turns.longest > MOST_PER_TURN ? `: ${turns.of}` : ''}`,
    );
    report.wrong.slice(0, 10).forEach((line) => console.log(`     ${line}`));
  }
}

async function judge(
  report: Report,
  label: string,
  turns: Turns,
  work: () => Promise<unknown>,
): Promise<void> {
  turns.label = label;
  report.cases++;
  try {
    await work();
  } catch (error) {
    const known = (isStoreError(error) && error.code !== 'INTERNAL_ERROR') || error instanceof SearchError;
    if (known && !error.message.includes('\n')) {
      report.refused++;
    } else {
      report.wrong.push(`${label}: ${String(error).slice(0, 200)}`);
    }
  }
  // Let what the case left behind take its turn under this case's name.
  await new Promise((resolve) => setImmediate(resolve));
  turns.keep();
}

async function stores(count: number, seed: number, report: Report, turns: Turns): Promise<void> {
  const perVersion = Math.ceil(count / SQLITE_VERSIONS.length);
  for (const [index, version] of SQLITE_VERSIONS.entries()) {
    const folder = await turns.own(() => unpackFixture(`sqlite-${version}`));
    const file = path.join(folder, 'mlflow.db');
    const sound = await turns.own(() => fs.readFileSync(file));
    for (let i = 0; i < perVersion; i++) {
      const number = seed + index * perVersion + i;
      const uri = sqliteUri(file);
      await turns.own(() => {
        const { database, journal, wal } = damaged(sound, number);
        fs.writeFileSync(file, database);
        for (const [suffix, content] of [
          ['-journal', journal],
          ['-wal', wal],
        ] as const) {
          fs.rmSync(file + suffix, { force: true });
          if (content) {
            fs.writeFileSync(file + suffix, content);
          }
        }
      });
      const opened = openStores(uri);
      await judge(report, `store ${version} ${number}`, turns, async () => {
        const store = await opened.get(uri);
        await store.describe();
        const view = 'ALL' as const;
        await store.searchExperiments({ view, maxResults: 100 });
        const { items } = await store.searchRuns({
          experimentIds: [],
          view,
          maxResults: 100,
          params: 'all',
          metrics: 'all',
          tags: 'all',
        });
        const first = items.find(({ metrics }) => metrics.length > 0);
        if (first) {
          await store.getMetricHistory(first.info.runId, first.metrics[0]!.key);
        }
        await store.searchRegisteredModels({ maxResults: 100 });
      });
      opened.dispose();
    }
  }
}

async function artifacts(count: number, seed: number, report: Report, turns: Turns): Promise<void> {
  const folder = await turns.own(() => unpackFixture('taxi-duration'));
  const uri = sqliteUri(path.join(folder, 'mlflow.db'));
  const opened = openStores(uri);
  const store = await turns.own(() => opened.get(uri));
  const { items } = await store.searchRuns({ experimentIds: [], view: 'ALL', maxResults: 50 });
  const roots = await Promise.all(items.map(({ info }) => store.listArtifacts({ runId: info.runId }, '')));
  const at = roots.findIndex(({ root }) => root.localPath !== null);
  const owner = { runId: items[at]!.info.runId };
  const root = roots[at]!.root.localPath!;
  const handlers = artifactHandlers(uri, plainServices(opened));
  for (let number = seed; number < seed + count; number++) {
    const { name: file, bytes } = await turns.own(() => hostileArtifact(number));
    await turns.own(() => fs.writeFileSync(path.join(root, file), bytes));
    await judge(report, `artifact ${file} ${number}`, turns, () =>
      handlers.previewArtifact({ owner, path: file, size: bytes.length }, new AbortController().signal),
    );
    await turns.own(() => fs.rmSync(path.join(root, file)));
  }
  opened.dispose();
}

async function programs(count: number, seed: number, report: Report, turns: Turns): Promise<void> {
  const script = path.join(workerBundle(), 'provenanceWorker.js');
  for (let from = seed; from < seed + count; from += PROGRAMS_AT_ONCE) {
    const numbers = Array.from(
      { length: Math.min(PROGRAMS_AT_ONCE, seed + count - from) },
      (_, i) => from + i,
    );
    const { folder, commit } = await turns.own(() => {
      const made = repositoryOf({
        'config.yaml': 'lr: 0.1\n',
        ...Object.fromEntries(numbers.map((number) => [`train${number}.py`, hostileProgram(number)])),
      });
      return { folder: made, commit: git(made, 'rev-parse', 'HEAD') };
    });
    const finder = createRemoteFinder(script, {
      folders: () => [folder],
      gitPath: () => 'git',
      isTrusted: () => true,
    });
    // A program that takes too much is told to the log, and is unknown to the user.
    onFailure(() => report.refused++);
    for (const number of numbers) {
      await judge(report, `program ${number}`, turns, async () => {
        const { run: source, params } = await finder.findSources(
          runOf(`train${number}.py`, commit, { lr: '0.1', a: '1' }),
        );
        if (params.size !== 2 || (source.problem ?? '').includes('\n')) {
          throw new Error(`${params.size} params, ${source.problem ?? ''}`);
        }
      });
    }
    finder.dispose();
    onFailure(undefined);
    await turns.own(removeRepositories);
  }
}

async function texts(count: number, seed: number, report: Report, turns: Turns): Promise<void> {
  const read: Record<string, (text: string) => unknown> = {
    link: parseRunLink,
    uri: (text) => locate(text, '/work', 'test'),
    env: parseDotenv,
    python: trackingUris,
    filter: (text) => parseFilter(text, 0),
  };
  for (let number = seed; number < seed + count; number++) {
    const { kind, text } = await turns.own(() => hostileText(number));
    await judge(report, `${kind} ${number}`, turns, async () => read[kind]!(text));
  }
}
