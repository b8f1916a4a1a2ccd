import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import type { ArtifactOwner } from '../../../src/mlflow/store';
import type { StoreKindUnderTest } from '../kinds/storeKind';
import { ERA, refuses, useEra } from './tools';

const NOTES = 'notes with spaces & ünï.txt';
const WHOLE = { offset: 0, length: 1000 };

export function artifactsContract(kind: StoreKindUnderTest): void {
  describe('artifacts', () => {
    const era = useEra(kind);
    const owner = (name = 'trial-01'): ArtifactOwner => ({ runId: era().run(name) });
    const text = async (path: string, range = WHOLE): Promise<string> =>
      Buffer.from(await era().store.readArtifact(owner(), path, range)).toString();

    it('are listed a folder at a time, folders first, with their sizes', async () => {
      const { files, truncated } = await era().store.listArtifacts(owner(), '');
      assert.deepEqual(
        files.map(({ path, isDir, size }) => [path, isDir, size === null]),
        [
          ['plots', true, true],
          [NOTES, false, false],
          ['summary.json', false, false],
        ],
      );
      assert.equal(truncated, 0);
      const { files: plots } = await era().store.listArtifacts(owner(), 'plots');
      assert.deepEqual(
        plots.map(({ path }) => path),
        ['plots/loss.csv', 'plots/loss.svg'],
      );
    });

    it('are found where the store lies now, though it records where it was made', async () => {
      const { root } = await era().store.listArtifacts(owner(), '');
      const recorded = era().runs.find(({ run_name }) => run_name === 'trial-01')!.artifact_uri;
      assert.equal(root.uri, recorded);
      assert.equal(root.problem, null);
      if (root.localPath !== null) {
        assert.equal(root.moved, true);
        assert.ok(fs.existsSync(root.localPath) && root.localPath !== recorded);
      }
    });

    it('are read by ranges of bytes, up to their end', async () => {
      assert.equal(await text('plots/loss.csv'), 'step,loss\n0,1.0\n1,0.5\n');
      assert.equal(await text('plots/loss.csv', { offset: 5, length: 4 }), 'loss');
      assert.equal(await text('plots/loss.csv', { offset: 16, length: 100 }), '1,0.5\n');
      assert.equal(await text('plots/loss.csv', { offset: 1000, length: 10 }), '');
      assert.equal(await text(NOTES), 'trained on trial-01\n');
    });

    it('are none outside the run: no path leads out', async () => {
      for (const path of [
        '..',
        '../x',
        'plots/../../x',
        '/etc/hostname',
        './summary.json',
        'plots//loss.csv',
      ]) {
        await refuses(era().store.readArtifact(owner(), path, WHOLE), 'INVALID_PARAMETER_VALUE');
        await refuses(era().store.listArtifacts(owner(), path), 'INVALID_PARAMETER_VALUE');
      }
    });

    it('say so where they are not there, or no file', async () => {
      const { store } = era();
      await refuses(store.readArtifact(owner(), 'nope.txt', WHOLE), 'RESOURCE_DOES_NOT_EXIST');
      await refuses(store.listArtifacts(owner(), 'nope'), 'RESOURCE_DOES_NOT_EXIST');
      await refuses(store.readArtifact(owner(), 'plots', WHOLE), 'INVALID_PARAMETER_VALUE');
      const range = { offset: -1, length: 5 };
      await refuses(store.readArtifact(owner(), 'summary.json', range), 'INVALID_PARAMETER_VALUE');
      await refuses(store.listArtifacts({ runId: 'f'.repeat(32) }, ''), 'RESOURCE_DOES_NOT_EXIST');
      await refuses(store.listArtifacts({ modelId: 'm-nope' }, ''), 'RESOURCE_DOES_NOT_EXIST');
      await refuses(store.listArtifacts({ name: ERA.model, version: '9' }, ''), 'RESOURCE_DOES_NOT_EXIST');
    });

    it('are none where a run logged none', async () => {
      const { files } = await era().store.listArtifacts(owner('many columns'), '');
      assert.deepEqual(files, []);
    });

    it('lie on this machine where the store says that it can tell where', async () => {
      const { store } = era();
      const file = await store.locateArtifact?.(owner(), 'plots/loss.csv');
      if (file !== undefined) {
        assert.equal(fs.readFileSync(file, 'utf8'), 'step,loss\n0,1.0\n1,0.5\n');
        await refuses(store.locateArtifact!(owner(), '../x'), 'INVALID_PARAMETER_VALUE');
      }
    });
  });
}
