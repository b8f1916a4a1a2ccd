import * as assert from 'node:assert/strict';
import { StoreError } from '../../../../src/mlflow/errors';
import type { Change, Fact } from '../../../../src/mlflow/writer';
import { facts } from '../../../../src/registry/preview';
import type { Exchange } from '../../../../src/stores/rest/exchange';
import { createRestWriter } from '../../../../src/stores/rest/writer';
import { SmallRegistry, type Trouble } from '../../../support/smallRegistry';

const name = "taxi's model";
const UNAVAILABLE: Trouble = {
  status: 503,
  contentType: 'application/json',
  body: '{"error_code": "TEMPORARILY_UNAVAILABLE", "message": "(psycopg2.errors.DeadlockDetected) deadlock"}',
};
const promote: Change = {
  type: 'transitionModelVersionStage',
  ...{ name, version: '2', stage: 'Production', archiveExistingVersions: true },
};
const create: Change = { type: 'createModelVersion', name, source: 's3://bucket/new', runId: null };

/** Real servers are asked in test/servers/restWriter.test.ts; these moments cannot be had of one. */
describe('a change on a tracking server', () => {
  let server: SmallRegistry;
  beforeEach(() => {
    server = new SmallRegistry(name);
    server.set('1', 'Production');
    server.set('2', 'None');
    server.set('3', 'None');
  });

  const apply = (changes: Change[], expected: Fact[] = [], signal?: AbortSignal, onWaiting?: () => void) =>
    createRestWriter(server.exchange, async () => server.api).apply({ changes, expected }, signal, onWaiting);
  const stages = (): string =>
    [...server.versions].map(([number, { stage }]) => `${number} ${stage}`).join(', ');
  const onWrites = (trouble: Trouble | null, times = Infinity): void => {
    let left = times;
    server.trouble = (endpoint, { method }) =>
      method !== 'GET' && !endpoint.endsWith('/search') && left-- > 0 ? trouble : null;
  };

  for (const code of ['NOT_FOUND', 'NOT_A_STORE', 'UNAUTHENTICATED', 'PERMISSION_DENIED'] as const) {
    it(`says no more than why where a change reached no MLflow (${code}): it is not there, and will not come`, async () => {
      const exchange: Exchange = (request, given) =>
        request.method === 'GET'
          ? server.exchange(request, given)
          : Promise.reject(new StoreError(code, 'Nobody took it.'));
      const writer = createRestWriter(exchange, async () => server.api);
      for (const change of [promote, create]) {
        await assert.rejects(writer.apply({ changes: [change], expected: [] }), {
          code,
          message: 'Nobody took it.',
        });
      }
    });
  }

  it('ends at once where nobody waits for it any more, while the server has no time for it', async () => {
    onWrites(UNAVAILABLE);
    const given = new AbortController();
    await assert.rejects(
      apply([promote], [], given.signal, () => given.abort()),
      { code: 'CANCELLED', message: 'Canceled: nothing was changed.' },
    );
    assert.equal(server.writes.length, 1);
  });

  it('takes nothing of an answer that another request should have had', async () => {
    const other = JSON.stringify({ model_version: { name, version: '3', current_stage: 'Production' } });
    server.trouble = (endpoint) =>
      endpoint === 'model-versions/get'
        ? { status: 200, contentType: 'application/json', body: other }
        : null;
    const seen = [facts.stage(name, '2', 'None')];
    await assert.rejects(apply([promote], seen), { code: 'INTERNAL_ERROR', message: /is damaged: refresh/ });
    assert.deepEqual(server.writes, []);
  });

  it('is not prepared for ever where the server’s list of versions goes in circles', async () => {
    const circle = JSON.stringify({ model_versions: [{ name, version: '1' }], next_page_token: 'again' });
    server.trouble = (endpoint) =>
      endpoint === 'model-versions/search'
        ? { status: 200, contentType: 'application/json', body: circle }
        : null;
    await assert.rejects(apply([promote], [facts.versionsInStage(name, 'Production', ['1'])]), {
      code: 'INTERNAL_ERROR',
      message: /list of "model-versions\/search" has no end/,
    });
    assert.ok(server.asked.length < 10, `${server.asked.length} requests`);
    assert.deepEqual(server.writes, []);
  });

  it('asks for the versions of a model whose name no filter can say among all', async () => {
    const odd = 'C:\\models\\';
    await apply([promote], [facts.versionsInStage(odd, 'Production', [])]);
    const [search] = server.asked.filter(({ path }) => path.includes('model-versions/search'));
    assert.ok(!search!.path.includes('filter='), search!.path);
  });

  it('tells the times that the server wrote, of each change', async () => {
    const { now, times, meanwhile, created } = await apply([
      promote,
      { type: 'setRegisteredModelAlias', name, alias: 'champion', version: '2' },
      { ...promote, version: '3', stage: 'Staging' },
    ]);
    assert.deepEqual(
      { now, times, meanwhile, created },
      { now: 1005, times: [1005, null, 1006], meanwhile: undefined, created: [null, null, null] },
    );
    assert.equal(stages(), '1 Archived, 2 Production, 3 Staging');
  });

  it('says which versions two who promoted at once left in a stage, and how to mend it', async () => {
    server.afterWrite = () => server.set('3', 'Production');
    const { meanwhile } = await apply([promote]);
    assert.deepEqual(meanwhile, [
      'Somebody else promoted at the same time: v2 and v3 of taxi\'s model are both in Production now. Archive what should not be there ("Archive Model Version").',
    ]);
  });

  it('says so too where nothing had to be archived, if nothing was seen in the stage', async () => {
    server.set('1', 'None');
    server.afterWrite = () => server.set('3', 'Production');
    const change = { ...promote, archiveExistingVersions: false };
    const seen = [facts.versionsInStage(name, 'Production', [])];
    assert.match((await apply([change], seen)).meanwhile?.[0] ?? '', /v2 and v3 .* are both in Production/);
  });

  it('says nothing of versions that were to stay beside it', async () => {
    const change = { ...promote, archiveExistingVersions: false };
    const seen = [facts.versionsInStage(name, 'Production', ['1'])];
    assert.equal((await apply([change], seen)).meanwhile, undefined);
  });

  it('says what is there where somebody else changed the same thing again', async () => {
    server.afterWrite = () => server.set('2', 'Archived');
    assert.deepEqual((await apply([promote])).meanwhile, [
      'Somebody else wrote at the same time: the stage of taxi\'s model v2 is "Archived" now, not "Production".',
    ]);
  });

  it('is sent again where the server had no time for it, after everything was read again', async () => {
    onWrites(UNAVAILABLE, 2);
    let waited = 0;
    await apply([promote], [facts.stage(name, '2', 'None')], undefined, () => waited++);
    assert.equal(stages(), '1 Archived, 2 Production, 3 None');
    assert.equal(waited, 1);
    const order = server.asked.map(({ method, path }) =>
      method === 'GET' ? (path.includes('model-versions/get') ? 'read' : 'look') : 'write',
    );
    assert.equal(order.filter((each) => each === 'write').length, 3);
    assert.ok(!/write write/.test(order.join(' ')), order.join(' '));
  });

  it('is refused where somebody else was faster while the server had no time', async () => {
    onWrites(UNAVAILABLE, 1);
    const busy = server.trouble;
    server.trouble = (endpoint, request) => {
      const trouble = busy(endpoint, request);
      if (trouble !== null) {
        server.set('2', 'Staging');
      }
      return trouble;
    };
    await assert.rejects(apply([promote], [facts.stage(name, '2', 'None')]), { code: 'STALE' });
    assert.equal(stages(), '1 Production, 2 Staging, 3 None');
    assert.equal(server.writes.length, 1);
  });

  it('is given up after four times, and says that nothing was changed', async () => {
    onWrites(UNAVAILABLE);
    await assert.rejects(apply([promote]), (error: StoreError) => {
      assert.equal(error.code, 'BUSY');
      assert.match(error.message, /Nothing was changed\.$/);
      return true;
    });
    assert.equal(server.writes.length, 4);
  });

  it('counts as made where only the answer was lost', async () => {
    onWrites('carried out and lost');
    const { meanwhile } = await apply([promote]);
    assert.equal(meanwhile, undefined);
    assert.equal(stages(), '1 Archived, 2 Production, 3 None');
    assert.equal(server.writes.length, 1, 'it was sent once');
  });

  it('is never sent again where no answer came: the server may still be at it', async () => {
    onWrites('lost');
    await assert.rejects(apply([promote]), (error: StoreError) => {
      assert.equal(error.code, 'BUSY');
      assert.match(
        error.message,
        /^The server did not answer in 30 seconds\. The change is not there now, and may still come: look before/,
      );
      return true;
    });
    assert.equal(server.writes.length, 1);
  });

  it('says that nobody knows where it cannot be read afterwards either', async () => {
    let isGone = false;
    server.trouble = (_, { method }) => ((isGone ||= method !== 'GET') ? 'lost' : null);
    await assert.rejects(apply([promote]), /It may have been changed or not: look before you try again\.$/);
  });

  it('that creates is never sent twice, whatever the server says', async () => {
    for (const trouble of [UNAVAILABLE, 'lost'] as const) {
      onWrites(trouble);
      const sent = server.writes.length;
      await assert.rejects(apply([create]), { code: 'BUSY' });
      assert.equal(server.writes.length, sent + 1);
      assert.equal(server.versions.size, 3);
    }
  });

  it('that creates is found by what was asked for where only the answer was lost', async () => {
    onWrites('carried out and lost');
    const { created } = await apply([create, { type: 'createRun', experimentId: '7', runName: 'made' }]);
    assert.deepEqual(created, ['4', 'run 1']);
    assert.deepEqual(server.writes, ['POST model-versions/create', 'POST runs/create']);
  });

  it('is not stopped halfway: what is sent is heard out, and nothing is sent after a cancellation', async () => {
    const controller = new AbortController();
    server.afterWrite = () => controller.abort();
    const changes = [promote, { ...promote, version: '3' }];
    await assert.rejects(apply(changes, [], controller.signal), { code: 'PARTLY_APPLIED' });
    assert.deepEqual(server.writes, ['POST model-versions/transition-stage']);
    assert.equal(stages(), '1 Archived, 2 Production, 3 None');
  });

  it('says of the part that was made what it says of the whole', async () => {
    let left = 1;
    server.afterWrite = () => void (left-- > 0 && server.set('3', 'Production'));
    const changes = [promote, { ...promote, version: '99' }];
    await assert.rejects(apply(changes), (error: StoreError) => {
      const { result } = error.details as { result: { times: unknown; meanwhile: string[] } };
      assert.deepEqual(result.times, [1005]);
      assert.match(result.meanwhile[0] ?? '', /v2 and v3/);
      return true;
    });
  });

  it('reads an entity once for all that is asked of it before a change', async () => {
    const seen = [
      facts.stage(name, '2', 'None'),
      facts.versionDescription(name, '2', ''),
      facts.versionTag(name, '2', 'absent', null),
      facts.alias(name, 'absent', null),
      facts.modelTag(name, 'absent', null),
    ];
    await apply([{ type: 'setRegisteredModelAlias', name, alias: 'champion', version: '2' }], seen);
    const reads = server.asked.map(
      ({ method, path }) => `${method} ${path.slice(server.api.base.length).split('?')[0]}`,
    );
    assert.deepEqual(reads, [
      'GET model-versions/get',
      'GET registered-models/get',
      'POST registered-models/alias',
      'GET registered-models/get',
    ]);
  });
});
