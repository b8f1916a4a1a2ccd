import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { answers, readSearches } from '../../../../scripts/inspect/answers';
import { toJson } from '../../../../scripts/inspect/json';
import { withStore } from '../../../../scripts/inspect/store';
import { fixture, FILES_VERSIONS } from '../../../support/fixtures';
import {
  compareAnswers,
  OUR_SEARCHES,
  parseAnswers,
  readAnswers,
  searchesOf,
  type Answers,
} from '../../../support/oracle';

async function inspect(uri: string, searches: string): Promise<Answers> {
  return parseAnswers(toJson(await withStore(uri, (store) => answers(store, readSearches(searches)))));
}

describe('answers of an mlruns folder, beside those of MLflow’s own client', function () {
  this.timeout(120_000);
  const newest = FILES_VERSIONS.at(-1)!;

  for (const version of FILES_VERSIONS) {
    it(`MLflow ${version}: every field, and every search that it does not refuse`, async () => {
      const folder = await fixture(`files-${version}`);
      const file = path.join(folder, 'answers.json');
      const oracle = readAnswers(file);
      const ours = await inspect(path.join(folder, 'mlruns'), file);
      compareAnswers(ours, oracle);
      const found = searchesOf(ours);
      searchesOf(oracle).forEach(({ filter, order_by: order, answer }, index) => {
        if (answer.runs !== undefined) {
          assert.deepEqual(found[index]?.answer, answer, `${filter} ${order?.join() ?? ''}`);
        } else if (version === newest) {
          assert.equal(found[index]?.answer.runs !== undefined, OUR_SEARCHES.has(filter), filter);
        }
      });
    });
  }

  it('every search finds what it finds after "mlflow migrate-filestore"', async () => {
    const folder = await fixture(`files-${newest}`);
    const migrated = await fixture('migrated-3.17.2');
    const file = path.join(folder, 'answers.json');
    const ours = await inspect(`file://${folder}/mlruns`, file);
    const sqlite = await inspect(`sqlite:///${migrated}/mlflow.db`, file);
    assert.deepEqual(searchesOf(ours), searchesOf(sqlite));
  });
});
