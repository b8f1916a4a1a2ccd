import * as path from 'node:path';
import { answers } from '../../../../scripts/inspect/answers';
import { toJson } from '../../../../scripts/inspect/json';
import { fixture } from '../../../support/fixtures';
import {
  compareAnswers,
  compareSearches,
  parseAnswers,
  readAnswers,
  searchesOf,
} from '../../../support/oracle';
import { ERA_OF, ExchangedStore, replayed } from '../../../support/servers/recorded';

/** Versions whose servers were recorded with the store that their own MLflow made (recordServer.ts). */
const RECORDED = ['1.30.1', '2.14.3', '3.5.1', '3.17.2'] as const;

describe('answers of a tracking server, as real ones were recorded, beside those of MLflow’s own client', function () {
  this.timeout(60_000);

  for (const version of RECORDED) {
    it(`MLflow ${version}: every field of every experiment, run, history and model, and every search`, async () => {
      const oracle = readAnswers(path.join(await fixture(`sqlite-${ERA_OF[version]}`), 'answers.json'));
      // They lie where the server finds none: test/servers/restArtifacts.test.ts asks for artifacts.
      oracle['runs']?.forEach((run) => delete run['artifacts']);
      const searches = searchesOf(oracle);
      const store = new ExchangedStore(replayed(version));
      // The client that was asked read the database that is behind the server.
      const ours = parseAnswers(toJson(await answers(store, searches, 'sqlite')));
      compareAnswers(ours, oracle);
      compareSearches(ours, oracle);
    });
  }
});
