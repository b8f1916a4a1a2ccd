import * as fs from 'node:fs';
import * as path from 'node:path';
import { workerBundle } from '../../../scripts/workerBundle';
import { probe } from '../../../src/stores/rest/api';
import { openRestStore } from '../../../src/stores/rest/restStore';
import { createRestWriter } from '../../../src/stores/rest/writer';
import { StoreError } from '../../../src/mlflow/errors';
import type { Exchange } from '../../../src/stores/rest/exchange';
import { tempFolder, withDatabase } from '../database';
import { copyFixture } from '../fixtures';
import { addRuns, EXPERIMENT, makeHistoryStore, type MadeRun } from '../histories';
import { readAnswers } from '../oracle';
import { plainExchange } from '../servers/exchange';
import { startServer, type RunningServer } from '../servers/server';
import { ERA_FIXTURE, otherConnection } from './sqlite';
import type { StoreKindUnderTest, StoreUnderTest } from './storeKind';

/** A server, and the SQLite file behind it. */
interface Served {
  server: RunningServer;
  file: string;
}

/**
 * A real tracking server. Two of them serve all tests: one the store of make_era.py, which is put back as it was where
 * somebody changed it, one the runs of the tests, of which each begins with its own.
 */
export class RestKind implements StoreKindUnderTest {
  readonly name = 'rest';
  readonly thousands = 600;
  readonly countsNothing = true;
  readonly seesLatePoints = false;
  readonly ownClock = true;
  private readonly served = new Map<'era' | 'made', Promise<Served>>();

  async era(): Promise<StoreUnderTest & { oracle: ReturnType<typeof readAnswers> }> {
    const served = await this.serve('era', () => {
      const folder = tempFolder();
      copyFixture(ERA_FIXTURE, folder);
      return path.join(folder, 'mlflow.db');
    });
    restore(served.file);
    const oracle = readAnswers(path.join(path.dirname(served.file), 'answers.json'));
    // They lie where the server finds none: test/servers/restArtifacts.test.ts asks for artifacts.
    oracle['runs']?.forEach((run) => delete run['artifacts']);
    return { ...(await open(served)), oracle };
  }

  async make(runs: readonly MadeRun[]): Promise<StoreUnderTest> {
    const served = await this.serve('made', () => makeHistoryStore([]));
    restore(served.file);
    addRuns(served.file, runs);
    return open(served);
  }

  async stop(): Promise<void> {
    for (const served of this.served.values()) {
      await (await served).server.stop();
    }
  }

  private serve(name: 'era' | 'made', make: () => string): Promise<Served> {
    const known = this.served.get(name) ?? start(make());
    this.served.set(name, known);
    return known;
  }
}

async function start(file: string): Promise<Served> {
  fs.copyFileSync(file, `${file}.original`);
  const server = await startServer('3.17.2', { backend: `sqlite:///${file}`, dir: tempFolder() });
  return { server, file };
}

/** Puts all rows back, under a server that keeps the file open. */
function restore(file: string): void {
  withDatabase(file, (database) => {
    database.exec(`PRAGMA foreign_keys = OFF; ATTACH '${file}.original' AS original; BEGIN`);
    const tables = database
      .prepare("SELECT name FROM original.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all()
      .map(({ name }) => String(name));
    for (const name of tables) {
      // Without those that are generated.
      const columns = database
        .prepare(`PRAGMA main.table_info("${name}")`)
        .all()
        .map((column) => `"${String(column['name'])}"`)
        .join();
      database.exec(
        `DELETE FROM main."${name}";
         INSERT INTO main."${name}" (${columns}) SELECT ${columns} FROM original."${name}"`,
      );
    }
    database.exec('COMMIT');
  });
}

async function open({ server, file }: Served): Promise<StoreUnderTest> {
  let isHidden = false;
  const real = plainExchange(server);
  const exchange: Exchange = (request, signal) =>
    isHidden
      ? Promise.reject(new StoreError('NOT_FOUND', `${server.url} is not reachable: it was taken away.`))
      : real(request, signal);
  const store = await openRestStore({
    uri: server.url,
    exchange,
    slow: false,
    distFolder: workerBundle(),
  });
  return {
    store,
    writer: createRestWriter(exchange, (signal) => probe(exchange, null, signal)),
    others: otherConnection(file),
    lookAt: async () =>
      void (await store.runTable.loadRest({
        ...{ experimentIds: [EXPERIMENT], view: 'ACTIVE_ONLY', filter: '', now: 0 },
        ...{ on: true, wait: true },
      })),
    hide: async () => void (isHidden = true),
    show: async () => void (isHidden = false),
    close: async () => store.dispose(),
  };
}
