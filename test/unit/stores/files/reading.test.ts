import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { metricOf } from '../../../../src/mlflow/entities';
import type { RunQuery, RunRow, Page } from '../../../../src/mlflow/store';
import { filesAnswers } from '../../../../src/stores/files/answers';
import { FilesTree } from '../../../../src/stores/files/tree';
import { newestMetrics } from '../../../../src/stores/newestRuns';
import { removeTempFolders } from '../../../support/database';
import { EXPERIMENT, runIdOf, START, type MadeRun } from '../../../support/histories';
import { metric, param, QUERY } from '../../../support/contract/tableTools';
import { makeMlruns, otherMlflow } from '../../../support/kinds/files';

const RUN = runIdOf(1);
const context = { signal: new AbortController().signal };
const all = { params: 'all', metrics: 'all', tags: 'all' } as const;
const scope = { experimentIds: [EXPERIMENT], view: 'ACTIVE_ONLY' } as const;

/** The store's answers in this thread, with the tree that counts what is read. */
function opened(runs: readonly MadeRun[], change: (root: string) => void = () => undefined) {
  const root = makeMlruns(runs);
  change(root);
  const tree = new FilesTree(root);
  return {
    root,
    tree,
    answers: filesAnswers(tree),
    folder: path.join(root, EXPERIMENT, RUN),
    others: otherMlflow(root),
  };
}

/** As if it had been written some time ago. */
function age(...files: string[]): void {
  files.forEach((file) => fs.utimesSync(file, 1e9, 1e9));
}

describe('an mlruns folder', function () {
  this.timeout(60_000);
  after(removeTempFolders);

  describe('opens the fewest files', () => {
    const runs = Array.from({ length: 20 }, (_, i): MadeRun => ({
      runId: runIdOf(i + 1),
      params: { a: '1', b: '2', c: '3' },
      tags: { t: 'x', u: 'y', v: 'z' },
      metrics: { loss: [[0, START, i]], acc: [[0, START, i]], other: [[0, START, i]] },
      ...(i % 10 === 9 ? { parentRunId: runIdOf(i) } : {}),
    }));

    const without = (root: string): void => {
      fs.rmSync(path.join(root, 'models'), { recursive: true });
      // What was just written is read again at each look.
      age(...fs.readdirSync(root, { recursive: true }).map((name) => path.join(root, String(name))));
    };

    it('for the sidebar: meta.yaml of each run, the tag of its parent, the headline of those shown', async () => {
      const { tree, answers } = opened(runs, without);
      const { counts } = tree.disk;
      await answers.searchExperiments({ view: 'ALL', maxResults: 10 }, context);
      assert.equal(counts.files, 1, 'meta.yaml of the experiment');
      await answers.countRuns({ experimentIds: [EXPERIMENT], view: 'ACTIVE_ONLY' }, context);
      assert.equal(counts.files, 1 + 20, 'meta.yaml of each run');
      const { items } = await answers.searchRuns(
        { ...scope, parent: 'roots', maxResults: 5, metrics: ['loss'], tags: ['mlflow.parentRunId'] },
        context,
      );
      assert.equal(items.filter(({ metrics }) => metrics[0]?.key === 'loss').length, 5);
      assert.equal(counts.files, 1 + 20 + 2 + 5, 'the two parents, five headlines');
    });

    it('for the guess of the headline, which is told from names: none', async () => {
      const { tree, answers } = opened(
        runs.map((run) => ({ ...run, metrics: { 'val/loss': [[0, START, 1]], epoch: [[0, START, 1]] } })),
        without,
      );
      const { counts } = tree.disk;
      await answers.searchRuns({ ...scope, maxResults: 5 }, context);
      const before = counts.files;
      const store = {
        searchRuns: (query: RunQuery): Promise<Page<RunRow>> =>
          Promise.resolve(answers.searchRuns(query, context)),
      };
      assert.deepEqual(await newestMetrics(store, [EXPERIMENT]), ['epoch', 'val/loss']);
      assert.equal(counts.files, before);
    });

    it('for the table: the columns that are shown, and which run is whose child', async () => {
      const { tree, answers } = opened(runs, without);
      const { counts } = tree.disk;
      const columns = [metric('loss'), param('a')];
      await answers.tableRows({ ...QUERY, ...scope, columns, tree: true }, context);
      assert.equal(counts.files, 1 + 20 + 2 + 2 * 20);
      await answers.tableRows({ ...QUERY, ...scope, columns, from: 10, count: 5 }, context);
      assert.equal(counts.files, 1 + 20 + 2 + 2 * 20, 'once');
    });
  });

  describe('reads what is whole', () => {
    it('lines of two, three and five fields, and no half of a line', async () => {
      const { answers, folder } = opened([{ runId: RUN }], (root) => {
        const metrics = path.join(root, EXPERIMENT, RUN, 'metrics');
        fs.writeFileSync(path.join(metrics, 'two'), `${START} 0.5\n`);
        fs.writeFileSync(path.join(metrics, 'five'), `${START} 0.25 7 data set d1g\n`);
        fs.writeFileSync(path.join(metrics, 'half'), `${START} 1 1\n${START} 22 2`);
        fs.writeFileSync(path.join(metrics, 'bad'), `nonsense\n${START} inf 3\n\n${START}\n`);
        fs.writeFileSync(path.join(metrics, 'empty'), '');
      });
      const run = await answers.getRun({ runId: RUN }, context);
      assert.deepEqual(
        run.metrics.map(({ key, value, step }) => [key, value, step]),
        [
          ['bad', Infinity, 3],
          ['five', 0.25, 7],
          ['half', 1, 1],
          ['two', 0.5, 0],
        ],
      );
      fs.appendFileSync(path.join(folder, 'metrics/half'), '3\n');
      const later = await answers.getRun({ runId: RUN }, context);
      assert.deepEqual(metricOf(later, 'half'), { key: 'half', value: 22, timestamp: START, step: 23 });
    });

    it('a last line without an end too, where nobody has written for a while', async () => {
      const { answers } = opened([{ runId: RUN }], (root) => {
        const file = path.join(root, EXPERIMENT, RUN, 'metrics/m');
        fs.writeFileSync(file, `${START} 1 1\n${START} 2 2`);
        age(file);
      });
      const { values } = await answers.getMetricHistory({ runId: RUN, key: 'm' }, context);
      assert.deepEqual([...values], [1, 2]);
    });

    it('goes on where a history was left, and begins anew where the file is another', async () => {
      const { answers, folder, others } = opened([{ runId: RUN, metrics: { m: [[0, START, 1]] } }]);
      const latest = async (): Promise<number | undefined> =>
        metricOf(await answers.getRun({ runId: RUN }, context), 'm')?.value;
      assert.equal(await latest(), 1);
      await others.logMetric(RUN, 'm', [[1, START + 1, 2]]);
      assert.equal(await latest(), 2);
      // As long as before and more, in the same file.
      fs.writeFileSync(path.join(folder, 'metrics/m'), `${START} 9 0\n${START} 8 0\n${START} 7 0\n`);
      assert.equal(await latest(), 9);
    });

    it('values that are empty or have several lines, and names that YAML would take for numbers', async () => {
      const { answers } = opened(
        [{ runId: RUN, name: '1e5', tags: { empty: '', lines: 'a\nb\n' } }],
        (root) => {
          const file = path.join(root, EXPERIMENT, RUN, 'meta.yaml');
          fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace("run_name: '1e5'", 'run_name: 1e5'));
        },
      );
      const { info, tags } = await answers.getRun({ runId: RUN }, context);
      assert.equal(info.runName, '1e5');
      assert.deepEqual(tags, [
        { key: 'empty', value: '' },
        { key: 'lines', value: 'a\nb\n' },
      ]);
    });

    it('a run whose meta.yaml is damaged, by what else is there; the store says which file it is', async () => {
      const { answers } = opened([{ runId: RUN, params: { p: '1' } }, { runId: runIdOf(2) }], (root) =>
        fs.writeFileSync(path.join(root, EXPERIMENT, RUN, 'meta.yaml'), 'run_id: [\n'),
      );
      const { items } = await answers.searchRuns({ ...scope, maxResults: 5, ...all }, context);
      assert.deepEqual(
        items.map(({ info, params }) => [info.runName, info.status, params.length]),
        [
          ['run 1', 'FINISHED', 0],
          ['(its meta.yaml is damaged)', 'UNKNOWN', 1],
        ],
      );
      const { details } = await answers.describe(undefined, context);
      assert.deepEqual(details.at(-1), { label: 'Damaged files', value: `${EXPERIMENT}/${RUN}/meta.yaml` });
    });

    it('a registered model and a version whose meta.yaml is damaged, and the others as they are', async () => {
      const { answers } = opened([], (root) => {
        fs.writeFileSync(path.join(root, 'models/no versions/meta.yaml'), 'name: [');
        fs.writeFileSync(path.join(root, 'models/taxi regressor/version-2/meta.yaml'), '');
      });
      const { items } = await answers.searchRegisteredModels({ maxResults: 9 }, context);
      const damage = 'its meta.yaml is damaged';
      assert.deepEqual(
        items.filter((each) => each.damage !== undefined).map((each) => [each.name, each.damage]),
        [['no versions', damage]],
      );
      const { versions } = items.find(({ name }) => name === 'taxi regressor')!;
      assert.deepEqual(
        versions.map((version) => [version.version, version.currentStage, version.damage]),
        [
          ['4', 'Staging', undefined],
          ['3', 'Production', undefined],
          ['2', 'None', damage],
          ['1', 'Archived', undefined],
        ],
      );
    });

    it('no folder without meta.yaml, which holds artifacts of a SQLite store', async () => {
      const { answers, root } = opened([], (folder) =>
        fs.mkdirSync(path.join(folder, '1', RUN, 'artifacts'), { recursive: true }),
      );
      const { items } = await answers.searchExperiments({ view: 'ALL', maxResults: 10 }, context);
      assert.deepEqual(
        items.map(({ experimentId }) => experimentId),
        [EXPERIMENT],
      );
      fs.rmSync(path.join(root, EXPERIMENT), { recursive: true });
      fs.rmSync(path.join(root, 'models'), { recursive: true });
      assert.throws(() => filesAnswers(new FilesTree(root)).open(undefined, context), {
        code: 'NOT_A_STORE',
        message: /has no MLflow experiments/,
      });
    });
  });

  it('follows no link, opens no pipe, and no key leads out of it', async () => {
    const outside = makeMlruns([]);
    fs.writeFileSync(path.join(outside, 'secret'), 'secret');
    const { answers } = opened([{ runId: RUN, tags: { t: '1' } }, { runId: runIdOf(2) }], (root) => {
      const run = path.join(root, EXPERIMENT, RUN);
      fs.symlinkSync(path.join(outside, 'secret'), path.join(run, 'tags/link'));
      fs.symlinkSync(outside, path.join(run, 'tags/folder'));
      execFileSync('mkfifo', [path.join(run, 'tags/pipe'), path.join(run, 'metrics/pipe')]);
      fs.rmSync(path.join(run, 'params'), { recursive: true });
      fs.symlinkSync(outside, path.join(run, 'params'));
      fs.symlinkSync(path.join(root, EXPERIMENT, runIdOf(2)), path.join(root, EXPERIMENT, runIdOf(3)));
      fs.symlinkSync(path.join(outside, EXPERIMENT), path.join(root, '8'));
    });
    const { items } = await answers.searchRuns(
      { experimentIds: [], view: 'ALL', maxResults: 9, ...all },
      context,
    );
    assert.deepEqual(
      items.map(({ info, params, tags, metrics }) => [info.runId, params, tags, metrics]),
      [
        [runIdOf(2), [], [], []],
        [RUN, [], [{ key: 't', value: '1' }], []],
      ],
    );
    const tags = ['link', 'pipe', 'folder/secret', '../meta.yaml', '/etc/hostname', '..', '', 'a\0b', 't'];
    const [run] = await answers.getRuns({ runIds: [RUN], tags, params: ['secret'] }, context);
    assert.deepEqual([run?.tags, run?.params], [[{ key: 't', value: '1' }], []]);
  });

  describe('sees what others write', () => {
    it('over a value, of the same length and at the same time', async () => {
      const { answers, folder } = opened([{ runId: RUN, tags: { t: 'one' } }]);
      const file = path.join(folder, 'tags/t');
      const { atime, mtime } = fs.statSync(file);
      const tag = async (): Promise<string | undefined> =>
        (await answers.getRun({ runId: RUN }, context)).tags[0]?.value;
      assert.equal(await tag(), 'one');
      fs.writeFileSync(file, 'two');
      fs.utimesSync(file, atime, mtime);
      assert.equal(await tag(), 'two');
      age(file);
      assert.equal(await tag(), 'two');
    });

    it('when it is there: a tag that is being written over is empty for a moment', async () => {
      const { answers, folder } = opened([{ runId: RUN, tags: { t: 'one' } }]);
      const file = path.join(folder, 'tags/t');
      const tag = async (): Promise<string | undefined> =>
        (await answers.getRun({ runId: RUN }, context)).tags[0]?.value;
      assert.equal(await tag(), 'one');
      fs.writeFileSync(file, '');
      assert.equal(await tag(), 'one');
      fs.writeFileSync(file, 'two');
      assert.equal(await tag(), 'two');
      fs.writeFileSync(file, '');
      age(file);
      assert.equal(await tag(), '', 'after a while it is meant so');
    });

    it('as an experiment that is moved to .trash and back', async () => {
      const { answers, root } = opened([{ runId: RUN }]);
      const stage = async (): Promise<unknown> =>
        (await answers.getExperiment({ experimentId: EXPERIMENT }, context)).lifecycleStage;
      assert.equal(await stage(), 'active');
      fs.mkdirSync(path.join(root, '.trash'));
      fs.renameSync(path.join(root, EXPERIMENT), path.join(root, '.trash', EXPERIMENT));
      assert.equal(await stage(), 'deleted');
      assert.equal((await answers.getRun({ runId: RUN }, context)).info.runId, RUN);
      fs.renameSync(path.join(root, '.trash', EXPERIMENT), path.join(root, EXPERIMENT));
      assert.equal(await stage(), 'active');
    });

    it('as a run that is made: first its folder, then what it is', async () => {
      const { answers, root, others } = opened([{ runId: RUN }]);
      const count = async (): Promise<number> =>
        (await answers.searchRuns({ ...scope, maxResults: 9 }, context)).items.length;
      assert.equal(await count(), 1);
      fs.mkdirSync(path.join(root, EXPERIMENT, runIdOf(2)));
      assert.equal(await count(), 1);
      fs.rmdirSync(path.join(root, EXPERIMENT, runIdOf(2)));
      await others.logRuns([{ runId: runIdOf(2) }]);
      assert.equal(await count(), 2);
    });

    it('at a cost that does not grow with the store', async () => {
      const looks = async (count: number): Promise<number> => {
        const { answers, tree } = opened(
          Array.from({ length: count }, (_, i) => ({ runId: runIdOf(i + 1), tags: { t: '1' } })),
        );
        await answers.searchRuns({ ...scope, maxResults: 5, ...all }, context);
        await answers.poll({ asked: true }, context);
        const before = tree.disk.counts.looks;
        await answers.poll({ asked: true }, context);
        return tree.disk.counts.looks - before;
      };
      assert.ok((await looks(250)) < 800, 'of 250 runs');
    });
  });
});
