import * as fs from 'node:fs';
import * as path from 'node:path';
import { withDatabase } from '../database';
import { unpackFixture } from '../fixtures';
import { startServer, type RunningServer, type ServerOptions } from './server';

/** The demo project of a team: its code and its repository here, its runs, models and artifacts on a server. */
export interface TaxiServer {
  server: RunningServer;
  /** The folder with the code, which holds no store. */
  project: string;
  /** The server's database. */
  file: string;
  /** The same server again, at the same address, once it was stopped. */
  restart(): Promise<RunningServer>;
}

/** Where the fixture's runs were logged. */
const LOGGED = '/home/trainer/taxi-duration/';
/** What says where artifacts lie, a column a table. */
const PLACES = [
  ['experiments', 'artifact_location'],
  ['runs', 'artifact_uri'],
  ['logged_models', 'artifact_location'],
  ['model_versions', 'storage_location'],
] as const;

/** Starts a server of MLflow 3.17.2 on the demo project's store. */
export async function startTaxiServer(options: ServerOptions = {}): Promise<TaxiServer> {
  const project = await unpackFixture('taxi-duration');
  const folder = `${project}-server`;
  const file = path.join(folder, 'mlflow.db');
  fs.mkdirSync(folder);
  for (const name of ['mlflow.db', 'mlruns', 'notebooks/mlruns']) {
    if (fs.existsSync(path.join(project, name))) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.renameSync(path.join(project, name), path.join(folder, name));
    }
  }
  withDatabase(file, (database) => {
    for (const [table, column] of PLACES) {
      database
        .prepare(`UPDATE ${table} SET ${column} = replace(${column}, ?, ?)`)
        .run(LOGGED, `file://${folder}/`);
    }
  });
  const start = (port?: number): Promise<RunningServer> =>
    startServer('3.17.2', { backend: `sqlite:///${file}`, ...options, ...(port !== undefined && { port }) });
  const server = await start();
  return { server, project, file, restart: () => start(Number(new URL(server.url).port)) };
}
