import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { answers, readSearches } from '../../../../scripts/inspect/answers';
import { withStore } from '../../../../scripts/inspect/store';
import { fixture, SQLITE_VERSIONS } from '../../../support/fixtures';

interface Search {
  filter: string;
  order_by: string[] | null;
  view: string;
  answer: { runs?: string[]; error?: string };
}

/** 3.17.2 finds no run by a NaN; before 3.11 it counted as 0. MLflow 1.0 could not log one. */
const NAN = new Set(['metrics.nan_last < 5', 'metrics.nan_last = 0']);
/** Refused by every MLflow, and answered here. */
const OURS = new Set(['params.max_depth > 3', 'metrics.rmse < 7 OR metrics.rmse > 9']);

function searchesOf(folder: string): Search[] {
  return (JSON.parse(fs.readFileSync(path.join(folder, 'answers.json'), 'utf8')) as { searches: Search[] })
    .searches;
}

describe('searches of a SQLite store, beside the answers of MLflow’s own client', function () {
  this.timeout(60_000);
  let newest: Search[];
  before(async () => {
    newest = searchesOf(await fixture('sqlite-3.17.2'));
  });

  for (const version of SQLITE_VERSIONS) {
    it(`MLflow ${version}`, async () => {
      const folder = await fixture(`sqlite-${version}`);
      const theirs = searchesOf(folder);
      const { searches } = await withStore(`sqlite:///${path.join(folder, 'mlflow.db')}`, (store) =>
        answers(store, readSearches(path.join(folder, 'answers.json'))),
      );
      assert.equal(searches?.length, theirs.length);
      theirs.forEach((search, index) => {
        const ours: Search['answer'] = searches[index]!.answer;
        const said = `${search.filter} ${String(search.order_by)} ${search.view}`;
        if (NAN.has(search.filter) && version !== '1.0.0') {
          assert.deepEqual(ours.runs, [], said);
        } else if (OURS.has(search.filter)) {
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
