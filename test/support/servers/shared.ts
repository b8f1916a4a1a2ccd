import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { serverPython, type ServerVersion } from '../../../scripts/mlflowEnvironment';
import { withDatabase } from '../database';
import { unpackFixture } from '../fixtures';
import { readAnswers, type Answers } from '../oracle';
import { workspacesFixture } from '../workspaces';
import { ERA_OF } from './recorded';
import { startServer, type RunningServer, type ServerOptions } from './server';

/** A server that several files of tests use: each leaves what it found there as it was, and makes what it changes. */
export interface SharedServer extends RunningServer {
  /** What MLflow's client of that version answered of the store, and was asked. */
  oracle: Answers;
  /** Of the answers.json. */
  answersFile: string;
  /** The workspace that is asked; missing: none is named. */
  workspace?: string;
}

/** A team's server: everything that stands between it and who asks. */
const TEAM: ServerOptions = {
  backend: 'postgresql',
  basicAuth: true,
  tls: true,
  prefix: '/team/mlflow',
};

/** Columns that name places, of those tables that a version has. */
const PLACES = [
  ['experiments', 'artifact_location'],
  ['runs', 'artifact_uri'],
  ['model_versions', 'source'],
  ['model_versions', 'storage_location'],
  ['logged_models', 'artifact_location'],
] as const;

const started = new Map<string, Promise<SharedServer>>();

// Of the root suite, wherever this is imported from.
after(async () => {
  const servers = await Promise.allSettled(started.values());
  await Promise.all(servers.map(async (each) => each.status === 'fulfilled' && each.value.stop()));
});

/** Started when it is first asked for; on SQLite, with the store that make_era.py made with that MLflow. */
export function eraServer(version: ServerVersion): Promise<SharedServer> {
  return once(version, async () => {
    const { file, ...era } = await settledEra(version);
    const upgrade = ERA_OF[version] !== version;
    return { ...(await startServer(version, { backend: `sqlite:///${file}`, upgrade })), ...era };
  });
}

/** 3.17.2 with the same store on PostgreSQL, that wants a password, over TLS of its own CA and below a prefix. */
export function teamServer(): Promise<SharedServer> {
  return once('team', async () => {
    const { file, ...era } = await settledEra('3.17.2');
    const server = await startServer('3.17.2', TEAM);
    execFileSync(serverPython('3.17.2'), [path.join(__dirname, 'copy_rows.py'), file, server.backend]);
    return { ...server, ...era };
  });
}

/** 3.17.2 with workspaces; of the one that is asked MLflow's client answered nothing beforehand. */
export function workspacesServer(): Promise<SharedServer> {
  return once('workspaces', async () => {
    const { file } = await workspacesFixture();
    const server = await startServer('3.17.2', { backend: `sqlite:///${file}`, workspaces: true });
    return { ...server, oracle: {}, answersFile: '', workspace: 'team-a' };
  });
}

function once(name: string, start: () => Promise<SharedServer>): Promise<SharedServer> {
  const known = started.get(name) ?? start();
  started.set(name, known);
  return known;
}

/** The store of make_era.py, as if it had been made where it lies now: the server finds its artifacts. */
async function settledEra(
  version: ServerVersion,
): Promise<{ file: string; oracle: Answers; answersFile: string }> {
  const folder = await unpackFixture(`sqlite-${ERA_OF[version]}`);
  const [file, answersFile] = [path.join(folder, 'mlflow.db'), path.join(folder, 'answers.json')];
  const { root } = JSON.parse(fs.readFileSync(answersFile, 'utf8')) as { root: string };
  withDatabase(file, (database) => {
    const columns = database.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?');
    for (const [table, column] of PLACES) {
      if (columns.get(table, column)) {
        database.exec(`UPDATE ${table} SET ${column} = replace(${column}, '${root}', '${folder}')`);
      }
    }
  });
  return { file, oracle: readAnswers(answersFile), answersFile };
}
