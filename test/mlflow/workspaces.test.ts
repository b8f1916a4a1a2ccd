import * as assert from 'node:assert/strict';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import type { Change } from '../../src/mlflow/writer';
import { createSqliteWriter } from '../../src/stores/sqlite/writer';
import { removeTempFolders } from '../support/database';
import { workspacesFixture } from '../support/workspaces';
import { buildWriter } from '../support/writer';
import { comparable, doneByMlflow } from './clientRows';

const name = 'taxi-duration';

function changes(experimentId: string, runId: string): Change[] {
  const stage = (archiveExistingVersions: boolean): Change => ({
    type: 'transitionModelVersionStage',
    name,
    version: '2',
    stage: 'Production',
    archiveExistingVersions,
  });
  return [
    stage(true),
    stage(false),
    { type: 'setRegisteredModelAlias', name, alias: 'champion', version: '1' },
    { type: 'setRegisteredModelAlias', name, alias: 'gate', version: '2' },
    { type: 'deleteRegisteredModelAlias', name, alias: 'champion' },
    { type: 'updateRegisteredModel', name, description: 'another' },
    { type: 'renameRegisteredModel', name, newName: 'renamed' },
    { type: 'deleteRegisteredModel', name },
    { type: 'createRegisteredModel', name: 'new' },
    { type: 'setRegisteredModelTag', name, key: 'owner', value: 'x' },
    { type: 'deleteRegisteredModelTag', name, key: 'owner' },
    { type: 'createModelVersion', name, source: `runs:/${runId}/model`, runId },
    { type: 'copyModelVersion', name, version: '1', to: 'only-a' },
    { type: 'updateModelVersion', name, version: '1', description: 'x' },
    { type: 'deleteModelVersion', name, version: '2' },
    { type: 'setModelVersionTag', name, version: '1', key: 'review', value: 'x' },
    { type: 'deleteModelVersionTag', name, version: '1', key: 'review' },
    { type: 'createExperiment', name: 'new' },
    { type: 'renameExperiment', experimentId, newName: 'cabs' },
    { type: 'deleteExperiment', experimentId },
    { type: 'setExperimentTag', experimentId, key: 'team', value: 'x' },
    { type: 'createRun', experimentId, runName: 'made' },
    { type: 'renameRun', runId, newName: 'renamed' },
    { type: 'deleteRun', runId },
    { type: 'setTag', runId, key: 'k', value: 'v' },
  ];
}

describe('every change in a workspace against MLflow itself', () => {
  let distFolder: string;
  before(() => (distFolder = buildWriter()));
  after(removeTempFolders);

  it('writes the rows of MLflow 3.17.2 with workspaces enabled', async function () {
    this.timeout(600_000);
    const { of } = await workspacesFixture();
    const runs = of['team-a'].runs;
    const [runId] = Object.entries(runs).find(([, [named]]) => named === 'a one')!;
    const experimentId = runs[runId]![1];
    const since = Date.now();
    const cases: { change: Change; ours: string; theirs: string; created: string | null }[] = [];
    for (const change of changes(experimentId, runId)) {
      const [ours, theirs] = [(await workspacesFixture()).file, (await workspacesFixture()).file];
      const { created } = await createSqliteWriter(ours, { distFolder }, 'team-a').apply({
        changes: [change],
        expected: [],
      });
      cases.push({ change, ours, theirs, created: created[0] ?? null });
    }
    const answers = doneByMlflow(
      mlflowPython('3.17.2'),
      cases.map(({ theirs, change }) => ({ file: theirs, changes: [change] })),
      { MLFLOW_ENABLE_WORKSPACES: 'true', MLFLOW_WORKSPACE: 'team-a' },
    );
    const problems: string[] = [];
    cases.forEach(({ change, ours, theirs, created }, index) => {
      const answer = answers[index];
      try {
        assert.equal(answer?.error, undefined);
        assert.deepEqual(
          comparable(ours, since, created),
          comparable(theirs, since, answer?.created ?? null),
        );
      } catch (error) {
        problems.push(`${change.type}: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
    assert.deepEqual(problems, []);
  });
});
