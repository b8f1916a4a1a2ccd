import * as assert from 'node:assert/strict';
import { ViewState } from '../../../src/state/viewState';
import { learnRunColors } from '../../../src/stores/runColors';
import { sqliteUri } from '../../../src/stores/uri';
import { removeTempFolders } from '../../support/database';
import { makeHistoryStore, runIdOf } from '../../support/histories';
import { openStores } from '../../support/pageHarness';

describe('colours of runs from their tags', () => {
  after(removeTempFolders);

  it('are read from the store; a run that is gone, or a store that is away, takes nothing away', async () => {
    const file = makeHistoryStore([
      { runId: runIdOf(1), tags: { 'mlflow.runColor': '#E7298A' } },
      { runId: runIdOf(2), tags: { 'mlflow.runColor': 'javascript:alert(1)' } },
    ]);
    const uri = sqliteUri(file);
    const stores = openStores(uri);
    const state = new ViewState({ get: () => undefined, update: async () => undefined });
    const [tagged, odd, gone] = [1, 2, 3].map((run) => ({ store: uri, runId: runIdOf(run) }));
    const away = { store: 'sqlite:////nowhere/mlflow.db', runId: runIdOf(1) };
    state.learnColor(away, [{ key: 'mlflow.runColor', value: '#00ff00' }]);
    await learnRunColors(stores, state, [tagged!, odd!, gone!, away]);
    assert.equal(state.colorOf(tagged!).tagged, '#e7298a');
    assert.equal(state.colorOf(odd!).tagged, undefined);
    assert.equal(state.knownColorOf(gone!), undefined);
    assert.equal(state.colorOf(away).tagged, '#00ff00');
    stores.dispose();
  });
});
