import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Run } from '../../../src/mlflow/entities';
import type { SourceStatus } from '../../../src/provenance/source';
import { finderOf } from '../../support/sources';

interface TrueRun {
  source: string;
  type?: string;
  entry?: string;
  run_name?: string;
  parent?: boolean;
  /** false: the run recorded none. */
  commit?: boolean;
  params: Record<string, { value: string; status: SourceStatus; file: string | null; line_holds?: string }>;
}

const PROJECTS = path.resolve(__dirname, '../../fixtures/projects');
const folders: string[] = [];

/** A project as a repository with one commit. */
function repository(name: string): { root: string; commit: string } {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'mlflow-lens-project-'));
  folders.push(root);
  fs.cpSync(path.join(PROJECTS, name, 'code'), root, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], {
      cwd: root,
      encoding: 'utf8',
    });
  git('init', '-q', '-b', 'main');
  git('add', '-A', '-f');
  git('commit', '-q', '-m', 'All');
  return { root, commit: git('rev-parse', 'HEAD').trim() };
}

function asRun(run: TrueRun, commit: string): Run {
  const tags = [
    { key: 'mlflow.source.name', value: run.source },
    { key: 'mlflow.source.type', value: run.type ?? 'LOCAL' },
    ...(run.commit === false ? [] : [{ key: 'mlflow.source.git.commit', value: commit }]),
    ...(run.entry ? [{ key: 'mlflow.project.entryPoint', value: run.entry }] : []),
    ...(run.parent ? [{ key: 'mlflow.parentRunId', value: '0' }] : []),
  ];
  return {
    info: {
      runId: '1',
      experimentId: '0',
      runName: run.run_name ?? 'bold-cat-1',
      userId: '',
      status: 'FINISHED',
      startTime: Date.now() + 60_000,
      endTime: null,
      lifecycleStage: 'active',
      artifactUri: '',
    },
    params: Object.entries(run.params).map(([key, { value }]) => ({ key, value })),
    metrics: [],
    tags,
  };
}

describe('sources of projects as people write them', () => {
  const total = { right: 0, unknown: 0, wrong: 0 };

  after(() => {
    folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true }));
    console.log(`      in all: ${total.right} right, ${total.unknown} unknown, ${total.wrong} wrong`);
  });

  for (const name of fs.readdirSync(PROJECTS)) {
    it(`${name}: nothing wrong`, async () => {
      const { root, commit } = repository(name);
      const { runs } = JSON.parse(fs.readFileSync(path.join(PROJECTS, name, 'truth.json'), 'utf8')) as {
        runs: TrueRun[];
      };
      const finder = finderOf(root);
      const wrong: string[] = [];
      const unknown: string[] = [];
      let right = 0;
      for (const run of runs) {
        const { params } = await finder.findSources(asRun(run, commit));
        for (const [key, expected] of Object.entries(run.params)) {
          const source = params.get(key);
          assert.ok(source, key);
          const told = `${key}: ${source.status} ${source.file ?? '-'}:${source.line ?? '-'} ${source.text ?? ''} (${source.why})`;
          if (
            source.status === expected.status &&
            source.file === expected.file &&
            (source.text ?? '').includes(expected.line_holds ?? '')
          ) {
            right++;
          } else if (source.status === 'unknown') {
            unknown.push(told);
          } else {
            wrong.push(told);
          }
        }
      }
      console.log(`      ${right} right, ${unknown.length} unknown, ${wrong.length} wrong`);
      unknown.forEach((told) => console.log(`        ${told}`));
      total.right += right;
      total.unknown += unknown.length;
      total.wrong += wrong.length;
      assert.deepEqual(wrong, []);
      assert.ok(right >= 0.9 * (right + unknown.length), unknown.join('\n'));
    });
  }
});
