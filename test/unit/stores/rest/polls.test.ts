import * as assert from 'node:assert/strict';
import { StoreError } from '../../../../src/mlflow/errors';
import { restAnswers } from '../../../../src/stores/rest/answers';
import type { Exchange } from '../../../../src/stores/rest/exchange';
import { replayed } from '../../../support/servers/recorded';

const SIGNAL = { signal: new AbortController().signal } as const;

describe('a server that is looked at from time to time', () => {
  const { now } = Date;
  let ahead = 0;
  let asked: string[];
  let trouble: StoreError | null;
  let priorities: [string, string][];

  const exchange: Exchange = (request, signal) => {
    asked.push(request.path);
    priorities.push([request.path, request.priority]);
    return trouble ? Promise.reject(trouble) : replayed('3.17.2')(request, signal);
  };

  before(() => (Date.now = () => now() + ahead));
  after(() => (Date.now = now));
  beforeEach(() => {
    asked = [];
    priorities = [];
    trouble = null;
  });

  async function shown(): Promise<ReturnType<typeof restAnswers>> {
    const answers = restAnswers(exchange, { workspace: null, slow: false });
    const query = { view: 'ALL', maxResults: 100 } as const;
    await answers.searchExperiments(query, SIGNAL);
    asked = [];
    return answers;
  }

  /** As often as the editor does it, for ten minutes of an idle window. What the looks came to. */
  async function tenMinutes(answers: ReturnType<typeof restAnswers>): Promise<string[]> {
    const told: string[] = [];
    const tell = (what: string): unknown => what === told.at(-1) || told.push(what);
    for (const end = ahead + 600_000; ahead < end; ahead += 1000) {
      await Promise.resolve(answers.poll({ asked: false }, SIGNAL as never)).then(
        () => tell('there'),
        ({ code, message }: StoreError) => tell(`${code} ${message}`),
      );
    }
    return told;
  }

  it('is not asked by itself any more once it refused the password: accounts get locked', async () => {
    const answers = await shown();
    trouble = new StoreError('UNAUTHENTICATED', 'Sign in again.');
    assert.deepEqual(await tenMinutes(answers), ['there', 'NOT_FOUND Sign in again.']);
    assert.equal(asked.length, 1);
    trouble = null;
    await answers.poll({ asked: true }, SIGNAL);
    assert.deepEqual(await tenMinutes(answers), ['there']);
  });

  it('lets what somebody waits for go first', async () => {
    const answers = await shown();
    await answers.poll({ asked: true }, SIGNAL);
    await answers.searchExperiments({ view: 'ALL', maxResults: 100 }, SIGNAL);
    const experiments = priorities.filter(([path]) => path.endsWith('/experiments/search'));
    assert.deepEqual(
      experiments.slice(-2).map(([, priority]) => priority),
      ['background', 'visible'],
    );
  });

  it('is not away for one look that came at a busy moment, but for two', async () => {
    const answers = await shown();
    const look = async (): Promise<string> => {
      ahead += 60_000;
      return Promise.resolve(answers.poll({ asked: false }, SIGNAL as never)).then(
        () => 'ok',
        ({ code }: StoreError) => code,
      );
    };
    const busy = new StoreError('BUSY', 'It did not answer in time.');
    trouble = busy;
    assert.equal(await look(), 'BUSY');
    trouble = null;
    assert.equal(await look(), 'ok');
    trouble = busy;
    assert.deepEqual([await look(), await look()], ['BUSY', 'NOT_FOUND']);
    trouble = null;
    assert.equal(await look(), 'ok');
  });

  it('is asked less and less often while it is away, and is not taken to be back in between', async () => {
    const answers = await shown();
    trouble = new StoreError('NOT_FOUND', 'Nobody answers.');
    assert.deepEqual(await tenMinutes(answers), ['there', 'NOT_FOUND Nobody answers.']);
    // Every 30 s in the end; whether it is back takes one request.
    assert.ok(asked.length <= 25, `${asked.length} requests in ten minutes`);
    trouble = null;
    ahead += 30_000;
    await answers.poll({ asked: false }, SIGNAL);
    assert.deepEqual(await tenMinutes(answers), ['there']);
  });
});
