import * as assert from 'node:assert/strict';
import { OpenStores } from '../../../src/stores/openStores';
import { placeText, storeFolder } from '../../../src/views/storeText';

function listed(...uris: string[]): OpenStores {
  const stores = new OpenStores({ open: () => Promise.reject(new Error('not opened here')) });
  uris.forEach((uri) => stores.add(uri, 'test'));
  return stores;
}

describe('the row of a store', () => {
  it('says nearest folders where several stores have one name, and no more of them than are needed', () => {
    const uris = [
      'file:///work/course/week%201/mlruns',
      'file:///work/course/week%202/mlruns',
      'file:///work/a/model/mlruns',
      'file:///work/b/model/mlruns',
      'file:///work/mlruns',
      'sqlite:////work/mlflow.db',
      'https://mlflow.example/team',
    ];
    const stores = listed(...uris);
    assert.deepEqual(
      uris.map((uri) => placeText(stores, uri)),
      ['week 1', 'week 2', 'a/model', 'b/model', 'work', null, null],
    );
  });

  it('says no folder for two workspaces of one store', () => {
    const stores = listed('sqlite:////work/mlflow.db', 'sqlite:////work/mlflow.db?workspace=team-a');
    assert.equal(placeText(stores, 'sqlite:////work/mlflow.db'), null);
  });

  it('knows the folder of a store however its address is written', () => {
    assert.equal(storeFolder('file:///my%20runs/mlruns'), '/my runs');
    assert.equal(storeFolder('sqlite:////data/x.db'), '/data');
    assert.equal(storeFolder('https://mlflow.example'), '');
    assert.equal(storeFolder('postgresql://host/db'), '');
  });
});
