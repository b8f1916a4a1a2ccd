import * as assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import type { StoreError } from '../../../../src/mlflow/errors';
import type { TrackingStore } from '../../../../src/mlflow/store';
import { authorization, NO_ACCESS, type ServerAccess } from '../../../../src/stores/rest/access';
import { bomb, large, redirects, type BadProxy, type Fault } from '../../../support/network/badProxy';
import { BrokenNetwork, EXPERIMENTS, statusOf } from '../../../support/network/brokenNetwork';
import { CANARY, handsOn, html, TROUBLES } from '../../../support/network/troubles';
import { serveRecorded, type ServedRecorded } from '../../../support/servers/served';

const ACCESS: ServerAccess = {
  ...NO_ACCESS,
  headers: { Authorization: authorization({ user: 'ada', password: CANARY }), 'X-Team': CANARY },
  who: 'ada',
};

/** 100 MB of which nobody says how much it is. */
function endless(): Fault {
  return large(100_000_000, false, { bytes: 0, closed: Promise.resolve() });
}

describe('a store behind a broken network', function () {
  this.timeout(60_000);
  let server: ServedRecorded;
  let network: BrokenNetwork;
  /** The same, with little patience. */
  let impatient: BrokenNetwork;
  let proxy: BadProxy;
  let store: TrackingStore;

  before(async () => {
    server = await serveRecorded('3.17.2');
    network = await BrokenNetwork.open(server.url, ACCESS);
    impatient = await BrokenNetwork.open(server.url, ACCESS, 1500);
    ({ proxy, store } = network);
  });

  beforeEach(() => network.mend());

  after(async () => {
    await Promise.all([network, impatient].map((each) => each?.close()));
    await server?.close();
  });

  for (const trouble of TROUBLES) {
    it(`says in one sentence that the server ${trouble.what}, keeps what is shown, and goes on when it is over`, () =>
      (trouble.isLate ? impatient : network).survives(trouble));
  }

  it('says where its server went, and asks nobody there', async () => {
    proxy.always = redirects(`${network.elsewhere.url}/sign-in?to=${CANARY}`);
    await network.refused(
      store.searchExperiments(EXPERIMENTS),
      'NOT_A_STORE',
      /sends requests on to http:\/\/127\.0\.0\.1:\d+, which is not followed: if that is a sign-in page/,
    );
    await store.refresh();
    assert.equal(statusOf(store), 'gone');
    assert.equal(network.elsewhere.seen.length, 0);
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
      await network.refused(store.getRun(one), 'INTERNAL_ERROR', damaged);
      await network.refused(store.getRunInputs(one), 'INTERNAL_ERROR', damaged);
      await network.refused(store.getExperiment('1'), 'INTERNAL_ERROR', damaged);
    }
    await network.refused(store.searchExperiments(EXPERIMENTS), 'INTERNAL_ERROR', damaged);
    const query = { experimentIds: ['1'], view: 'ACTIVE_ONLY', maxResults: 25 } as const;
    await network.refused(
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
      await network.refused(store.readArtifact(owner, file, { offset: 0, length: 100 }), 'NOT_A_STORE', page);
      await network.refused(store.locateArtifact!(owner, file), 'NOT_A_STORE', page);
    }
    // MLflow gives out an HTML file as an attachment.
    proxy.always = html(200, { 'content-disposition': 'attachment; filename=report.html' });
    const bytes = await store.readArtifact(owner, 'report.html', { offset: 0, length: 6 });
    assert.equal(Buffer.from(bytes).toString(), '<html>');
    const left = await fs.readdir(network.folder, { recursive: true });
    for (const name of left) {
      assert.ok(!name.includes('model') && !name.includes('report'), `${name} is left in the storage`);
    }
  });

  it('takes no more memory than a few answers may have, however much comes and however it is packed', async () => {
    const tooLong = /answered with more than the 64 MB that are read at once, so the answer was given up/;
    const before = process.memoryUsage.rss();
    let most = 0;
    const looking = setInterval(() => (most = Math.max(most, process.memoryUsage.rss() - before)), 5);
    for (const fault of [endless(), endless(), bomb(100_000_000)]) {
      proxy.always = fault;
      await network.refused(store.searchExperiments(EXPERIMENTS), 'INTERNAL_ERROR', tooLong);
    }
    clearInterval(looking);
    assert.ok(most < 300e6, `${Math.round(most / 1e6)} MB`);
    proxy.always = null;
    assert.ok((await store.searchExperiments(EXPERIMENTS)).items.length > 0);
  });

  it('gives up a wait at once, and its place to the next', async () => {
    let arrives = (): void => undefined;
    proxy.always = () => arrives();
    const given = new AbortController();
    const ids = server.runIds.slice(0, 6);
    const waiting: Promise<unknown>[] = [];
    for (const runId of ids.slice(0, 4)) {
      // One after the other: what is asked for at the same time goes in one request.
      const here = new Promise<void>((resolve) => (arrives = resolve));
      waiting.push(store.getRun(runId, given.signal));
      await here;
    }
    const slow = Promise.allSettled(waiting);
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
  let network: BrokenNetwork;
  let proxy: BadProxy;
  let store: TrackingStore;

  before(async () => {
    server = await serveRecorded('3.17.2');
    behind = server.url;
    server.version = '2.14.3';
    network = await BrokenNetwork.open(() => behind, ACCESS);
    ({ proxy, store } = network);
  });

  after(async () => {
    await network?.close();
    await server?.close();
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
