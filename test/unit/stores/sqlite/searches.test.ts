import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { answers, readSearches } from '../../../../scripts/inspect/answers';
import { withStore } from '../../../../scripts/inspect/store';
import { fixture, SQLITE_VERSIONS } from '../../../support/fixtures';
import {
  NAN_SEARCHES,
  OUR_SEARCHES,
  readAnswers,
  searchesOf,
  type SearchAnswer,
} from '../../../support/oracle';

describe('searches of a SQLite store, beside the answers of MLflow’s own client', function () {
  this.timeout(60_000);
  let newest: SearchAnswer[];
  before(async () => {
    newest = searchesOf(readAnswers(path.join(await fixture('sqlite-3.17.2'), 'answers.json')));
  });

  for (const version of SQLITE_VERSIONS) {
    it(`MLflow ${version}`, async () => {
      const folder = await fixture(`sqlite-${version}`);
      const theirs = searchesOf(readAnswers(path.join(folder, 'answers.json')));
      const { searches } = await withStore(`sqlite:///${path.join(folder, 'mlflow.db')}`, (store) =>
        answers(store, readSearches(path.join(folder, 'answers.json'))),
      );
      assert.equal(searches?.length, theirs.length);
      theirs.forEach((search, index) => {
        const ours: SearchAnswer['answer'] = searches[index]!.answer;
        const said = `${search.filter} ${String(search.order_by)} ${search.view}`;
        if (NAN_SEARCHES.has(search.filter) && version !== '1.0.0') {
          assert.deepEqual(ours.runs, [], said);
        } else if (OUR_SEARCHES.has(search.filter)) {
          assert.ok((ours.runs?.length ?? 0) > 0, said);
        } else if (search.answer.runs) {
          assert.deepEqual(ours.runs, search.answer.runs, said);
        } else if (newest[index]!.answer.runs) {
          // An older MLflow did not know how; 3.17.2 does.
          assert.ok(ours.runs, said);
        } else {
          assert.ok(ours.error, said);
        }
      });
    });
  }
});
