import * as assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { workerBundle } from '../../../scripts/workerBundle';
import { isStoreError, traceOf, type StoreError, type StoreErrorCode } from '../../../src/mlflow/errors';
import type { TrackingStore } from '../../../src/mlflow/store';
import { createOpener } from '../../../src/stores/open';
import { OpenStores } from '../../../src/stores/openStores';
import type { ServerAccess } from '../../../src/stores/rest/access';
import { openServer } from '../../../src/stores/rest/openServer';
import { badProxy, serveWith, type BadProxy, type Served } from './badProxy';
import { CANARY, type Trouble } from './troubles';

/** What the troubles ask for. */
export const EXPERIMENTS = { view: 'ACTIVE_ONLY', maxResults: 10 } as const;

export function statusOf({ state }: TrackingStore): string {
  return state.status;
}

/** A store of a tracking server, as the extension opens it, behind a proxy that does what a test wants. */
export class BrokenNetwork {
  /** Whatever anybody was told. */
  readonly told: string[] = [];

  private constructor(
    readonly proxy: BadProxy,
    readonly store: TrackingStore,
    readonly stores: OpenStores,
    /** Where redirections lead; nobody should ask there. */
    readonly elsewhere: Served,
    /** The extension's storage. */
    readonly folder: string,
    private readonly secrets: readonly string[],
  ) {}

  /** @param patience of one request, ms; the product's own if missing */
  static async open(
    behind: string | (() => string),
    access: ServerAccess,
    patience?: number,
  ): Promise<BrokenNetwork> {
    const proxy = await badProxy(behind);
    const elsewhere = await serveWith((_seen, _request, response) => response.end());
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lens-broken-'));
    const stores = new OpenStores(
      createOpener({
        distFolder: workerBundle(),
        pythonPath: () => '',
        readOnlyReason: () => null,
        openServer: (uri) =>
          openServer(uri, {
            distFolder: workerBundle(),
            accessOf: () => Promise.resolve(access),
            userAgent: 'mlflow-lens/test',
            openedFolders: () => [],
            downloadFolder: folder,
            network: { pauses: [1, 1], ...(patience !== undefined && { patience }) },
          }),
      }),
    );
    stores.add(proxy.url, 'added by you');
    const secrets = [CANARY, ...Object.values(access.headers).map((value) => value.replace(/^Basic /, ''))];
    // With little patience it may be late on a busy machine.
    for (let tries = 0; tries < 20 && !stores.entry(proxy.url)?.store; tries++) {
      await stores.reopen(proxy.url);
    }
    return new BrokenNetwork(proxy, await stores.get(proxy.url), stores, elsewhere, folder, secrets);
  }

  /** From here on nothing is in the way. */
  mend(): void {
    this.proxy.always = null;
    this.proxy.faults.length = 0;
    this.proxy.seen.length = 0;
  }

  /** Fails where a secret was told, stored or sent elsewhere. */
  async close(): Promise<void> {
    const left = await fs.readdir(this.folder, { recursive: true, withFileTypes: true });
    for (const file of left.filter((each) => each.isFile())) {
      this.told.push(file.name, await fs.readFile(path.join(file.parentPath, file.name), 'latin1'));
    }
    this.stores.dispose();
    await fs.rm(this.folder, { recursive: true, force: true });
    await Promise.all([this.proxy.close(), this.elsewhere.close()]);
    for (const text of this.told) {
      assert.ok(!this.secrets.some((secret) => text.includes(secret)), `a credential stands in: ${text}`);
    }
    assert.equal(this.elsewhere.seen.length, 0, 'another host was asked');
  }

  async refused(asked: Promise<unknown>, code: StoreErrorCode, sentence: RegExp): Promise<StoreError> {
    const error = await asked.then(
      (value) => assert.fail(`it was answered: ${JSON.stringify(value)}`),
      (reason: unknown) => reason,
    );
    assert.ok(isStoreError(error), String(error));
    this.told.push(error.message, traceOf(error), JSON.stringify(error.details ?? null));
    assert.match(error.message, sentence);
    assert.equal(error.code, code);
    return error;
  }

  /** What is asked in time after a fault may still be late on a busy machine, and is asked again then. */
  async isBack(): Promise<void> {
    for (let tries = 0; tries < 20 && statusOf(this.store) !== 'ok'; tries++) {
      await this.store.refresh();
    }
    assert.equal(statusOf(this.store), 'ok');
  }

  /** Its sentence and its requests are right, the store is away, and the same store is back when it is over. */
  async survives({ fault, code, sentence, requests, isLate }: Trouble): Promise<void> {
    await this.isBack();
    const before = isLate ? null : await this.store.searchExperiments(EXPERIMENTS);
    this.proxy.always = fault;
    this.proxy.seen.length = 0;
    // What was asked before is answered as it was then; this was not.
    const asked = { ...EXPERIMENTS, maxResults: EXPERIMENTS.maxResults + this.told.length + 1 };
    await this.refused(this.store.searchExperiments(asked), code, sentence);
    assert.equal(this.proxy.seen.length, requests);

    await this.store.refresh();
    const { state } = this.store;
    assert.ok(state.status === 'gone');
    this.told.push(state.message);
    assert.match(state.message, /^[^\n]{20,400}[.?]$|^deadlock detected$/);
    if (before !== null) {
      this.proxy.seen.length = 0;
      assert.deepEqual(await this.store.searchExperiments(EXPERIMENTS), before);
      assert.equal(this.proxy.seen.length, 0, 'for what was answered before, nobody is asked');
    }

    this.proxy.always = null;
    await this.isBack();
    assert.equal(await this.stores.get(this.proxy.url), this.store);
    if (!isLate) {
      assert.ok((await this.store.searchExperiments(EXPERIMENTS)).items.length > 0);
    }
  }
}
