import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { serverPython } from '../../scripts/mlflowEnvironment';
import {
  compareAnswers,
  compareSearches,
  parseAnswers,
  searchesOf,
  type Answers,
  type Json,
} from '../support/oracle';
import { eraServer, teamServer, workspacesServer, type SharedServer } from '../support/servers/shared';

/**
 * 3.17.2 on SQLite is asked by restContract.test.ts. Left out: 3.18.0, which answered what it was asked as 3.17.2 does
 * (reference servers.md), and whatever lies between.
 */
const SERVERS: readonly [what: string, serve: () => Promise<SharedServer>][] = [
  ['1.30.1', () => eraServer('1.30.1')],
  ['2.14.3', () => eraServer('2.14.3')],
  ['3.5.1', () => eraServer('3.5.1')],
  ['3.17.2 on PostgreSQL, that wants a password, over TLS of its own CA and below a prefix', teamServer],
  ['3.17.2, a workspace of several', workspacesServer],
];

const ROOT = path.resolve(__dirname, '../..');
const LEFT_OUT = new Set(['description', 'model_type']);

/** Servers answer empty texts and none alike: MLflow's client then makes one or the other of it. */
function withoutEmpty(answers: Answers): Answers {
  const reviver = (key: string, value: Json): Json => (LEFT_OUT.has(key) && value === '' ? null : value);
  return JSON.parse(JSON.stringify(answers), reviver) as Answers;
}

/** Standard output of a process that ended well. */
function outputOf(command: string, args: string[], env: Record<string, string>, input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...env } });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve(said.stdout)
        : reject(new Error(`${command} ended with ${code}: ${said.stderr.slice(-3000)}`)),
    );
    child.stdin.end(input);
  });
}

/** How the environment names the server and who asks. */
function environmentOf({ url, username, password, ca, workspace }: SharedServer): Record<string, string> {
  return {
    MLFLOW_TRACKING_URI: url,
    GIT_PYTHON_REFRESH: 'quiet',
    PYTHONWARNINGS: 'ignore',
    ...(username === undefined
      ? {}
      : { MLFLOW_TRACKING_USERNAME: username, MLFLOW_TRACKING_PASSWORD: password! }),
    ...(ca === undefined ? {} : { MLFLOW_TRACKING_SERVER_CERT_PATH: ca }),
    ...(workspace === undefined ? {} : { MLFLOW_WORKSPACE: workspace }),
  };
}

describe('`inspect -- answers` of a real tracking server beside its own MLflow client', function () {
  this.timeout(600_000);

  for (const [what, serve] of SERVERS) {
    it(`MLflow ${what}: every field, and every search`, async () => {
      const server = await serve();
      const searches = searchesOf(server.oracle).map(({ answer: _, ...search }) => search);
      const env = environmentOf(server);
      const uri = server.workspace === undefined ? server.url : `${server.url}?workspace=${server.workspace}`;
      const [client, console] = await Promise.all([
        outputOf(
          serverPython(server.version),
          [path.join(__dirname, 'ask_all.py'), server.url],
          env,
          JSON.stringify(searches),
        ),
        outputOf(
          process.execPath,
          [
            '--import',
            'tsx',
            'scripts/inspect.ts',
            'answers',
            uri,
            ...(searches.length > 0 ? ['--searches', server.answersFile] : []),
          ],
          env,
        ),
      ]);
      const theirs = parseAnswers(/^ANSWERS (.*)$/m.exec(client)![1]!);
      const ours = parseAnswers(console);
      compareAnswers(withoutEmpty(ours), withoutEmpty(theirs));
      assert.ok(theirs['runs']!.length > 0);
      if (searches.length > 0) {
        compareSearches(ours, theirs);
      }
    });
  }
});
