import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Change } from '../../src/mlflow/writer';
import { writerSpawn } from '../../src/stores/sqlite/writer';
import type { WriterJob } from '../../src/stores/sqlite/writer/messages';
import { makeRegistryStore } from './database';
import { NOW, testWriter } from './writer';

const name = 'taxi regressor';

/** A change of several pages and tables, so that there is something to be between. */
export const LONG_CHANGE: Change[] = [
  {
    type: 'transitionModelVersionStage',
    name,
    version: '4',
    stage: 'Production',
    archiveExistingVersions: true,
  },
  { type: 'setModelVersionTag', name, version: '4', key: 'k', value: 'v'.repeat(50_000) },
  { type: 'renameRegisteredModel', name, newName: 'renamed' },
];

/**
 * Kills the writer process at points spread over LONG_CHANGE, each time on a store as it was before; goes on until
 * both ends were seen, on a machine that is now fast and now slow.
 *
 * @param look sees the store right after the kill, before anything else has opened it; answers whether it is as
 *   before, so that it can be used again
 */
export async function killWriter(
  distFolder: string,
  kills: number,
  look: (file: string, kill: number) => boolean | Promise<boolean>,
): Promise<void> {
  const started = Date.now();
  await testWriter(makeRegistryStore('3.17.2'), { distFolder }).change(...LONG_CHANGE);
  const usual = Date.now() - started;
  let file = makeRegistryStore('3.17.2');
  const seen = new Set<boolean>();
  for (let kill = 0; kill < kills || (seen.size < 2 && kill < 10 * kills); kill++) {
    const { command, args, options } = writerSpawn({ distFolder });
    const child = spawn(command, args, { ...options, stdio: ['pipe', 'ignore', 'ignore'] });
    const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
    const job: WriterJob = {
      file,
      workspace: 'default',
      interpreters: [],
      request: { changes: LONG_CHANGE, expected: [], now: NOW },
    };
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(job)}\n`);
    // Most of its life is Node starting: the last part is where it writes.
    await Promise.race([closed, delay(usual * (0.4 + (0.7 * ((kill % kills) + Math.random())) / kills))]);
    child.kill('SIGKILL');
    await closed;
    const before = await look(file, kill);
    seen.add(before);
    if (!before) {
      file = makeRegistryStore('3.17.2');
    }
  }
}
