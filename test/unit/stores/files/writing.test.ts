import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { workerBundle } from '../../../../scripts/workerBundle';
import type { StoreErrorCode } from '../../../../src/mlflow/errors';
import type { Change } from '../../../../src/mlflow/writer';
import { FILES_WRITER, type FilesWriterJob } from '../../../../src/stores/files/writer';
import { filesMedium } from '../../../../src/stores/files/writer/medium';
import { editYaml, yamlScalar } from '../../../../src/stores/files/writer/yamlText';
import { readMeta } from '../../../../src/stores/files/meta';
import { applyStepwise, stepOf } from '../../../../src/registry/stepwise';
import { spawnOfWriter } from '../../../../src/stores/writerHost';
import { refuses } from '../../../support/contract/tools';
import { removeTempFolders, tempFolder } from '../../../support/database';
import { copyFixture, FILES_VERSIONS } from '../../../support/fixtures';
import { NOW } from '../../../support/writer';

const name = 'taxi regressor';

/** Of what an archive holds: the registry, and an experiment with one run. In a folder of its own. */
function copyOf(fixture = 'files-3.12.0'): string {
  const root = path.join(tempFolder(), 'mlruns');
  let small = smallOf.get(fixture);
  if (small === undefined) {
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

function apply(root: string, ...changes: Change[]): ReturnType<typeof applyStepwise> {
  return applyStepwise({ changes, expected: [], now: NOW }, 'test', stepOf(filesMedium(root)));
}

/** Every file and folder of the store with what is in it; what stands under construction is not part of it. */
function filesOf(root: string): Map<string, string> {
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

const metaOf = (root: string, ...parts: string[]): string =>
  fs.readFileSync(path.join(root, ...parts, 'meta.yaml'), 'utf8');

/** Paths of the runs that are not deleted with their experiment. */
function runsIn(root: string): string[] {
  const experiments = fs.readdirSync(root).filter((each) => /^[1-9]\d*$/.test(each));
  return experiments.flatMap((experimentId) =>
    fs
      .readdirSync(path.join(root, experimentId))
      .filter((each) => RUN.test(each))
      .map((runId) => path.join(experimentId, runId)),
  );
}

function someRun(root: string): { experimentId: string; runId: string } {
  const [experimentId, runId] = runsIn(root)[0]!.split(path.sep) as [string, string];
  return { experimentId, runId };
}

/** A change of many files and folders, so that there is something to be between. */
function longChange(root: string): Change[] {
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

describe('changes of an mlruns folder', function () {
  this.timeout(60_000);
  after(removeTempFolders);

  it('leave what they do not change to the letter, whichever MLflow wrote it', async () => {
    for (const version of FILES_VERSIONS) {
      const root = copyOf(`files-${version}`);
      const { experimentId, runId } = someRun(root);
      const before = filesOf(root);
      await apply(
        root,
        { type: 'deleteRun', runId },
        { type: 'restoreRun', runId },
        { type: 'setTag', runId, key: 'ü b/c', value: 'a\nb' },
        { type: 'deleteTag', runId, key: 'ü b/c' },
      );
      const now = filesOf(root);
      // As with MLflow, the folder of the key stays.
      assert.ok(now.delete(path.join(experimentId, runId, 'tags/ü b')), version);
      assert.deepEqual(now, before, version);
    }
  });

  it('write the keys of meta.yaml in their order, and texts so that they stay texts', () => {
    const text = "a: 1\nlong: 'two\n\n  lines'\ntags:\n- x\nz: null\n";
    const edited = editYaml(text, { k: 'v: #', a: undefined, z: 'yes', tags: [] });
    assert.equal(edited, "k: 'v: #'\nlong: 'two\n\n  lines'\ntags: []\nz: 'yes'\n");
    assert.throws(() => editYaml('{a: 1}\n', { a: 2 }));
    const hard = [
      '',
      ' a',
      'a ',
      '-',
      '- a',
      '---',
      '12',
      '1_0',
      '1:30',
      '1.5',
      '.inf',
      '2024-01-01',
      'null',
      '~',
      'on',
    ];
    const more = [
      "it's",
      'a: b',
      'a #b',
      'x:',
      '#',
      '@x',
      '%',
      '"',
      '\\',
      'a\tb',
      'a\nb\n',
      '\u0085',
      '\ufeff',
      '😀',
      'ünï',
      '\0',
      '=',
      '{',
      '0x1f',
      '? a',
    ];
    for (const value of [...hard, ...more]) {
      const line = `k: ${yamlScalar(value)}\n`;
      assert.equal(readMeta(line).get('k'), value, line);
    }
    assert.deepEqual(['plain text', '0af2', '/a/b:c', 'a-b'].map(yamlScalar), [
      'plain text',
      '0af2',
      '/a/b:c',
      'a-b',
    ]);
  });

  it('rename a model with its aliases, tags and deleted versions, which MLflow loses', async () => {
    const root = copyOf();
    const model = path.join(root, 'models', name);
    const before = filesOf(model);
    await apply(root, { type: 'renameRegisteredModel', name, newName: 'other' });
    assert.equal(fs.existsSync(model), false);
    const renamed = (text: string): string =>
      text
        .replace(/^name: .*$/m, 'name: other')
        .replace(/^last_updated_timestamp: .*$/m, `last_updated_timestamp: ${NOW}`);
    assert.deepEqual(
      filesOf(path.join(root, 'models/other')),
      new Map([...before].map(([file, text]) => [file, file.endsWith('meta.yaml') ? renamed(text) : text])),
    );
    assert.deepEqual(
      fs.readdirSync(path.join(root, '.trash')).filter((each) => !/^\d+$/.test(each)),
      [],
    );
  });

  it('never use the number of a deleted version again, and take its aliases along', async () => {
    const root = copyOf();
    const { created } = await apply(
      root,
      { type: 'deleteModelVersion', name, version: '4' },
      { type: 'createModelVersion', name, source: '/x', runId: null },
    );
    assert.deepEqual(created, [null, '6'], '5 was deleted before');
    assert.deepEqual(fs.readdirSync(path.join(root, 'models', name, 'aliases')), ['champion']);
    assert.match(metaOf(root, 'models', name, 'version-4'), /^current_stage: Deleted_Internal$/m);
    assert.match(metaOf(root, 'models', name), /^aliases:\n {2}champion: '3'\n/);
  });

  it('keep the mode of a file that is written again', async () => {
    const root = copyOf();
    const { experimentId, runId } = someRun(root);
    const file = path.join(root, experimentId, runId, 'meta.yaml');
    fs.chmodSync(file, 0o640);
    await apply(root, { type: 'deleteRun', runId });
    assert.equal(fs.statSync(file).mode & 0o777, 0o640);
  });

  describe('refuse, and change nothing', () => {
    const refused: [what: string, make: (root: string) => Change, code: StoreErrorCode, message: RegExp][] = [
      [
        'the default experiment',
        () => ({ type: 'deleteExperiment', experimentId: '0' }),
        'INVALID_PARAMETER_VALUE',
        /experiment 0/,
      ],
      [
        'a key below which there are keys',
        (root) => {
          const { experimentId, runId } = someRun(root);
          fs.mkdirSync(path.join(root, experimentId, runId, 'tags/a'));
          return { type: 'setTag', runId, key: 'a', value: '' };
        },
        'INVALID_PARAMETER_VALUE',
        /each key is a file/,
      ],
      [
        'a key below a key',
        (root) => ({ type: 'setTag', runId: someRun(root).runId, key: 'mlflow.user/b', value: '' }),
        'INVALID_PARAMETER_VALUE',
        /cannot both be keys/,
      ],
      [
        'a folder of tags that is a link out of the store',
        (root) => {
          const { experimentId, runId } = someRun(root);
          const tags = path.join(root, experimentId, runId, 'tags');
          fs.rmSync(tags, { recursive: true });
          fs.symlinkSync(tempFolder(), tags);
          return { type: 'setTag', runId, key: 'a', value: '' };
        },
        'INVALID_PARAMETER_VALUE',
        /links are not followed/,
      ],
      [
        'a tag that is a link out of the store',
        (root) => {
          const { experimentId, runId } = someRun(root);
          fs.symlinkSync('/etc/passwd', path.join(root, experimentId, runId, 'tags/a'));
          return { type: 'setTag', runId, key: 'a', value: '' };
        },
        'NOT_A_STORE',
        /is a link or a device/,
      ],
      [
        'a model in which something is no file',
        (root) => {
          fs.symlinkSync('/etc/passwd', path.join(root, 'models', name, 'link'));
          return { type: 'renameRegisteredModel', name, newName: 'other' };
        },
        'NOT_A_STORE',
        /is not a file of MLflow's/,
      ],
      [
        'a run whose meta.yaml is damaged',
        (root) => {
          const { experimentId, runId } = someRun(root);
          fs.writeFileSync(path.join(root, experimentId, runId, 'meta.yaml'), 'run_id: x\n  : [');
          return { type: 'deleteRun', runId };
        },
        'CORRUPT',
        /meta\.yaml is damaged: mend it first/,
      ],
      [
        'a name that no file can have',
        () => ({ type: 'createRegisteredModel', name: 'ü'.repeat(200) }),
        'INVALID_PARAMETER_VALUE',
        /too long for a file/,
      ],
      [
        'a model outside',
        () => ({ type: 'deleteRegisteredModel', name: '../0' }),
        'RESOURCE_DOES_NOT_EXIST',
        /0/,
      ],
      [
        'a run outside',
        () => ({ type: 'deleteRun', runId: '../models' }),
        'RESOURCE_DOES_NOT_EXIST',
        /models/,
      ],
    ];
    for (const [what, make, code, message] of refused) {
      it(what, async () => {
        const root = copyOf();
        const change = make(root);
        const before = filesOf(root);
        await refuses(apply(root, change), code, message);
        assert.deepEqual(filesOf(root), before);
      });
    }
  });

  it('killed at 20 points leave a store as it was before or after one of its files, and no half one', async () => {
    const root = copyOf();
    const pristine = `${root}.pristine`;
    fs.cpSync(root, pristine, { recursive: true, preserveTimestamps: true });
    const changes = longChange(root);
    const { states, calls } = await statesOf(root, changes);
    const distFolder = workerBundle();
    const seen = new Set<string>();
    for (let kill = 0; kill < 20; kill++) {
      fs.rmSync(root, { recursive: true });
      fs.cpSync(pristine, root, { recursive: true, preserveTimestamps: true });
      await endedAt(Math.ceil((calls * (kill + Math.random())) / 20), root, changes, distFolder);
      const state = JSON.stringify([...filesOf(root)].sort());
      assert.ok(states.has(state), `kill ${kill}: a state that no step leads to`);
      seen.add(state);
      // What was left under construction is no hindrance.
      const later = filesMedium(root);
      await later.carryOut({ type: 'createRegisteredModel', name: 'afterwards' }, NOW);
      assert.equal(
        await later.read({ kind: 'registeredModel', name: 'afterwards', field: 'exists' }),
        'true',
      );
    }
    assert.ok(seen.size > 5, `${seen.size} different states`);
  });
});
