import * as assert from 'node:assert/strict';
import { isStoreError } from '../../src/mlflow/errors';
import { fieldsOf } from '../../src/mlflow/shape';
import type { Change, Writer, WriteResult } from '../../src/mlflow/writer';
import { call, probe, type ServerApi } from '../../src/stores/rest/api';
import { objectsOf } from '../../src/stores/rest/entities';
import type { Exchange } from '../../src/stores/rest/exchange';
import { createRestWriter } from '../../src/stores/rest/writer';
import { plainExchange } from '../support/servers/exchange';
import { teamServer } from '../support/servers/shared';

const TIMES = 200;
const NAME = 'promoted by two at once';
const VERSIONS = ['1', '2'] as const;

/** Holds the first promotion of each client until all of them are about to promote. */
class Start {
  private waiting: (() => void)[] = [];

  constructor(private readonly clients: number) {}

  arrive(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length === this.clients) {
        this.waiting.splice(0).forEach((go) => go());
      }
    });
  }
}

/** What one client was told, and when the server answered the last promotion that it sent. */
interface Told {
  version: string;
  answered: number;
  result: WriteResult | null;
  refusal: string | null;
}

describe('two who promote at once on a real tracking server on PostgreSQL', function () {
  this.timeout(600_000);
  let exchange: Exchange;
  let api: ServerApi;

  const send = async (endpoint: string, args: Record<string, unknown>, method: 'POST' | 'DELETE' = 'POST') =>
    fieldsOf(await call(exchange, api, { method, endpoint, args }));

  before(async () => {
    exchange = plainExchange(await teamServer());
    api = await probe(exchange, null);
    await send('registered-models/create', { name: NAME });
    for (const _ of VERSIONS) {
      await send('model-versions/create', { name: NAME, source: 's3://somewhere/model' });
    }
  });
  after(() => send('registered-models/delete', { name: NAME }, 'DELETE'));

  async function inProduction(): Promise<string[]> {
    const args = { filter: `name = '${NAME}'` };
    const found = await call(exchange, api, { method: 'GET', endpoint: 'model-versions/search', args });
    return objectsOf(fieldsOf(found)['model_versions'])
      .filter((version) => version['current_stage'] === 'Production')
      .map((version) => String(version['version']))
      .toSorted();
  }

  async function promote(version: string, start: Start): Promise<Told> {
    let [answered, isFirst] = [0, true];
    const watched: Exchange = async (request, signal) => {
      if (!request.path.endsWith('/transition-stage')) {
        return exchange(request, signal);
      }
      if (isFirst) {
        isFirst = false;
        await start.arrive();
      }
      try {
        return await exchange(request, signal);
      } finally {
        answered = performance.now();
      }
    };
    const writer: Writer = createRestWriter(watched, async () => api);
    const change: Change = {
      type: 'transitionModelVersionStage',
      name: NAME,
      version,
      stage: 'Production',
      archiveExistingVersions: true,
    };
    try {
      const result = await writer.apply({ changes: [change], expected: [] });
      return { version, answered, result, refusal: null };
    } catch (error) {
      assert.ok(isStoreError(error), String(error));
      return { version, answered, result: null, refusal: error.message };
    }
  }

  it(`what the one whose promotion came last is told is what is there, ${TIMES} times`, async () => {
    const seen = { alone: 0, both: 0, refused: 0 };
    for (let time = 1; time <= TIMES; time++) {
      const start = new Start(VERSIONS.length);
      const told = await Promise.all(VERSIONS.map((version) => promote(version, start)));
      const there = await inProduction();
      const said = JSON.stringify({ time, there, told });
      const last = told.toSorted((a, b) => b.answered - a.answered)[0]!;
      const { meanwhile } = last.result ?? {};
      if (last.refusal !== null) {
        seen.refused++;
        assert.match(last.refusal, /Nothing was changed\.$/, said);
        assert.ok(!there.includes(last.version), said);
      } else if (meanwhile === undefined) {
        seen.alone++;
        assert.deepEqual(there, [last.version], said);
      } else {
        seen.both++;
        assert.notDeepEqual(there, [last.version], said);
        const words = meanwhile.join(' ');
        const both = `v${there.join(' and v')} of ${NAME} are both in Production now.`;
        assert.ok(there.length < 2 || words.includes(both), said);
        assert.match(words, /Archive what should not be there|is "Archived" now/, said);
      }
    }
    assert.ok(seen.both > 0, `they never came at once: ${JSON.stringify(seen)}`);
  });
});
