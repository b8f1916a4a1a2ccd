import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import type { Change, WriteResult } from '../../src/mlflow/writer';
import { probe } from '../../src/stores/rest/api';
import { createRestWriter } from '../../src/stores/rest/writer';
import { createSqliteWriter } from '../../src/stores/sqlite/writer';
import { makeRegistryStore, removeTempFolders, tempFolder } from '../support/database';
import { plainExchange } from '../support/servers/exchange';
import { startServer, type RunningServer } from '../support/servers/server';
import { buildWriter } from '../support/writer';
import { comparable, doneByMlflow, idsOf, type ClientJob } from '../mlflow/clientRows';
import { operationsOf, type Operation } from '../mlflow/operations';

const VERSIONS = ['1.30.1', '2.14.3', '3.17.2'] as const;

type Rows = Record<string, string[]>;

interface Case {
  operation: Operation;
  base: string;
  ours: Rows;
  answer: WriteResult;
}

/** Servers take no folder of somebody's machine as the source of a version. */
const SOURCE = 's3://somewhere/model';

/**
 * What MLflow's client leaves otherwise on a server, which is not to be had the same: the aliases of a deleted version before
 * 3.11, and a version that is noted twice on its logged model, by the server and by the client.
 */
function withoutLeftovers(rows: Rows, changes: readonly Change[]): Rows {
  const gone = changes.flatMap((change) => (change.type === 'deleteModelVersion' ? [change.version] : []));
  const isGone = (row: string): boolean =>
    gone.includes(String((JSON.parse(row) as { version: unknown }).version));
  // The server notes the version's number, and the client then its text.
  const notes = (row: string): string =>
    row.replace(/, \{\\"name\\": \\"[^{}]*?\\", \\"version\\": \\"\d+\\"\}/g, '');
  return Object.fromEntries(
    Object.entries(rows).map(([table, each]) => [
      table,
      table === 'registered_model_aliases'
        ? each.filter((row) => !isGone(row))
        : table === 'logged_model_tags'
          ? each.map(notes)
          : each,
    ]),
  );
}

describe('every change on a tracking server against MLflow itself', function () {
  this.timeout(900_000);
  const servers: RunningServer[] = [];
  let distFolder: string;
  before(() => {
    distFolder = buildWriter();
  });
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));
  after(removeTempFolders);

  for (const mlflow of VERSIONS) {
    it(`writes the rows that MLflow ${mlflow}'s client writes through its server`, async () => {
      const python = mlflowPython(mlflow);
      const serve = async (): Promise<{ file: string; url: string }> => {
        const file = makeRegistryStore(mlflow);
        const server = await startServer(mlflow, { backend: `sqlite:///${file}` });
        servers.push(server);
        return { file, url: server.url };
      };
      const [mine, theirs] = [await serve(), await serve()];
      const exchange = plainExchange({ url: mine.url });
      const api = await probe(exchange, null);
      const writer = createRestWriter(exchange, async () => api);
      const list = operationsOf(mlflow, { ...idsOf(mine.file), source: SOURCE });
      const since = Date.now();
      const cases: Case[] = [];
      for (const operation of list) {
        const base = makeRegistryStore(mlflow);
        if (operation.given) {
          await createSqliteWriter(base, { distFolder }).apply({ changes: operation.given, expected: [] });
        }
        execFileSync(python, [path.join(__dirname, '../mlflow/copy_database.py'), base, mine.file]);
        const answer = await writer
          .apply({ changes: [operation.change].flat(), expected: [] })
          .catch((error: unknown) => {
            throw new Error(`${operation.what}: ${String(error)}`, { cause: error });
          });
        const ours = comparable(mine.file, since, answer.created[0] ?? null);
        cases.push({ operation, base, ours, answer });
      }
      const jobs = cases.map(({ base, operation }): ClientJob => ({
        file: theirs.file,
        server: theirs.url,
        base,
        result: path.join(tempFolder(), 'mlflow.db'),
        changes: [operation.change].flat(),
      }));
      const done = doneByMlflow(python, jobs);
      const problems: string[] = [];
      cases.forEach(({ operation, ours, answer }, index) => {
        const changes = [operation.change].flat();
        try {
          assert.equal(done[index]?.error, undefined);
          assert.equal(answer.meanwhile, undefined);
          const rows = comparable(jobs[index]!.result!, since, done[index]?.created ?? null);
          assert.deepEqual(ours, withoutLeftovers(rows, changes));
        } catch (error) {
          problems.push(`${operation.what}: ${error instanceof Error ? error.message : String(error)}`);
        }
      });
      assert.deepEqual(problems, []);
    });
  }
});
