import * as assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { workerBundle } from '../../../../scripts/workerBundle';
import { isStoreError, traceOf, type StoreError, type StoreErrorCode } from '../../../../src/mlflow/errors';
import type { TrackingStore } from '../../../../src/mlflow/store';
import { createOpener } from '../../../../src/stores/open';
import { OpenStores } from '../../../../src/stores/openStores';
import { authorization, NO_ACCESS, type ServerAccess } from '../../../../src/stores/rest/access';
import { openServer, type OpenedServer } from '../../../../src/stores/rest/openServer';
import {
  answers,
  badProxy,
  cutsOff,
  garbles,
  neverAnswers,
  redirects,
  serveWith,
  slowBytes,
  truncates,
  waitsFor,
  wrongLength,
  type BadProxy,
  type Fault,
  type Served,
} from '../../../support/network/badProxy';
import { serveRecorded, type ServedRecorded } from '../../../support/servers/served';

const CANARY = 'canary-7b30d2';
const ACCESS: ServerAccess = {
  ...NO_ACCESS,
  headers: { Authorization: authorization({ user: 'ada', password: CANARY }), 'X-Team': CANARY },
  who: 'ada',
};
const BASIC = ACCESS.headers['Authorization']!.slice(6);
/** Of the answers that no fault touches. */
const EXPERIMENTS = { view: 'ACTIVE_ONLY', maxResults: 10 } as const;

interface Trouble {
  what: string;
  fault: Fault;
  code: StoreErrorCode;
  sentence: RegExp;
  /** Requests for one thing that is asked for. */
  requests: number;
  /** It takes as long as our patience. */
  isLate?: true;
}

const json = (status: number, body: unknown, headers = {}): Fault =>
  answers(status, 'application/json', JSON.stringify(body), headers);
const html = (status: number, headers = {}): Fault =>
  answers(status, 'text/html', `<html>${CANARY}</html>`, headers);
/** Lets it through as it is. */
const handsOn: Fault = waitsFor(Promise.resolve());
const busy = (status: number): RegExp =>
  new RegExp(
    `^The tracking server, or a proxy in front of it, cannot answer now \\(HTTP ${status}\\): try again in a minute\\.$`,
  );

const TROUBLES: Trouble[] = [
  {
    what: 'ends the connection',
    fault: cutsOff,
    code: 'BUSY',
    sentence: /^The connection to http:\S+ ended before the answer was whole: try again/,
    requests: 3,
  },
  {
    what: 'ends it amid an answer',
    fault: truncates,
    code: 'BUSY',
    sentence: /^The connection to http:\S+ ended before the answer was whole: try again/,
    requests: 3,
  },
  {
    what: 'says a length that is too long',
    fault: wrongLength(7),
    code: 'BUSY',
    sentence: /^The connection to http:\S+ ended before the answer was whole: try again/,
    requests: 3,
  },
  {
    what: 'says a length that is too short',
    fault: wrongLength(-7),
    code: 'BUSY',
    sentence: /^The answer of http:\S+ is damaged \(HPE_\w+\): refresh, and look at what stands between/,
    requests: 1,
  },
  {
    what: 'does not answer',
    fault: neverAnswers,
    code: 'BUSY',
    sentence: /^http:\S+ did not answer within 0\.5 seconds: the server is busy or the network is slow\./,
    requests: 1,
    isLate: true,
  },
  {
    what: 'answers a byte now and then',
    fault: slowBytes,
    code: 'BUSY',
    sentence: /^http:\S+ did not answer within 0\.5 seconds: the server is busy or the network is slow\./,
    requests: 1,
    isLate: true,
  },
  {
    what: 'speaks something else than HTTP',
    fault: garbles,
    code: 'NOT_A_STORE',
    sentence: /^What answers at http:\S+ does not speak HTTP as a tracking server does/,
    requests: 1,
  },
  {
    what: 'fails (500)',
    fault: html(500),
    code: 'INTERNAL_ERROR',
    sentence: /^The tracking server failed at "experiments\/search" \(HTTP 500\): its log says why\.$/,
    requests: 1,
  },
  { what: 'has no server behind it (502)', fault: html(502), code: 'BUSY', sentence: busy(502), requests: 3 },
  { what: 'waits in vain for it (504)', fault: html(504), code: 'BUSY', sentence: busy(504), requests: 3 },
  { what: 'has no time (503)', fault: html(503), code: 'BUSY', sentence: busy(503), requests: 1 },
  {
    what: 'has no time for a statement (503 of MLflow itself)',
    fault: json(503, { error_code: 'TEMPORARILY_UNAVAILABLE', message: 'deadlock detected\n[SQL: UPDATE]' }),
    code: 'BUSY',
    sentence: /^deadlock detected$/,
    requests: 3,
  },
  {
    what: 'is asked too much (429)',
    fault: html(429, { 'retry-after': '0' }),
    code: 'BUSY',
    sentence: /^The tracking server is asked too much \(HTTP 429\): try again in a minute\.$/,
    requests: 3,
  },
  {
    what: 'is asked too much, as a gateway says it in JSON',
    fault: json(429, { message: 'API rate limit exceeded' }, { 'retry-after': '3600' }),
    code: 'BUSY',
    sentence:
      /^The tracking server is asked too much \(HTTP 429: API rate limit exceeded\): try again in a minute\.$/,
    requests: 1,
  },
  {
    what: 'does not take the password (401)',
    fault: html(401, { 'www-authenticate': 'Basic realm="mlflow"' }),
    code: 'UNAUTHENTICATED',
    sentence: /^http:\S+ does not accept the user and password that you are signed in with: sign in again\.$/,
    requests: 1,
  },
  {
    what: 'does not allow it (403)',
    fault: html(403),
    code: 'PERMISSION_DENIED',
    sentence: /^The tracking server does not allow you this: ask who runs it for the permission\.$/,
    requests: 1,
  },
  {
    what: 'checks the host (403)',
    fault: answers(403, 'text/plain', 'Invalid Host header - possible DNS rebinding attack detected'),
    code: 'PERMISSION_DENIED',
    sentence: /^The tracking server refuses this host name: who runs it can allow it by "mlflow server --all/,
    requests: 1,
  },
  {
    what: 'shows a sign-in page',
    fault: html(200),
    code: 'NOT_A_STORE',
    sentence:
      /^The server did not answer as MLflow does \(text\/html\): is there a sign-in page of a proxy in/,
    requests: 1,
  },
  {
    what: 'has no such endpoint any more (404)',
    fault: html(404),
    code: 'NOT_SUPPORTED_BY_SCHEMA',
    sentence: /^This tracking server has no "experiments\/search": its MLflow is too old for it\.$/,
    requests: 1,
  },
  {
    what: 'answers JSON that is no object',
    fault: json(200, [{ experiments: [] }]),
    code: 'INTERNAL_ERROR',
    sentence: /^The tracking server's answer to "experiments\/search" is damaged: refresh, and look at what/,
    requests: 1,
  },
];

function statusOf({ state }: TrackingStore): string {
  return state.status;
}

describe('a store behind a broken network', function () {
  this.timeout(60_000);
  let server: ServedRecorded;
  let elsewhere: Served;
  let proxy: BadProxy;
  let stores: OpenStores;
  let store: TrackingStore;
  /** The same, with little patience. */
  let impatient: TrackingStore;
  let folder: string;
  /** Whatever anybody was told. */
  const told: string[] = [];

  before(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lens-broken-'));
    server = await serveRecorded('3.17.2');
    elsewhere = await serveWith((_seen, _request, response) => response.end());
    proxy = await badProxy(server.url);
    stores = new OpenStores(
      createOpener({
        distFolder: workerBundle(),
        pythonPath: () => '',
        readOnlyReason: () => null,
        openServer: (uri) =>
          openServer(uri, {
            distFolder: workerBundle(),
            accessOf: () => Promise.resolve(ACCESS),
            userAgent: 'mlflow-lens/test',
            openedFolders: () => [],
            downloadFolder: folder,
            network: { pauses: [1, 1], ...(uri.endsWith('/impatient') && { patience: 500 }) },
          }),
      }),
    );
    store = await opened(proxy.url);
    impatient = await opened(`${proxy.url}/impatient`);
    assert.ok((await store.searchExperiments(EXPERIMENTS)).items.length > 0);
  });

  beforeEach(() => {
    proxy.always = null;
    proxy.faults.length = 0;
    proxy.seen.length = 0;
  });

  after(async () => {
    stores?.dispose();
    await fs.rm(folder, { recursive: true, force: true });
    await Promise.all([proxy, elsewhere, server].map((each) => each?.close()));
    assert.ok(told.length > TROUBLES.length);
    for (const text of told) {
      assert.ok(!text.includes(CANARY) && !text.includes(BASIC), `a credential stands in: ${text}`);
    }
    assert.equal(elsewhere.seen.length, 0, 'another host was asked');
  });

  async function opened(uri: string): Promise<TrackingStore> {
    stores.add(uri, 'added by you');
    return stores.get(uri);
  }

  /** What is asked in time after a fault may still be late on a busy machine, and is asked again then. */
  async function isBack(broken: TrackingStore): Promise<void> {
    for (let tries = 0; tries < 20 && statusOf(broken) !== 'ok'; tries++) {
      await broken.refresh();
    }
    assert.equal(statusOf(broken), 'ok');
  }

  async function refused(
    asked: Promise<unknown>,
    code: StoreErrorCode,
    sentence: RegExp,
  ): Promise<StoreError> {
    const error = await asked.then(
      (value) => assert.fail(`it was answered: ${JSON.stringify(value)}`),
      (reason: unknown) => reason,
    );
    assert.ok(isStoreError(error), String(error));
    told.push(error.message, traceOf(error), JSON.stringify(error.details ?? null));
    assert.match(error.message, sentence);
    assert.equal(error.code, code);
    return error;
  }

  for (const { what, fault, code, sentence, requests, isLate } of TROUBLES) {
    it(`says in one sentence that the server ${what}, keeps what is shown, and goes on when it is over`, async () => {
      const broken = isLate ? impatient : store;
      await isBack(broken);
      proxy.always = fault;
      proxy.seen.length = 0;
      await refused(broken.searchExperiments(EXPERIMENTS), code, sentence);
      assert.equal(proxy.seen.length, requests);

      await broken.refresh();
      const { state } = broken;
      assert.ok(state.status === 'gone');
      told.push(state.message);
      assert.match(state.message, /^[^\n]{20,400}[.?]$|^deadlock detected$/);

      proxy.always = null;
      await isBack(broken);
      assert.equal(await stores.get(broken.uri), broken);
    });
  }

  it('says where its server went, and asks nobody there', async () => {
    proxy.always = redirects(`${elsewhere.url}/sign-in?to=${CANARY}`);
    await refused(
      store.searchExperiments(EXPERIMENTS),
      'NOT_A_STORE',
      /sends requests on to http:\/\/127\.0\.0\.1:\d+, which is not followed: if that is a sign-in page/,
    );
    await store.refresh();
    assert.equal(statusOf(store), 'gone');
    assert.equal(elsewhere.seen.length, 0);
    proxy.always = null;
    await store.refresh();
    assert.equal(statusOf(store), 'ok');
  });

  it('takes no answer that another request should have had', async () => {
    const [one, other] = server.runIds as [string, string];
    const real = await store.getRun(one);
    const handsOut =
      (path: string): Fault =>
      async (_request, response) => {
        const answer = await fetch(server.url + path, { headers: ACCESS.headers });
        response.writeHead(200, { 'content-type': 'application/json' }).end(await answer.text());
      };
    const damaged = /^The tracking server's answer to "[\w/-]+" is damaged: refresh, and look at what stands/;
    const ofRun = handsOut(`/api/2.0/mlflow/runs/get?run_id=${other}`);
    const ofModels = handsOut('/api/2.0/mlflow/registered-models/search?max_results=1000');
    for (const fault of [ofRun, ofModels]) {
      proxy.always = fault;
      await refused(store.getRun(one), 'INTERNAL_ERROR', damaged);
      await refused(store.getRunInputs(one), 'INTERNAL_ERROR', damaged);
      await refused(store.getExperiment('1'), 'INTERNAL_ERROR', damaged);
    }
    await refused(store.searchExperiments(EXPERIMENTS), 'INTERNAL_ERROR', damaged);
    const query = { experimentIds: ['1'], view: 'ACTIVE_ONLY', maxResults: 25 } as const;
    await refused(
      store.searchRuns({ ...query, params: 'all', metrics: 'all', tags: 'all' }),
      'INTERNAL_ERROR',
      damaged,
    );
    proxy.always = null;
    assert.deepEqual(await store.getRun(one), real);
  });

  it('takes no sign-in page for a file', async () => {
    const [runId] = server.runIds as [string];
    const owner = { runId };
    const page = /^The server did not answer as MLflow does \(text\/html\): is there a sign-in page/;
    proxy.always = async (request, response, ask) =>
      (request.url!.includes('/get-artifact') ? html(200) : handsOn)(request, response, ask);
    for (const file of ['model.pkl', 'report.html']) {
      await refused(store.readArtifact(owner, file, { offset: 0, length: 100 }), 'NOT_A_STORE', page);
      await refused(store.locateArtifact!(owner, file), 'NOT_A_STORE', page);
    }
    // MLflow gives out an HTML file as an attachment.
    proxy.always = html(200, { 'content-disposition': 'attachment; filename=report.html' });
    const bytes = await store.readArtifact(owner, 'report.html', { offset: 0, length: 6 });
    assert.equal(Buffer.from(bytes).toString(), '<html>');
    const left = await fs.readdir(folder, { recursive: true });
    for (const name of left) {
      assert.ok(!name.includes('model') && !name.includes('report'), `${name} is left in the storage`);
    }
  });

  it('gives up a wait at once, and its place to the next', async () => {
    let arrived = 0;
    let allHere = (): void => undefined;
    const here = new Promise<void>((resolve) => (allHere = resolve));
    proxy.always = () => {
      if (++arrived === 4) {
        allHere();
      }
    };
    const given = new AbortController();
    const ids = server.runIds.slice(0, 6);
    const slow = Promise.allSettled(ids.slice(0, 4).map((runId) => store.getRun(runId, given.signal)));
    await here;
    const next = store.getRun(ids[4]!);
    proxy.always = null;
    given.abort();
    for (const result of await slow) {
      assert.ok(result.status === 'rejected');
      assert.equal((result.reason as StoreError).code, 'CANCELLED');
    }
    assert.equal((await next).info.runId, ids[4]);
  });
});

describe('a tracking server that is started anew', function () {
  this.timeout(60_000);
  let server: ServedRecorded;
  let behind: string;
  let proxy: BadProxy;
  let store: TrackingStore;
  const opened: OpenedServer[] = [];

  before(async () => {
    server = await serveRecorded('3.17.2');
    behind = server.url;
    server.version = '2.14.3';
    proxy = await badProxy(() => behind);
    opened.push(
      await openServer(proxy.url, {
        distFolder: workerBundle(),
        accessOf: () => Promise.resolve(ACCESS),
        userAgent: 'mlflow-lens/test',
        openedFolders: () => [],
        downloadFolder: '',
        network: { pauses: [1, 1] },
      }),
    );
    store = opened[0]!.store;
  });

  after(async () => {
    opened.forEach((each) => each.store.dispose());
    await Promise.all([proxy.close(), server.close()]);
  });

  it('is another one after an upgrade, in what it has too: what it is is found out anew', async () => {
    const old = await store.describe();
    assert.equal(old.features.loggedModels, false);
    assert.deepEqual(await versionOf(store), ['2.14.3']);
    server.version = '3.17.2';
    let told = 0;
    store.setPollInterval(600_000);
    const listening = store.onDidChange(() => told++);
    await store.refresh();
    assert.ok(told > 0, 'nobody was told');
    const now = await store.describe();
    assert.equal(now.features.loggedModels, true);
    assert.deepEqual(await versionOf(store), ['3.17.2']);
    listening.dispose();
    store.setPollInterval(0);
  });

  it('is gone while it is away, with the sentence that says so, and comes back', async () => {
    await store.searchExperiments(EXPERIMENTS);
    await server.close();
    proxy.always = (request) => void request.socket.destroy();
    await store.refresh();
    assert.equal(statusOf(store), 'gone');
    server = await serveRecorded('3.17.2');
    behind = server.url;
    proxy.always = null;
    await store.refresh();
    assert.equal(statusOf(store), 'ok');
    assert.ok((await store.searchExperiments(EXPERIMENTS)).items.length > 0);
  });

  async function versionOf(about: TrackingStore): Promise<string[]> {
    const { details } = await about.describe();
    return details.flatMap(({ label, value }) => (label === 'MLflow' ? [value] : []));
  }
});
