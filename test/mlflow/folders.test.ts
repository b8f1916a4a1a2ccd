import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { workerBundle } from '../../scripts/workerBundle';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import type { Change } from '../../src/mlflow/writer';
import { createFilesWriter } from '../../src/stores/files/writer';
import { removeTempFolders, tempFolder } from '../support/database';
import { copyFixture, FILES_VERSIONS } from '../support/fixtures';
import { doneByMlflow } from './clientRows';
import { operationsOf, type Ids, type Operation } from './operations';

/** What an archive holds, with few runs: each operation has two copies. */
function copyOf(mlflow: string): string {
  const root = path.join(tempFolder(), 'mlruns');
  let small = smallOf.get(mlflow);
  if (small === undefined) {
    copyFixture(`files-${mlflow}`, root, 'mlruns');
    for (const experimentId of foldersIn(root).filter((each) => /^\d+$/.test(each))) {
      const runs = foldersIn(path.join(root, experimentId)).filter((each) => RUN.test(each));
      runs.slice(2).forEach((runId) => fs.rmSync(path.join(root, experimentId, runId), { recursive: true }));
    }
    small = `${root}.small`;
    fs.renameSync(root, small);
    smallOf.set(mlflow, small);
  }
  fs.cpSync(small, root, { recursive: true });
  return root;
}

const smallOf = new Map<string, string>();
const RUN = /^[0-9a-f]{32}$/;

const foldersIn = (folder: string): string[] => (fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []);

/** Of the fixture: an active run of an experiment, and a logged model where there is one. */
function idsOf(root: string): Ids {
  const experiments = foldersIn(root).filter((each) => /^[1-9]\d*$/.test(each));
  const runs = experiments.flatMap((experimentId) =>
    foldersIn(path.join(root, experimentId))
      .filter((each) => RUN.test(each))
      .filter((runId) => /^lifecycle_stage: active$/m.test(meta(root, experimentId, runId)))
      .map((runId) => ({ runId, experimentId })),
  );
  const modelId = experiments
    .flatMap((experimentId) =>
      foldersIn(path.join(root, experimentId, 'models')).map((each) => [experimentId, 'models', each]),
    )
    .find((place) => /^status: 2$/m.test(meta(root, ...place)))?.[2];
  return { ...runs[0]!, modelId };
}

const meta = (root: string, ...place: string[]): string =>
  fs.readFileSync(path.join(root, ...place, 'meta.yaml'), 'utf8');

/** Every file and folder, with times of this test, folders and created ids made equal. */
function comparable(root: string, since: number, created: string | null): Record<string, string> {
  const isId = created !== null && created.length > 3;
  const plain = (text: string): string => {
    const timed = text
      .replaceAll(root, 'ROOT')
      .replace(/\b1[5-9]\d{11}\b/g, (time) => (Number(time) >= since ? 'TIME' : time));
    return isId ? timed.replaceAll(created, 'CREATED') : timed;
  };
  const entries = fs.readdirSync(root, { recursive: true, withFileTypes: true }).map((entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const content = entry.isDirectory() ? 'folder' : plain(fs.readFileSync(file, 'utf8'));
    // Texts of several lines may be written in several ways; the order of the keys is part of it.
    const isMeta = entry.name === 'meta.yaml';
    const shown = isMeta ? JSON.stringify(Object.entries(parse(content) as object)) : content;
    return [plain(path.relative(root, file)), shown] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Our way of a renaming keeps what MLflow loses: that part is taken out, and has to be there. */
function withoutKept(files: Record<string, string>, changes: readonly Change[]): Record<string, string> {
  const renamed = changes.find((change) => change.type === 'renameRegisteredModel');
  if (!renamed) {
    return files;
  }
  const isKept = (file: string): boolean =>
    /^models\/[^/]+\/(?:(?:aliases|tags)(?:\/|$)|version-\d+\/tags$)/.test(file) &&
    file.startsWith(`models/${renamed.newName}/`);
  assert.ok(Object.keys(files).filter(isKept).length > 2, 'its aliases and tags are kept');
  return Object.fromEntries(Object.entries(files).filter(([file]) => !isKept(file)));
}

/** What MLflow of that version did in another way, or not at all. */
function isLeftOut(mlflow: string, changes: readonly Change[]): boolean {
  const isOfRegistry = changes.some((change) => 'name' in change);
  // MLflow 1.30 has no registry in a folder, and deleting an experiment leaves its runs as they are.
  return (
    mlflow === '1.30.1' && (isOfRegistry || changes.some(({ type }) => /e(lete|store)Experiment$/.test(type)))
  );
}

/** MLflow's own renaming ends amid it where a version has tags: here none has any. */
function withoutVersionTags(operation: Operation): Operation {
  const isRenaming = [operation.change].flat().some(({ type }) => type === 'renameRegisteredModel');
  const untagged = {
    type: 'deleteModelVersionTag',
    name: 'taxi regressor',
    version: '2',
    key: 'validated',
  } as const;
  return isRenaming ? { ...operation, given: [untagged] } : operation;
}

describe('every change of an mlruns folder against MLflow itself', function () {
  this.timeout(600_000);
  after(removeTempFolders);

  for (const mlflow of FILES_VERSIONS) {
    it(`writes the files of MLflow ${mlflow}'s client`, async () => {
      const python = mlflowPython(mlflow);
      const distFolder = workerBundle();
      const list = operationsOf(mlflow, idsOf(copyOf(mlflow)))
        .filter(({ change, given = [] }) => !isLeftOut(mlflow, [...given, change].flat()))
        .map(withoutVersionTags);
      const since = Date.now();
      const cases: { operation: Operation; ours: string; theirs: string; created: string | null }[] = [];
      for (const operation of list) {
        const [ours, theirs] = [copyOf(mlflow), copyOf(mlflow)];
        const apply = (root: string, changes: Change[]) =>
          createFilesWriter(root, { distFolder }).apply({ changes, expected: [] });
        if (operation.given) {
          await Promise.all([apply(ours, operation.given), apply(theirs, operation.given)]);
        }
        const { created } = await apply(ours, [operation.change].flat());
        cases.push({ operation, ours, theirs, created: created[0] ?? null });
      }
      const answers = doneByMlflow(
        python,
        cases.map(({ theirs, operation }) => ({ file: theirs, changes: [operation.change].flat() })),
        { MLFLOW_ALLOW_FILE_STORE: 'true' },
      );
      const problems: string[] = [];
      cases.forEach(({ operation, ours, theirs, created }, index) => {
        const answer = answers[index];
        try {
          assert.equal(answer?.error, undefined);
          assert.deepEqual(
            withoutKept(comparable(ours, since, created), [operation.change].flat()),
            comparable(theirs, since, answer?.created ?? null),
          );
        } catch (error) {
          problems.push(`${operation.what}: ${error instanceof Error ? error.message : String(error)}`);
        }
      });
      assert.deepEqual(problems, []);
    });
  }
});
