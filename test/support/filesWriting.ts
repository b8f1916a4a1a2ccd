import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { applyStepwise, stepOf } from '../../src/registry/stepwise';
import type { Change } from '../../src/mlflow/writer';
import { FILES_WRITER, type FilesWriterJob } from '../../src/stores/files/writer';
import { filesMedium } from '../../src/stores/files/writer/medium';
import { spawnOfWriter } from '../../src/stores/writerHost';
import { tempFolder } from './database';
import { copyFixture } from './fixtures';
import { NOW } from './writer';

/** The registered model that the archives hold. */
export const MODEL = 'taxi regressor';
const name = MODEL;

/** Of what an archive holds: the registry, and an experiment with one run. In a folder of its own. */
export function copyOf(fixture = 'files-3.12.0'): string {
  const root = path.join(tempFolder(), 'mlruns');
  let small = smallOf.get(fixture);
  // The temporary folders of a test file go with it.
  if (small === undefined || !fs.existsSync(small)) {
    copyFixture(fixture, root, 'mlruns');
    const size = (folder: string): number =>
      fs.readdirSync(path.join(root, folder), { recursive: true }).length;
    const [kept, ...runs] = runsIn(root).sort((a, b) => size(a) - size(b));
    const experiments = fs.readdirSync(root).filter((each) => /^[1-9]/.test(each));
    const others = experiments.filter((each) => each !== path.dirname(kept!));
    const deleted = fs.readdirSync(path.join(root, '.trash')).map((each) => path.join('.trash', each));
    for (const gone of [...runs, ...others, ...deleted]) {
      fs.rmSync(path.join(root, gone), { recursive: true, force: true });
    }
    small = `${root}.small`;
    fs.renameSync(root, small);
    smallOf.set(fixture, small);
  }
  fs.cpSync(small, root, { recursive: true, preserveTimestamps: true });
  return fs.realpathSync(root);
}

const smallOf = new Map<string, string>();
const RUN = /^[0-9a-f]{32}$/;

/** Carries changes out in this process. */
export function apply(root: string, ...changes: Change[]): ReturnType<typeof applyStepwise> {
  return applyStepwise({ changes, expected: [], now: NOW }, 'test', stepOf(filesMedium(root)));
}

/** Every file and folder of the store with what is in it; what stands under construction is not part of it. */
export function filesOf(root: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const inner = path.relative(root, file);
    if (!inner.includes('mlflow-lens-')) {
      files.set(
        inner,
        entry.isFile() ? fs.readFileSync(file, 'utf8') : entry.isDirectory() ? 'folder' : 'link',
      );
    }
  }
  return files;
}

export const metaOf = (root: string, ...parts: string[]): string =>
  fs.readFileSync(path.join(root, ...parts, 'meta.yaml'), 'utf8');

/** Paths of the runs that are not deleted with their experiment. */
export function runsIn(root: string): string[] {
  const experiments = fs.readdirSync(root).filter((each) => /^[1-9]\d*$/.test(each));
  return experiments.flatMap((experimentId) =>
    fs
      .readdirSync(path.join(root, experimentId))
      .filter((each) => RUN.test(each))
      .map((runId) => path.join(experimentId, runId)),
  );
}

/** The run that `copyOf` keeps. */
export function someRun(root: string): { experimentId: string; runId: string } {
  const [experimentId, runId] = runsIn(root)[0]!.split(path.sep) as [string, string];
  return { experimentId, runId };
}

/** Changes of many files and folders, so that there is something to be between. */
export function longChange(root: string): Change[] {
  const { experimentId, runId } = someRun(root);
  return [
    {
      type: 'transitionModelVersionStage',
      name,
      version: '4',
      stage: 'Production',
      archiveExistingVersions: true,
    },
    { type: 'setTag', runId, key: 'a/b', value: 'v'.repeat(8000) },
    { type: 'copyModelVersion', name, version: '2', to: 'copies' },
    { type: 'renameRegisteredModel', name, newName: 'renamed' },
    { type: 'deleteExperiment', experimentId },
    { type: 'restoreExperiment', experimentId },
    { type: 'deleteRegisteredModel', name: 'renamed' },
  ];
}

/** What of `fs` changes anything. */
const CHANGING = [
  'mkdirSync',
  'writeFileSync',
  'copyFileSync',
  'renameSync',
  'unlinkSync',
  'rmSync',
] as const;

/** Every state of the folder that somebody else may see meanwhile, and how often the system is asked to change something. */
async function statesOf(root: string, changes: Change[]): Promise<{ states: Set<string>; calls: number }> {
  const module = createRequire(__filename)('node:fs') as Record<string, (...args: unknown[]) => unknown>;
  const kept = CHANGING.map((call) => [call, module[call]!] as const);
  const look = (): string => JSON.stringify([...filesOf(root)].sort());
  const states = new Set([look()]);
  let calls = 0;
  for (const [call, real] of kept) {
    module[call] = (...args) => {
      calls++;
      const result = real(...args);
      if (call !== 'writeFileSync') {
        states.add(look());
      }
      return result;
    };
  }
  try {
    await apply(root, ...changes);
  } finally {
    kept.forEach(([call, real]) => (module[call] = real));
  }
  return { states, calls };
}

/** The writer's process, which is killed at the nth time that it asks the system to change something; amid a write, half of it is written. */
async function endedAt(nth: number, root: string, changes: Change[], distFolder: string): Promise<void> {
  const killer = path.join(tempFolder(), 'killer.js');
  fs.writeFileSync(
    killer,
    `const fs = require('node:fs');
    let left = ${nth};
    for (const call of ${JSON.stringify(CHANGING)}) {
      const real = fs[call];
      fs[call] = (...args) => {
        if (--left > 0) return real(...args);
        if (call === 'writeFileSync') fs.writeSync(args[0], args[1].slice(0, args[1].length / 2));
        process.kill(process.pid, 'SIGKILL');
      };
    }`,
  );
  const { command, args, options } = spawnOfWriter(FILES_WRITER, { distFolder });
  const child = spawn(command, ['--require', killer, ...args], {
    ...options,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const closed = new Promise<string | null>((resolve) => child.on('close', (_, signal) => resolve(signal)));
  const job: FilesWriterJob = { folder: root, request: { changes, expected: [], now: NOW } };
  child.stdin.write(`${JSON.stringify(job)}\n`);
  assert.equal(await closed, 'SIGKILL');
}

/**
 * Kills the writer's process at points spread over changes, each time on a copy of the folder as it was before, at `root`.
 *
 * @param look sees the folder right after the kill, and whether somebody could have seen it so without one
 */
export async function killFilesWriter(
  root: string,
  { kills, distFolder }: { kills: number; distFolder: string },
  look: (state: { kill: number; text: string; isState: boolean }) => void | Promise<void>,
): Promise<void> {
  const pristine = `${root}.pristine`;
  fs.cpSync(root, pristine, { recursive: true, preserveTimestamps: true });
  const changes = longChange(root);
  const { states, calls } = await statesOf(root, changes);
  for (let kill = 0; kill < kills; kill++) {
    fs.rmSync(root, { recursive: true });
    fs.cpSync(pristine, root, { recursive: true, preserveTimestamps: true });
    await endedAt(Math.ceil((calls * (kill + Math.random())) / kills), root, changes, distFolder);
    const text = JSON.stringify([...filesOf(root)].sort());
    await look({ kill, text, isState: states.has(text) });
  }
}
