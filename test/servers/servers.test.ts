import * as assert from 'node:assert/strict';
import { call, probe } from '../../src/stores/rest/api';
import { plainExchange } from '../support/servers/exchange';
import type { RunningServer } from '../support/servers/server';
import { teamServer } from '../support/servers/shared';

/** What our end of MLflow's REST API makes of a real server's answers. */
describe('a tracking server below a prefix, that wants a password', function () {
  this.timeout(600_000);
  let server: RunningServer;

  before(async () => {
    server = await teamServer();
  });

  it('says which MLflow it is and where its API lies', async () => {
    assert.deepEqual(await probe(plainExchange(server), null), {
      version: '3.17.2',
      release: { major: 3, minor: 17 },
      base: '/api/2.0/mlflow/',
      workspace: null,
    });
  });

  it('says that it has no workspaces, no such run and no such endpoint', async () => {
    const exchange = plainExchange(server);
    await assert.rejects(probe(exchange, 'team'), { code: 'UNSUPPORTED' });
    const api = await probe(exchange, null);
    const args = { run_id: 'f'.repeat(32) };
    await assert.rejects(call(exchange, api, { method: 'GET', endpoint: 'runs/get', args }), {
      code: 'RESOURCE_DOES_NOT_EXIST',
    });
    await assert.rejects(call(exchange, api, { method: 'GET', endpoint: 'runs/forget' }), {
      code: 'NOT_SUPPORTED_BY_SCHEMA',
    });
  });
});
