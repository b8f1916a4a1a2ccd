import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { answers } from '../../../../scripts/inspect/answers';
import { toJson } from '../../../../scripts/inspect/json';
import { fixture } from '../../../support/fixtures';
import { compareAnswers, OUR_SEARCHES, parseAnswers, readAnswers, searchesOf } from '../../../support/oracle';
import { ExchangedStore, replayed } from '../../../support/servers/recorded';

/** Versions whose servers were recorded with the store that their own MLflow made (recordServer.ts). */
const RECORDED = ['3.17.2'] as const;

describe('answers of a tracking server, as real ones were recorded, beside those of MLflow’s own client', function () {
  this.timeout(60_000);

  for (const version of RECORDED) {
    it(`MLflow ${version}: every field of every experiment, run, history and model, and every search`, async () => {
      const oracle = readAnswers(path.join(await fixture(`sqlite-${version}`), 'answers.json'));
      // They lie where the server finds none: test/servers/restArtifacts.test.ts asks for artifacts.
      oracle['runs']?.forEach((run) => delete run['artifacts']);
      const searches = searchesOf(oracle);
      const store = new ExchangedStore(replayed(version));
      // The client that was asked read the database that is behind the server.
      const ours = parseAnswers(toJson(await answers(store, searches, 'sqlite')));
      compareAnswers(ours, oracle);
      assert.ok(searches.length > 50, 'searches were compared');
      searchesOf(ours).forEach(({ filter, answer }, index) => {
        const expected = searches[index]!.answer;
        if (!OUR_SEARCHES.has(filter)) {
          assert.deepEqual(answer.runs, expected.runs, filter);
        }
      });
    });
  }
});
