import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import { workerBundle } from '../../scripts/workerBundle';
import { createFilesWriter } from '../../src/stores/files/writer';
import { removeTempFolders } from '../support/database';
import { copyOf, MODEL, someRun } from '../support/filesWriting';
import { doneByMlflow } from './clientRows';
import { openedByMlflow } from './openedFolders';

describe('the first registered model of an mlruns folder without a registry', function () {
  this.timeout(600_000);
  after(removeTempFolders);

  for (const mlflow of ['2.14.3', '3.12.0'] as const) {
    it(`is one of MLflow ${mlflow}'s, which goes on with it`, async () => {
      const root = copyOf('files-1.30.1');
      assert.equal(fs.existsSync(path.join(root, 'models')), false);
      const { runId } = someRun(root);
      const source = `runs:/${runId}/model`;
      await createFilesWriter(root, { distFolder: workerBundle() }).apply({
        changes: [
          { type: 'createModelVersion', name: MODEL, source, runId, createModel: true },
          { type: 'setRegisteredModelAlias', name: MODEL, alias: 'champion', version: '1' },
          { type: 'setModelVersionTag', name: MODEL, version: '1', key: 'review', value: 'ready' },
          { type: 'setRegisteredModelTag', name: MODEL, key: 'team', value: 'pricing' },
          {
            type: 'transitionModelVersionStage',
            name: MODEL,
            version: '1',
            stage: 'Staging',
            archiveExistingVersions: false,
          },
        ],
        expected: [],
      });
      const model = {
        aliases: { champion: '1' },
        tags: { team: 'pricing' },
        versions: { '1': { stage: 'Staging', source, uri: source, run: runId, tags: { review: 'ready' } } },
      };
      const [opened] = openedByMlflow(mlflow, [root]);
      assert.deepEqual([opened?.error, opened?.models], [undefined, { [MODEL]: model }]);
      assert.ok(opened?.runs[runId]);
      const [done] = doneByMlflow(
        mlflowPython(mlflow),
        [
          {
            file: root,
            changes: [
              { type: 'createModelVersion', name: MODEL, source, runId },
              { type: 'setRegisteredModelAlias', name: MODEL, alias: 'champion', version: '2' },
              { type: 'updateModelVersion', name: MODEL, version: '1', description: 'the first' },
            ],
          },
        ],
        { MLFLOW_ALLOW_FILE_STORE: 'true' },
      );
      assert.equal(done?.error, undefined);
      const [later] = openedByMlflow(mlflow, [root]);
      assert.deepEqual(Object.keys(later?.models[MODEL]?.versions ?? {}), ['1', '2']);
    });
  }
});
