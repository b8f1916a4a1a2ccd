import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { answers } from '../../../../scripts/inspect/answers';
import { diff } from '../../../../scripts/inspect/diff';
import { toJson } from '../../../../scripts/inspect/json';
import { consoleFinder, sources } from '../../../../scripts/inspect/sources';
import { withStore } from '../../../../scripts/inspect/store';
import type { TrackingStore } from '../../../../src/mlflow/store';
import { sweepPage } from '../../../../src/panels/sweep';
import type { SourceFinder } from '../../../../src/provenance/finder';
import { folderUri, sqliteUri } from '../../../../src/stores/uri';
import { removeTempFolders, tempFolder } from '../../../support/database';
import { copyFixture } from '../../../support/fixtures';
import { openStores, plainServices } from '../../../support/pageHarness';

const MODEL = 'taxi-duration';

interface Twin {
  name: string;
  folder: string;
  uri: string;
}

/** The project with its database, and as if it had been trained without one (test/fixtures/taxi-mlruns/make.py). */
function twins(): { sqlite: Twin; files: Twin } {
  const project = (): string => {
    const folder = path.join(tempFolder(), 'taxi-duration');
    copyFixture('taxi-duration', folder);
    return folder;
  };
  const [ofSqlite, ofFiles] = [project(), project()];
  fs.rmSync(path.join(ofFiles, 'mlflow.db'));
  copyFixture('taxi-mlruns', path.join(ofFiles, 'mlruns'), 'mlruns');
  return {
    sqlite: { name: 'SQLite', folder: ofSqlite, uri: sqliteUri(path.join(ofSqlite, 'mlflow.db')) },
    files: { name: 'mlruns', folder: ofFiles, uri: folderUri(path.join(ofFiles, 'mlruns')) },
  };
}

describe('the taxi project logged into mlruns, beside its SQLite twin', function () {
  this.timeout(120_000);
  let both: ReturnType<typeof twins>;
  before(() => {
    both = twins();
  });
  after(removeTempFolders);

  /** What a question answers on each, with where each lies and of which kind it is made equal. */
  async function same(
    ask: (store: TrackingStore, finder: SourceFinder, twin: Twin) => Promise<unknown>,
  ): Promise<unknown> {
    const [sqlite, files] = await Promise.all(
      [both.sqlite, both.files].map((twin) =>
        withStore(twin.uri, async (store) => {
          const answer = toJson(await ask(store, consoleFinder(twin.uri, twin.folder), twin));
          return JSON.parse(
            answer.replaceAll(twin.uri, 'STORE').replaceAll(twin.folder, 'PROJECT'),
          ) as unknown;
        }),
      ),
    );
    assert.deepEqual(files, sqlite);
    return files;
  }

  const runIdsOf = async (store: TrackingStore): Promise<string[]> => {
    const { items } = await store.searchRuns({ experimentIds: [], view: 'ALL', maxResults: 100 });
    return items.map(({ info }) => info.runId);
  };

  it('has the same experiments, runs, histories, datasets, artifacts and models', async () => {
    // In the form of one kind: their clients write versions differently.
    await same((store) => answers(store, undefined, 'sqlite'));
  });

  it('has the same sources: file, line, text, commit and status of each param of each run', async () => {
    const found = (await same(async (store, finder) => {
      const all: Record<string, unknown> = {};
      for (const runId of await runIdsOf(store)) {
        all[runId] = await sources(store, runId, finder);
      }
      return all;
    })) as Record<string, Record<string, { status: string; line: number | null }>>;
    const statuses = Object.values(found).flatMap((params) =>
      Object.values(params).map(({ status }) => status),
    );
    assert.deepEqual([...new Set(statuses)].sort(), ['default', 'differs', 'found', 'given', 'unknown']);
  });

  it('has the same diff, of runs and of model versions', async () => {
    const first = (await same(async (store, finder) => {
      const runIds = (await runIdsOf(store)).filter((_, index) => index % 4 === 0);
      return diff(
        runIds.map((runId) => ({ store, runId, version: null })),
        finder,
      );
    })) as { sections: { rows: unknown[] }[] };
    assert.ok(first.sections.some(({ rows }) => rows.length > 3));
    const versions = (await same(async (store, finder) => {
      const model = await store.getRegisteredModel(MODEL);
      return diff(
        model.versions.map((version) => ({ store, runId: version.runId, version })),
        finder,
      );
    })) as { runs: unknown[] };
    assert.equal(versions.runs.length, 4);
  });

  it('has the same sweep: the runs of its parent, their params, metrics and objective', async () => {
    const swept = (await same(async (store, _, { uri }) => {
      const { items } = await store.searchRuns({
        ...{ experimentIds: [], view: 'ALL', maxResults: 1 },
        filter: "run_name = 'sweep'",
      } as const);
      const stores = openStores(uri);
      try {
        const args = { store: uri, parentRunId: items[0]!.info.runId };
        const session = {
          setTitle: () => undefined,
          replace: () => undefined,
          emit: () => undefined,
          hover: () => undefined,
          onDispose: () => undefined,
        };
        const handlers = sweepPage.handlers(args, plainServices(stores), session);
        const { signal } = new AbortController();
        const data = await handlers.load(null, signal);
        return { ...data, storeName: null, sizes: await handlers.modelSizes(null, signal) };
      } finally {
        stores.dispose();
      }
    })) as { runs: unknown[]; objective: string };
    assert.deepEqual([swept.runs.length, swept.objective], [18, 'metric:rmse']);
  });
});
