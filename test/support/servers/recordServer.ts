/**
 * Records what a real server answers to all that `inspect -- answers` asks, for test/unit/stores/rest/recorded.test.ts:
 * `npx tsx test/support/servers/recordServer.ts VERSION`. To be run again where what is asked of a server is another.
 */
import * as path from 'node:path';
import { answers, readSearches } from '../../../scripts/inspect/answers';
import type { ServerVersion } from '../../../scripts/mlflowEnvironment';
import { unpackFixture } from '../fixtures';
import { plainExchange } from './exchange';
import { ERA_OF, ExchangedStore, recording, saveRecorded, type Recorded } from './recorded';
import { startServer } from './server';

async function record(version: ServerVersion): Promise<void> {
  const folder = await unpackFixture(`sqlite-${ERA_OF[version]}`);
  const server = await startServer(version, {
    backend: `sqlite:///${path.join(folder, 'mlflow.db')}`,
    upgrade: ERA_OF[version] !== version,
  });
  try {
    const recorded: Recorded = {};
    const store = new ExchangedStore(recording(plainExchange(server), recorded));
    await answers(store, readSearches(path.join(folder, 'answers.json')));
    console.log(`${Object.keys(recorded).length} answers in ${saveRecorded(version, recorded)}`);
  } finally {
    await server.stop();
  }
}

record(process.argv[2] as ServerVersion).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
