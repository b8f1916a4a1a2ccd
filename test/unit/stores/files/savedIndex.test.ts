import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { filesAnswers } from '../../../../src/stores/files/answers';
import { forgetIndex, indexFile } from '../../../../src/stores/files/indexFile';
import type { SavedRun } from '../../../../src/stores/files/run';
import { SavedRuns } from '../../../../src/stores/files/savedRuns';
import { FilesTree } from '../../../../src/stores/files/tree';
import { removeTempFolders, tempFolder } from '../../../support/database';
import { unpackFixture } from '../../../support/fixtures';
import { EXPERIMENT, runIdOf, START, type MadeRun } from '../../../support/histories';
import { makeMlruns } from '../../../support/kinds/files';

const context = { signal: new AbortController().signal };
const all = { params: 'all', metrics: 'all', tags: 'all' } as const;
const query = { experimentIds: [EXPERIMENT], view: 'ALL', maxResults: 100, ...all } as const;
const RUN = runIdOf(3);

const RUNS = Array.from({ length: 12 }, (_, i): MadeRun => ({
  runId: runIdOf(i + 1),
  params: { p: String(i) },
  tags: { t: 'one' },
  metrics: { m: [[0, START, i === 5 ? NaN : i === 6 ? -Infinity : -i]] },
}));

describe('what was read of an mlruns folder, kept for the next window', function () {
  this.timeout(60_000);
  after(removeTempFolders);

  /** As if all had been written some time ago: what was written just now is read again anyway. */
  function aged(root: string): string {
    for (const name of ['', ...fs.readdirSync(root, { recursive: true }).map(String)]) {
      fs.utimesSync(path.join(root, name), 1e9, 1e9);
    }
    return root;
  }

  function open(root: string, index: string) {
    const tree = new FilesTree(root, index);
    return { tree, answers: filesAnswers(tree) };
  }

  const places = (): { root: string; index: string; folder: string } => {
    const root = makeMlruns(RUNS);
    fs.rmSync(path.join(root, 'models'), { recursive: true });
    const index = path.join(tempFolder(), 'storage', 'index.json');
    return { root: aged(root), index, folder: path.join(root, EXPERIMENT, RUN) };
  };

  /** A window that reads everything and is closed. */
  async function firstWindow(root: string, index: string): Promise<unknown> {
    const { answers } = open(root, index);
    const page = await answers.searchRuns(query, context);
    await answers.poll({ asked: true }, context);
    return page;
  }

  it('is not read again: its files are looked at', async () => {
    const { root, index } = places();
    const first = await firstWindow(root, index);
    const { tree, answers } = open(root, index);
    assert.deepEqual(
      await answers.searchRuns({ ...query, params: ['p'], metrics: ['m'], tags: ['t'] }, context),
      first,
    );
    assert.equal(tree.disk.counts.files, 1, 'meta.yaml of the experiment');
    assert.ok(tree.disk.counts.looks > 12 * 4);
  });

  for (const version of ['1.30.1', '2.14.3', '3.12.0']) {
    it(`says the same of all that MLflow ${version} wrote`, async () => {
      const root = aged(path.join(await unpackFixture(`files-${version}`), 'mlruns'));
      const index = path.join(tempFolder(), 'index.json');
      const asked = async (): Promise<unknown> => {
        const { answers } = open(root, index);
        const lists = [];
        for (const parent of [undefined, 'roots'] as const) {
          const scope = { experimentIds: [], view: 'ALL', parent, maxResults: 1000 } as const;
          lists.push(
            await answers.searchRuns(scope, context),
            await answers.searchRuns({ ...scope, ...all }, context),
          );
        }
        await answers.poll({ asked: true }, context);
        return lists;
      };
      const first = await asked();
      assert.ok(fs.existsSync(index));
      assert.deepEqual(await asked(), first);
      assert.deepEqual(await asked(), first, 'of an index that was made of an index');
    });
  }

  it('holds names, places and parents in any form', () => {
    const runs = ['', 'a\nb', '"', 'é\u2028', '0'].flatMap((text) =>
      [undefined, null, text].map((parent): SavedRun => {
        const runId = runIdOf(1 + text.length);
        return {
          meta: {
            info: {
              ...{ runId, experimentId: EXPERIMENT, runName: text, userId: text, status: text },
              ...{ startTime: null, endTime: -1.5, lifecycleStage: 'deleted' },
              artifactUri: `${text}${runId}${text}${parent === null ? runId : ''}`,
            },
            problem: text === '' ? null : text,
          },
          name: `name ${text}`,
          ...(parent === undefined ? {} : { parent }),
          rest: JSON.stringify({ text }),
        };
      }),
    );
    for (const run of runs) {
      const { text } = SavedRuns.of(EXPERIMENT, [run]);
      assert.deepEqual([...new SavedRuns(EXPERIMENT, text).byId.values()], [run]);
    }
  });

  const changes: [string, (folder: string, root: string) => void][] = [
    [
      'a tag written over by one of the same length',
      (folder) => fs.writeFileSync(path.join(folder, 'tags/t'), 'two'),
    ],
    [
      'a point of a run that had ended',
      (folder) => fs.appendFileSync(path.join(folder, 'metrics/m'), `${START} 7 9\n`),
    ],
    ['a run deleted', (folder) => replace(path.join(folder, 'meta.yaml'), /active/, 'deleted')],
    ['a run gone', (folder) => fs.rmSync(folder, { recursive: true })],
    [
      'an experiment moved to .trash',
      (_, root) => {
        fs.mkdirSync(path.join(root, '.trash'));
        fs.renameSync(path.join(root, EXPERIMENT), path.join(root, '.trash', EXPERIMENT));
      },
    ],
  ];
  for (const [what, change] of changes) {
    it(`does not hide ${what}`, async () => {
      const { root, index, folder } = places();
      const first = await firstWindow(root, index);
      change(folder, root);
      const ask = async (file: string | null): Promise<unknown> => {
        const answers = filesAnswers(new FilesTree(root, file));
        return [
          await answers.searchRuns(query, context),
          await answers.getExperiment({ experimentId: EXPERIMENT }, context),
        ];
      };
      const second = await ask(index);
      assert.deepEqual(second, await ask(null));
      assert.notDeepEqual((second as unknown[])[0], what.includes('.trash') ? null : first);
    });
  }

  it('is looked at by and by where nobody looks', async () => {
    const { root, index, folder } = places();
    await firstWindow(root, index);
    replace(path.join(folder, 'meta.yaml'), /active/, 'deleted');
    const { answers } = open(root, index);
    const scope = { experimentIds: [EXPERIMENT], view: 'ACTIVE_ONLY' } as const;
    await answers.countRuns(scope, context);
    await answers.poll({ asked: true }, context);
    assert.deepEqual(await answers.countRuns(scope, context), new Map([[EXPERIMENT, 11]]));
  });

  const damages: [string, (index: string) => void][] = [
    ['another version', (index) => replace(index, /mlflow-lens-files-\d+/, 'mlflow-lens-files-0')],
    ['one byte changed', (index) => replace(index, /"one"/, '"0ne"')],
    ['cut', (index) => fs.truncateSync(index, 100)],
    ['empty', (index) => fs.truncateSync(index, 0)],
    ['deleted', (index) => fs.rmSync(index)],
    ['a folder', (index) => (fs.rmSync(index), fs.mkdirSync(index))],
  ];
  for (const [what, damage] of damages) {
    it(`is read again where the file is ${what}`, async () => {
      const { root, index } = places();
      const first = await firstWindow(root, index);
      damage(index);
      const { tree, answers } = open(root, index);
      assert.deepEqual(await answers.searchRuns(query, context), first);
      assert.ok(tree.disk.counts.files > 12);
      await answers.poll({ asked: true }, context);
    });
  }

  it('is none where it cannot be written', async () => {
    const { root } = places();
    const index = path.join(tempFolder(), 'no folder', 'index.json');
    fs.writeFileSync(path.dirname(index), 'a file');
    assert.deepEqual(await firstWindow(root, index), await firstWindow(root, index));
  });

  it('goes with the store', async () => {
    const { root } = places();
    const storage = tempFolder();
    const uri = `file://${root}`;
    await firstWindow(root, indexFile(storage, uri));
    assert.equal(fs.readdirSync(storage).length, 1);
    await forgetIndex(storage, uri);
    assert.deepEqual(fs.readdirSync(storage), []);
  });
});

function replace(file: string, old: RegExp, by: string): void {
  const text = fs.readFileSync(file, 'utf8');
  assert.match(text, old);
  fs.writeFileSync(file, text.replace(old, by));
}
