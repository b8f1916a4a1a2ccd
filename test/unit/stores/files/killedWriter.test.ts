import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { workerBundle } from '../../../../scripts/workerBundle';
import { filesAnswers } from '../../../../src/stores/files/answers';
import { FilesTree } from '../../../../src/stores/files/tree';
import { filesMedium } from '../../../../src/stores/files/writer/medium';
import { removeTempFolders, tempFolder } from '../../../support/database';
import { apply, copyOf, killFilesWriter, MODEL, someRun } from '../../../support/filesWriting';
import { NOW } from '../../../support/writer';

describe('a writer of an mlruns folder that is killed', function () {
  this.timeout(60_000);
  after(removeTempFolders);

  it('at 20 points leaves a store as it was before or after one of its files, and no half one', async () => {
    const root = copyOf();
    const seen = new Set<string>();
    await killFilesWriter(
      root,
      { kills: 20, distFolder: workerBundle() },
      async ({ kill, text, isState }) => {
        assert.ok(isState, `kill ${kill}: a state that no step leads to`);
        seen.add(text);
        // What was left under construction is no hindrance.
        const later = filesMedium(root);
        await later.carryOut({ type: 'createRegisteredModel', name: 'afterwards' }, NOW);
        assert.equal(
          await later.read({ kind: 'registeredModel', name: 'afterwards', field: 'exists' }),
          'true',
        );
      },
    );
    assert.ok(seen.size > 5, `${seen.size} different states`);
  });
});

describe('what a killed writer left in an mlruns folder', function () {
  this.timeout(60_000);
  after(removeTempFolders);

  const context = { signal: new AbortController().signal };
  const HEX = 'a1b2c3d4e5f6';

  /** No process that lives has it. */
  function deadProcess(): number {
    return spawnSync(process.execPath, ['-e', '']).pid;
  }

  /** Everywhere the writer puts something together. Returns their paths. */
  function litter(root: string, pid: number): string[] {
    const { experimentId, runId } = someRun(root);
    const model = `models/${MODEL}`;
    const beside = [`${experimentId}`, `${experimentId}/${runId}`, model, `${model}/version-4`];
    const files = beside.map((folder) => path.join(root, folder, `.mlflow-lens-${pid}-${HEX}`));
    files.forEach((file) => fs.writeFileSync(file, 'lifecycle_stage: hal'));
    const stage = path.join(root, `.trash/mlflow-lens-${pid}-${HEX}`);
    fs.cpSync(path.join(root, model), path.join(stage, 'old'), { recursive: true });
    fs.cpSync(path.join(root, experimentId, runId), path.join(stage, 'new'), { recursive: true });
    return [...files, stage];
  }

  function age(places: readonly string[], hours: number): void {
    const time = Date.now() / 1000 - hours * 3600;
    places.forEach((place) => fs.utimesSync(place, time, time));
  }

  const areThere = (places: readonly string[]): boolean[] => places.map((place) => fs.existsSync(place));

  /** Changes of the experiment, the run, the model and the version. */
  function changeAll(root: string): Promise<unknown> {
    const { experimentId, runId } = someRun(root);
    return apply(
      root,
      { type: 'setExperimentTag', experimentId, key: 'k', value: 'v' },
      { type: 'setTag', runId, key: 'k', value: 'v' },
      { type: 'setModelVersionTag', name: MODEL, version: '4', key: 'k', value: 'v' },
      { type: 'createRegisteredModel', name: 'another' },
    );
  }

  it('is no experiment, run, key, model or version', async () => {
    const root = copyOf();
    const all = { params: 'all', metrics: 'all', tags: 'all' } as const;
    const answer = async (): Promise<unknown> => {
      const answers = filesAnswers(new FilesTree(root));
      const { items: experiments } = await answers.searchExperiments(
        { view: 'ALL', maxResults: 100 },
        context,
      );
      const runs = await answers.searchRuns(
        { experimentIds: [], view: 'ALL', maxResults: 100, ...all },
        context,
      );
      const models = await answers.searchRegisteredModels({ maxResults: 100 }, context);
      const { details } = await answers.describe(undefined, context);
      return { experiments, runs, models, details };
    };
    const before = await answer();
    litter(root, deadProcess());
    assert.deepEqual(await answer(), before);
  });

  it('is not taken along when the model gets another name', async () => {
    const root = copyOf();
    litter(root, deadProcess());
    await apply(root, { type: 'renameRegisteredModel', name: MODEL, newName: 'other' });
    const names = fs.readdirSync(path.join(root, 'models'), { recursive: true }).map(String);
    assert.ok(names.includes('other/version-4/meta.yaml'));
    assert.deepEqual(
      names.filter((name) => name.includes('mlflow-lens')),
      [],
    );
  });

  it('goes with the next change there, once it is an hour old', async () => {
    const root = copyOf();
    const places = litter(root, deadProcess());
    await changeAll(root);
    assert.ok(areThere(places).every(Boolean), 'it may still be under construction');
    age(places, 2);
    await changeAll(copyOf());
    assert.ok(areThere(places).every(Boolean), 'another folder');
    await apply(root, { type: 'deleteRegisteredModel', name: 'another' });
    await changeAll(root);
    assert.deepEqual(areThere(places), [false, false, false, false, false]);
  });

  it('stays where its process lives, or where it is none of ours', async () => {
    const root = copyOf();
    const { experimentId, runId } = someRun(root);
    const other = path.join(root, experimentId, runId, '.mlflow-lens-notes');
    fs.writeFileSync(other, 'mine');
    const outside = path.join(tempFolder(), 'kept');
    fs.writeFileSync(outside, 'kept');
    const link = path.join(root, experimentId, runId, `.mlflow-lens-${deadProcess()}-${HEX}`);
    fs.symlinkSync(outside, link);
    fs.lutimesSync(link, 1e9, 1e9);
    const places = [...litter(root, process.pid), other];
    age(places, 2);
    await changeAll(root);
    assert.ok([...areThere(places), ...areThere([link, outside])].every(Boolean));
  });
});
