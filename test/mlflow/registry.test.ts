import * as assert from 'node:assert/strict';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import { createSqliteWriter } from '../../src/stores/sqlite/writer';
import { makeRegistryStore, removeTempFolders } from '../support/database';
import { buildWriter } from '../support/writer';
import { comparable, doneByMlflow, idsOf } from './clientRows';
import { operationsOf, type Operation } from './operations';

const VERSIONS = ['1.30.1', '2.14.3', '3.1.4', '3.17.2'] as const;

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
