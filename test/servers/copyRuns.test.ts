import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { workerBundle } from '../../scripts/workerBundle';
import { mlflowPython, type MlflowVersion } from '../../scripts/mlflowEnvironment';
import type { Run } from '../../src/mlflow/entities';
import { NO_ACCESS } from '../../src/stores/rest/access';
import { openServer } from '../../src/stores/rest/openServer';
import { planCopy } from '../../src/transfer/plan';
import {
  activeRuns,
  comparable,
  copyAll,
  filesStore,
  newExperiment,
  sqliteStore,
  variedRuns,
  type Copyable,
} from '../support/copying';
import { removeTempFolders, tempFolder } from '../support/database';
import { startServer, type RunningServer } from '../support/servers/server';

async function openStore({ url }: Pick<RunningServer, 'url'>): Promise<Copyable> {
  const opened = await openServer(url, {
    distFolder: workerBundle(),
    accessOf: async () => NO_ACCESS,
    userAgent: 'mlflow-lens/test',
    openedFolders: () => [],
    downloadFolder: tempFolder(),
  });
  return { ...opened, trackingUri: url };
}

/** What MLflow's own client answers. */
function readByMlflow(
  version: MlflowVersion,
  { trackingUri }: Copyable,
  runs: readonly string[],
  artifacts: boolean,
): Record<string, unknown>[] {
  const script = path.join(__dirname, '../mlflow/read_runs.py');
  const said = execFileSync(mlflowPython(version), [script], {
    input: JSON.stringify({ uri: trackingUri, runs, artifacts }),
    cwd: tempFolder(),
    stdio: ['pipe', 'pipe', 'inherit'],
  }).toString();
  return JSON.parse(said.slice(said.lastIndexOf('ANSWERS ') + 8)) as Record<string, unknown>[];
}

describe('copying runs to a tracking server and back', function () {
  this.timeout(300_000);
  const servers: RunningServer[] = [];
  const open: Copyable[] = [];
  afterEach(async () => {
    open.splice(0).forEach(({ store }) => store.dispose());
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });
  after(removeTempFolders);

  const opened = async (store: Promise<Copyable>): Promise<Copyable> => {
    open.push(await store);
    return store;
  };

  for (const [version, name, from] of [
    ['2.14.3', 'a folder', () => filesStore('3.12.0')],
    ['3.17.2', 'a database', () => sqliteStore('3.17.2')],
  ] as const) {
    it(`of ${name} to MLflow ${version} and from there to a database loses nothing that MLflow's client reads`, async () => {
      const server = await startServer(version);
      servers.push(server);
      const source = await opened(from());
      const there = await opened(openStore(server));
      const back = await opened(sqliteStore('3.17.2'));
      const { keyProblem } = await there.writer.importer!.limits();
      const all = await activeRuns(source.store);
      const isTaken = ({ params, metrics, tags }: Run): boolean =>
        [...params, ...metrics, ...tags].every(({ key }) => keyProblem(key) === null);
      const runs = variedRuns(all.filter(isTaken));
      const first = await copyAll(source, runs, there, await newExperiment(there, 'copied'));
      assert.equal(first.result.stopped, null);
      assert.equal(first.result.copies.length, runs.length);
      const ids = {
        source: first.result.copies.map((copy) => copy.from),
        there: first.result.copies.map((copy) => copy.to),
      };
      const second = await copyAll(there, ids.there, back, await newExperiment(back, 'back'));
      assert.equal(second.result.stopped, null);
      const copyOf = new Map(second.result.copies.map((copy) => [copy.from, copy.to]));
      const backIds = ids.there.map((id) => copyOf.get(id)!);
      for (const [at, id] of ids.source.entries()) {
        const original = await comparable(source.store, id);
        assert.deepEqual(await comparable(there.store, ids.there[at]!), original);
        assert.deepEqual(await comparable(back.store, backIds[at]!), original);
      }
      const read = readByMlflow('3.17.2', source, ids.source, false);
      // Those of the fixtures lie where MLflow's client does not find them: what was copied does.
      const readThere = readByMlflow(version, there, ids.there, true);
      assert.deepEqual(
        readThere.map((run) => ({ ...run, artifacts: null })),
        read,
      );
      assert.deepEqual(readByMlflow('3.17.2', back, backIds, true), readThere);

      // MLflow before 3 takes no colon in a name.
      const experiment = await newExperiment(there, 'names');
      const odd = all.filter((run) => !isTaken(run)).map(({ info }) => info.runId);
      const { leftOut } = await planCopy(source.store, odd, {
        ...{ store: there.store, importer: there.writer.importer!, experiment, like: null },
      });
      const said = leftOut.filter((sentence) => sentence.startsWith('1 metric ("data:split")'));
      assert.equal(said.length, version === '2.14.3' ? 1 : 0, leftOut.join('\n'));
    });
  }
});
