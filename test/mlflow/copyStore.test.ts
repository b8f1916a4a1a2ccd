import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { answers, readSearches } from '../../scripts/inspect/answers';
import { toJson } from '../../scripts/inspect/json';
import { withStore } from '../../scripts/inspect/store';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import {
  migrationArguments,
  MIGRATION_ENVIRONMENT,
  migrationTarget,
} from '../../src/platform/mlflowMigration';
import { runProgram } from '../../src/platform/runProgram';
import { removeTempFolders, tempFolder } from '../support/database';
import { copyFixture, fixture, FILES_VERSIONS } from '../support/fixtures';
import { compareAnswers, parseAnswers, searchesOf, type Answers } from '../support/oracle';
import { openWorkbench, type Workbench } from '../support/workbench';

/** All that a store holds, as a database holds it: its infinities are the largest numbers, and it has no -0. */
async function inspect(uri: string, searches: string): Promise<Answers> {
  const json = await withStore(uri, async (store) =>
    toJson(await answers(store, readSearches(searches), 'sqlite')),
  );
  return parseAnswers(json.replaceAll(/(?<=[[:,]\s*)-0(?:\.0)?(?=\s*[\],}])/g, '0'));
}

/** Each file of a folder with its content and time. */
function stateOf(root: string): string[] {
  return fs
    .readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const file = path.join(root, name);
      const stat = fs.lstatSync(file);
      return `${name} ${stat.mtimeMs} ${stat.isFile() ? fs.readFileSync(file, 'base64') : ''}`;
    })
    .toSorted();
}

describe('an mlruns folder that MLflow itself copies to SQLite', function () {
  this.timeout(600_000);
  let workbench: Workbench | undefined;
  after(async () => {
    await workbench?.close();
    removeTempFolders();
  });

  /** A folder whose name is what a URI would write in another way. */
  function folderOf(version: string): string {
    const parent = path.join(tempFolder(), 'my 50 % é runs');
    fs.mkdirSync(parent);
    const folder = path.join(parent, 'mlruns');
    copyFixture(`files-${version}`, folder, 'mlruns');
    return folder;
  }

  async function sameIn(folder: string, file: string, version: string): Promise<void> {
    const searches = path.join(await fixture(`files-${version}`), 'answers.json');
    const [before, after] = [await inspect(folder, searches), await inspect(file, searches)];
    assert.ok((before['runs']?.length ?? 0) > 10);
    for (const experiment of before['experiments']!) {
      if (version === '1.30.1' && experiment['lifecycle_stage'] === 'deleted') {
        // As the question says: it was moved, and says in its own file that it is active.
        experiment['lifecycle_stage'] = 'active';
      }
    }
    compareAnswers(after, before);
    assert.deepEqual(searchesOf(after), searchesOf(before));
  }

  // The newest is the one that the command copies, below.
  for (const version of FILES_VERSIONS.slice(0, -1)) {
    it(`has the same runs, models and searches in both, as MLflow ${version} wrote it; the folder is as it was`, async () => {
      const folder = folderOf(version);
      const before = stateOf(folder);
      const file = await migrationTarget(folder);
      const lines: string[] = [];
      const { ended } = runProgram(
        {
          command: mlflowPython(),
          args: ['-m', 'mlflow', ...migrationArguments(folder, file)],
          cwd: tempFolder(),
          // Another encoding than that of the files, as on Windows.
          env: { ...MIGRATION_ENVIRONMENT, LC_ALL: 'C', PYTHONCOERCECLOCALE: '0' },
        },
        (line) => lines.push(line),
      );
      assert.equal(await ended, 0, lines.join('\n'));
      await sameIn(folder, file, version);
      assert.deepEqual(stateOf(folder), before);
      assert.equal(path.basename(await migrationTarget(folder)), 'mlflow-2.db');
    });
  }

  it('is copied by the command, which opens the new store and says what it holds', async () => {
    const version = FILES_VERSIONS.at(-1)!;
    const folder = folderOf(version);
    const before = stateOf(folder);
    const workspace = path.dirname(folder);
    fs.mkdirSync(path.join(workspace, '.vscode'));
    fs.writeFileSync(
      path.join(workspace, '.vscode/settings.json'),
      JSON.stringify({ 'mlflowLens.pythonPath': mlflowPython() }),
    );
    workbench = await openWorkbench({ workspace });
    await workbench.openView('Experiments');
    const row = await workbench.reveal(/^mlruns/);
    await workbench.contextMenu(row, 'Copy Store to SQLite…');
    await workbench.dialog.waitFor();
    await workbench.page.screenshot({ path: 'test/host/screenshots/copy-store-question.png' });
    await workbench.clickDialog('Copy');
    await workbench.row(/^mlflow\.db/).waitFor({ timeout: 300_000 });
    await workbench.notification(
      /^Copied \d+ experiments, \d+ runs, .*registered model.* to mlflow\.db/,
      300_000,
    );
    await workbench.page.screenshot({ path: 'test/host/screenshots/copy-store.png' });
    await sameIn(folder, path.join(workspace, 'mlflow.db'), version);
    assert.deepEqual(stateOf(folder), before);
  });
});
