import * as assert from 'node:assert/strict';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import { createSqliteWriter } from '../../src/stores/sqlite/writer';
import { makeRegistryStore, removeTempFolders, withDatabase } from '../support/database';
import { buildWriter } from '../support/writer';
import { comparable, doneByMlflow } from './clientRows';
import { operationsOf, type Ids, type Operation } from './operations';

const VERSIONS = ['1.30.1', '2.14.3', '3.1.4', '3.17.2'] as const;

/** Of the fixture: an active run of an experiment with others, and a logged model where there are any. */
function idsOf(file: string): Ids {
  return withDatabase(file, (database) => {
    const run = database
      .prepare(
        "SELECT run_uuid, CAST(experiment_id AS TEXT) AS e FROM runs WHERE lifecycle_stage = 'active' ORDER BY start_time, run_uuid LIMIT 1",
      )
      .get();
    const hasModels = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'logged_models'").get();
    const logged =
      hasModels &&
      database.prepare("SELECT model_id FROM logged_models WHERE lifecycle_stage = 'active' LIMIT 1").get();
    return {
      runId: String(run?.['run_uuid']),
      experimentId: String(run?.['e']),
      modelId: logged ? String(logged['model_id']) : undefined,
    };
  });
}

describe('every change against MLflow itself', () => {
  let distFolder: string;
  before(() => {
    distFolder = buildWriter();
  });
  after(removeTempFolders);

  for (const mlflow of VERSIONS) {
    it(`writes the rows of MLflow ${mlflow}'s client`, async function () {
      this.timeout(600_000);
      const python = mlflowPython(mlflow);
      const list = operationsOf(mlflow, idsOf(makeRegistryStore(mlflow)));
      const since = Date.now();
      const cases: { operation: Operation; ours: string; theirs: string; created: string | null }[] = [];
      for (const operation of list) {
        const [ours, theirs] = [makeRegistryStore(mlflow), makeRegistryStore(mlflow)];
        for (const file of [ours, theirs]) {
          if (operation.given) {
            const request = { changes: operation.given, expected: [] };
            await createSqliteWriter(file, { distFolder }).apply(request);
          }
        }
        const result = await createSqliteWriter(ours, { distFolder }).apply({
          changes: [operation.change].flat(),
          expected: [],
        });
        cases.push({ operation, ours, theirs, created: result.created[0] ?? null });
      }
      const jobs = cases.map(({ theirs, operation }) => ({
        file: theirs,
        changes: [operation.change].flat(),
      }));
      const answers = doneByMlflow(python, jobs);
      const problems: string[] = [];
      cases.forEach(({ operation, ours, theirs, created }, index) => {
        const answer = answers[index];
        try {
          assert.equal(answer?.error, undefined);
          assert.deepEqual(
            comparable(ours, since, created),
            comparable(theirs, since, answer?.created ?? null),
          );
        } catch (error) {
          problems.push(`${operation.what}: ${error instanceof Error ? error.message : String(error)}`);
        }
      });
      assert.deepEqual(problems, []);
    });
  }
});
