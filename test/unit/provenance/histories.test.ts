import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Run } from '../../../src/mlflow/entities';
import type { ParamSource, SourceStatus } from '../../../src/provenance/source';
import { emptyFolder, git, removeRepositories } from '../../support/repositories';
import { finderOf } from '../../support/sources';

interface Line {
  file: string;
  /** The id of a notebook's cell: `cell-` and its number from 0. */
  cell?: string;
  line: number;
  holds: string;
}

interface Truth {
  value: string;
  status: SourceStatus | 'none';
  /** Each one will do; of a given value, where its key is declared. */
  lines: Line[];
  also?: SourceStatus[];
}

interface TrueRun {
  run_id: string;
  commit: string;
  params: Record<string, Truth>;
}

type Verdict = 'right' | 'givenRight' | 'unknown' | 'wrong';

const HISTORIES = path.resolve(__dirname, '../../fixtures/histories');

/**
 * Wrong today: project, number of the run from 1, param, and the line that is told. It may only shrink: the test fails
 * where one of them is not told any more, or another is.
 */
const KNOWN: Readonly<Record<string, readonly string[]>> = {};

/** As many params of a project are unknown today, in the author's working copy; it may only shrink. */
const MOST_UNKNOWN: Readonly<Record<string, number>> = {
  'churn-argparse': 5,
  'diabetes-fire': 92,
  'digits-package': 24,
  'flowers-notebook': 4,
  'house-toml': 4,
  'hydra-groups': 0,
  'hydra-instantiate': 4,
  'hydra-structured': 0,
  'hydra-sweep': 6,
  'reviews-optuna': 2,
};

function read<T>(...parts: string[]): T {
  return JSON.parse(fs.readFileSync(path.join(HISTORIES, ...parts), 'utf8')) as T;
}

/** The project at its last commit. */
function clone(name: string): string {
  const root = path.join(emptyFolder(), name);
  git(HISTORIES, 'clone', '-q', path.join(HISTORIES, name, 'repository.bundle'), root);
  return root;
}

function isAt(source: ParamSource, { file, cell, line, holds }: Line): boolean {
  return (
    source.file === file &&
    source.line === line &&
    source.text === holds &&
    (cell === undefined || source.cell === Number(cell.replace('cell-', '')) + 1)
  );
}

/** What an answer is worth, by test/fixtures/histories/making/make.py and design.md, section 4. */
function judge(source: ParamSource, truth: Truth, commit: string): Verdict {
  if (source.status === 'unknown') {
    return 'unknown';
  }
  const isThere = source.commit === commit && truth.lines.some((line) => isAt(source, line));
  if (truth.status === 'given') {
    // MLflow records no command line: that the line holds another value is as much as can be said.
    const isSaid = source.status === 'given' || source.status === 'differs';
    return isSaid && (isThere || source.file === null) ? 'givenRight' : 'wrong';
  }
  const statuses: string[] = [truth.status, ...(truth.also ?? [])];
  if (truth.status === 'found' && source.file === 'MLproject') {
    // To the code, a default of an MLproject is given.
    statuses.push('given');
  }
  if (statuses.includes('given')) {
    statuses.push('differs');
  }
  // The product names no line for a default: the truth's call the library.
  const isDefault = truth.status === 'default' && source.status === 'default' && source.file === null;
  return isDefault || (isThere && statuses.includes(source.status)) ? 'right' : 'wrong';
}

/** How many answers are worth what, and the wrong ones in words. */
async function ask(
  name: string,
  root: string,
): Promise<Record<Exclude<Verdict, 'wrong'>, number> & { wrong: string[]; whole: string[] }> {
  const finder = finderOf(root);
  const { runs } = read<{ runs: Run[] }>(name, 'runs.json');
  const told = { right: 0, givenRight: 0, unknown: 0, wrong: [] as string[], whole: [] as string[] };
  for (const [index, expected] of read<{ runs: TrueRun[] }>(name, 'truth.json').runs.entries()) {
    const run = runs[index];
    assert.equal(run?.info.runId, expected.run_id);
    const { params } = await finder.findSources(run);
    for (const [key, truth] of Object.entries(expected.params)) {
      const source = params.get(key);
      assert.ok(source, key);
      const verdict = judge(source, truth, expected.commit);
      const answer = `${index + 1} ${key}: ${source.status} ${source.file ?? '-'}:${source.line ?? '-'}`;
      const truly = truth.lines.map(({ file, line }) => `${file}:${line}`).join(' or ');
      if (verdict === 'wrong') {
        told.wrong.push(answer);
      } else {
        told[verdict]++;
      }
      if (verdict === 'wrong' || verdict === 'unknown') {
        told.whole.push(`${verdict} ${answer}, truly ${truth.status} ${truly} (${source.why})`);
      }
    }
  }
  return told;
}

function tell(name: string, numbers: readonly number[]): void {
  console.log(`      ${name.padEnd(18)} ${numbers.map((each) => String(each).padStart(12)).join('')}`);
}

describe('sources of projects with a history', () => {
  const total = [0, 0, 0, 0];

  before(() => {
    console.log(`      ${''.padEnd(18)}        right given right     unknown       WRONG`);
  });

  after(() => {
    removeRepositories();
    tell('in all', total);
  });

  for (const name of Object.keys(MOST_UNKNOWN)) {
    it(`${name}: nothing wrong but what is known`, async () => {
      const root = clone(name);
      const known = KNOWN[name] ?? [];
      const outputs = path.join(HISTORIES, name, 'outputs.tar.gz');
      if (fs.existsSync(outputs)) {
        // A colleague's working copy has nothing of what Hydra wrote beside the code; the author's has.
        assert.deepEqual((await ask(name, root)).wrong, known);
        execFileSync('tar', ['-xzf', outputs, '-C', root, '--no-same-owner']);
      }
      const { right, givenRight, unknown, wrong, whole } = await ask(name, root);
      const numbers = [right, givenRight, unknown, wrong.length];
      tell(name, numbers);
      numbers.forEach((each, i) => (total[i] = (total[i] ?? 0) + each));
      if (process.env.LENS_HISTORIES === 'all') {
        whole.forEach((each) => console.log(`        ${each}`));
      }
      assert.deepEqual(wrong, known);
      assert.ok(unknown <= (MOST_UNKNOWN[name] ?? 0), `${unknown} unknown`);
    });
  }

  it('asks about every project that is kept', () => {
    const kept = fs
      .readdirSync(HISTORIES)
      .filter((each) => fs.existsSync(path.join(HISTORIES, each, 'truth.json')));
    assert.deepEqual(kept.toSorted(), Object.keys(MOST_UNKNOWN).toSorted());
  });
});
