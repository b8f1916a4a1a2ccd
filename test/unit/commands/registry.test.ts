import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as annotations from '../../../src/commands/registry/annotationCommands';
import * as lifecycle from '../../../src/commands/registry/lifecycleCommands';
import * as models from '../../../src/commands/registry/modelCommands';
import { undoLast } from '../../../src/commands/registry/perform';
import * as promotion from '../../../src/commands/registry/promotionCommands';
import type { StoreError } from '../../../src/mlflow/errors';
import { dumpDatabase, removeTempFolders, withDatabase } from '../../support/database';
import { registryFlow, type Flow } from '../../support/registryFlow';

const name = 'taxi regressor';

describe('registry commands on a real store', () => {
  let flow: Flow;
  const open = (version?: Parameters<typeof registryFlow>[0]): Flow => (flow = registryFlow(version));
  afterEach(() => {
    flow.ui.mustBeDone();
    flow.close();
  });
  after(removeTempFolders);

  const stageOf = async (version: string): Promise<string | undefined> =>
    (await (await flow.stores.get(flow.store)).getRegisteredModel(name)).versions.find(
      (candidate) => candidate.version === version,
    )?.currentStage;
  const isCancelled = (error: StoreError): boolean => error.code === 'CANCELLED';

  it('promotes by palette: asks for what is missing, says what changes, shows it at once, undoes it', async () => {
    const { context, ui, history, store } = open();
    ui.will(
      { pick: name },
      { pick: 'v4' },
      { pick: 'Production' },
      { pick: 'Archive v2 and v3' },
      { click: 'Promote v4' },
    );
    await promotion.promoteModelVersion(context, undefined);
    const dialog = ui.shown.find((text) => text.startsWith('Promote taxi regressor v4 to Production?'));
    assert.match(dialog ?? '', /v4 goes from Staging to Production\./);
    assert.match(dialog ?? '', /v2 and v3 are in Production now and will be Archived\./);
    assert.match(dialog ?? '', /@shadow stays on v4\./);
    for (const line of [
      /^v4 against v3:$/m,
      /^Metrics: .*rmse 5\.\d+ → 8\.\d+ \(worse\)/m,
      /^Params: 2 changed: learning_rate .*, model lasso → xgboost\.$/m,
      /^Data: validation green_tripdata \(d1ge001\) → none, 1 column changed\.$/m,
      /^Environment, signature and size are not compared: the files of v3 are not readable here, /m,
      /^Tags: 1 changed: model xgboost → forest\./m,
    ]) {
      assert.match(dialog ?? '', line);
    }
    assert.deepEqual(await Promise.all(['2', '3', '4'].map(stageOf)), ['Archived', 'Archived', 'Production']);
    assert.match(ui.logged[0] ?? '', /taxi regressor v4 is in Production\. \(tester, through node:sqlite/);
    assert.equal(history.entries(store, name)[0]?.effects.length, 3);

    ui.will({ click: 'Undo' });
    await ui.clickOffered();
    assert.deepEqual(await Promise.all(['2', '3', '4'].map(stageOf)), [
      'Production',
      'Production',
      'Staging',
    ]);
    assert.equal(history.lastUndoable(store), null);
    assert.match(history.entries(store, name)[0]?.what ?? '', /^Undone: /);
  });

  it('with all arguments asks only for the confirmation, and Escape there changes nothing', async () => {
    const { context, ui, store, file } = open();
    const before = dumpDatabase(file);
    const args = { store, name, version: '4', stage: 'production', archiveExisting: true };
    ui.will('escape');
    await assert.rejects(promotion.promoteModelVersion(context, args), isCancelled);
    assert.equal(ui.shown.length, 1);
    assert.deepEqual(dumpDatabase(file), before);
  });
  it('offers the diff first, which changes nothing', async () => {
    const { context, ui, store } = open();
    ui.will({ click: 'Show Diff First' });
    const args = { store, name, version: '4', stage: 'Production', archiveExisting: false };
    await assert.rejects(promotion.promoteModelVersion(context, args), isCancelled);
    assert.deepEqual(ui.ran, [['diffModelVersions', { store, name, versions: ['3', '4'] }]]);
    assert.equal(await stageOf('4'), 'Staging');
    ui.will({ click: 'Promote v4' });
    await ui.clickOffered();
    assert.equal(await stageOf('4'), 'Production');
  });

  it('compares with what is in production where nothing is in the stage yet', async () => {
    const { context, ui, store } = open();
    ui.will('escape');
    await assert.rejects(
      promotion.promoteModelVersion(context, { store, name, version: '4', alias: 'challenger' }),
      isCancelled,
    );
    assert.match(ui.shown[0] ?? '', /^v4 against v3:$/m);
  });

  it('warns of an incompatible signature, before everything else that differs', async () => {
    const { context, ui, store } = open('taxi-duration');
    ui.will('escape');
    const args = { store, name: 'taxi-duration', version: '4', stage: 'Production', archiveExisting: true };
    await assert.rejects(promotion.promoteModelVersion(context, args), isCancelled);
    const lines = (ui.shown[0] ?? '').split('\n');
    // Before what it changes: a long dialog is not read to its end.
    assert.match(lines[0] ?? '', /to Production\? ⚠ The signature is incompatible: v4 takes /);
    assert.ok(lines.indexOf('taxi-duration v4 goes from None to Production.') > 1);
    assert.ok(lines.includes('v4 against v2:'));
    assert.ok(lines.some((line) => /^Environment: only v4: xgboost; only v2: skops\.$/.test(line)));
    assert.ok(lines.some((line) => /^Size: .*→/.test(line)));
  });

  it('offers versions with what they are chosen by: the metric and the name of their run', async () => {
    const { context, ui, store } = open('taxi-duration');
    ui.will('escape');
    await assert.rejects(
      promotion.promoteModelVersion(context, { store, name: 'taxi-duration' }),
      isCancelled,
    );
    assert.match(
      ui.shown[0] ?? '',
      /\[v4 \(@challenger · rmse 2\.867 · xgboost · [^|]*\) \| v3 \(Staging · rmse 2\.908 · xgboost · [^|]*\) \| v2 \(Production · @champion · rmse 2\.971 · lasso · /,
    );
  });

  it('leads with checks that have not passed and metrics that are worse', async () => {
    const { context, ui, store, file } = open('taxi-duration');
    withDatabase(file, (database) =>
      database.exec(
        `UPDATE model_version_tags SET value = 'Pending' WHERE name = 'taxi-duration' AND version = 4 AND key = 'validation_status';
         UPDATE latest_metrics SET value = 3.5 WHERE key = 'rmse' AND run_uuid = (
           SELECT run_id FROM model_versions WHERE name = 'taxi-duration' AND version = 4)`,
      ),
    );
    ui.will('escape');
    const args = { store, name: 'taxi-duration', version: '4', stage: 'Production', archiveExisting: true };
    await assert.rejects(promotion.promoteModelVersion(context, args), isCancelled);
    const lines = (ui.shown[0] ?? '').split('\n');
    assert.match(lines[1] ?? '', /^⚠ v4 is worse than v2: rmse 2\.971 → 3\.5\.$/);
    assert.equal(lines[2], '⚠ The tag "validation_status" of v4 is "Pending".');
    assert.equal(lines[3], '');
  });

  it('promotes a run: its version, or the one that it is registered as first', async () => {
    const { context, ui, store } = open('taxi-duration');
    const tracking = await flow.stores.get(store);
    const model = await tracking.getRegisteredModel('taxi-duration');
    const target = { store, stage: 'Production', archiveExisting: false };
    ui.will('escape');
    const { runId } = model.versions[0]!;
    await assert.rejects(promotion.promoteModelVersion(context, { ...target, runId }), isCancelled);
    assert.match(ui.shown[0] ?? '', /^Promote taxi-duration v4 to Production\?/);

    const { items } = await tracking.searchLoggedModels({ maxResults: 100 });
    const registered = new Set(model.versions.map((version) => version.runId));
    const free = items.find(({ sourceRunId }) => sourceRunId !== null && !registered.has(sourceRunId));
    ui.will(
      { pick: '$(add) Register Its Model' },
      { pick: 'taxi-duration' },
      { click: 'Register Version' },
      { click: 'Promote v5' },
    );
    await promotion.promoteModelVersion(context, { ...target, runId: free?.sourceRunId });
    const after = await tracking.getRegisteredModel('taxi-duration');
    assert.equal(after.versions[0]?.runId, free?.sourceRunId);
    assert.equal(after.versions[0]?.currentStage, 'Production');
  });

  it('when somebody else was faster shows what is so now and asks again', async () => {
    const { context, ui, store, file } = open();
    ui.will({ click: 'Promote v4' }, { click: 'Promote v4' });
    ui.beforeAnswer = () =>
      withDatabase(file, (database) =>
        database.exec(
          `UPDATE model_versions SET current_stage = 'Archived' WHERE name = '${name}' AND version = 3`,
        ),
      );
    await promotion.promoteModelVersion(context, {
      store,
      name,
      version: '4',
      stage: 'Production',
      archiveExisting: true,
    });
    assert.match(ui.shown[0] ?? '', /v2 and v3 are in Production/);
    assert.match(
      ui.shown[1] ?? '',
      /Someone changed this meanwhile: what is in Production of taxi regressor is now "2"/,
    );
    assert.match(ui.shown[1] ?? '', /v2 is in Production now and will be Archived/);
    assert.deepEqual(await Promise.all(['2', '4'].map(stageOf)), ['Archived', 'Production']);
  });

  it('undoes only while nobody changed those rows since, and says what is different', async () => {
    const { context, ui, store, file } = open();
    ui.will({ click: 'Archive v2' });
    await promotion.archiveModelVersion(context, { store, name, version: '2' });
    withDatabase(file, (database) =>
      database.exec(
        `UPDATE model_versions SET current_stage = 'None' WHERE name = '${name}' AND version = 2`,
      ),
    );
    ui.will({ click: 'Undo' });
    await assert.rejects(
      undoLast(context, store),
      (error: StoreError) =>
        error.code === 'STALE' &&
        /can no longer be undone.*v2 is now "None"; it was "Archived"/.test(error.message),
    );
    assert.equal(await stageOf('2'), 'None');
  });

  it('sets, moves and removes an alias', async () => {
    const { context, ui, store } = open();
    ui.will({ click: 'Move @champion to v4' });
    await promotion.setAlias(context, { store, name, alias: 'champion', version: '4' });
    ui.will({ pick: '$(add)' }, { type: 'gate-1' }, { click: 'Set @gate-1 on v2' });
    await promotion.promoteModelVersion(context, { store, name, version: '2' });
    ui.will({ pick: '@gate-1' }, { click: 'Remove @gate-1' });
    await promotion.deleteAlias(context, { store, name });
    const model = await (await flow.stores.get(store)).getRegisteredModel(name);
    assert.deepEqual(model.aliases.map(({ alias, version }) => `${alias} ${version}`).toSorted(), [
      'champion 4',
      'shadow 4',
    ]);
    ui.will({ click: 'Undo' });
    await ui.clickOffered();
    assert.ok(
      (await (await flow.stores.get(store)).getRegisteredModel(name)).aliases.some(
        ({ alias }) => alias === 'gate-1',
      ),
    );
  });

  it('of a read-only file or folder says so before it asks anything', async function () {
    this.timeout(30_000);
    const { file } = open();
    const folder = path.dirname(file);
    const script = path.resolve(__dirname, '../../support/refusedPromotion.ts');
    // Root may write anything, unless it gives that up.
    const asPlainUser =
      process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];
    const said = async (): Promise<string> => {
      const command = [...asPlainUser, process.execPath, '--import', 'tsx', script, file];
      const { stdout } = await promisify(execFile)(command[0]!, command.slice(1));
      return stdout;
    };
    fs.chmodSync(file, 0o444);
    const ofFile = await said();
    fs.chmodSync(file, 0o644);
    fs.chmodSync(folder, 0o555);
    const ofFolder = await said();
    fs.chmodSync(folder, 0o755);
    for (const text of [ofFile, ofFolder]) {
      assert.match(
        text,
        /"code":"READ_ONLY".*mlflow\.db cannot be changed\. The file or its folder is read-only\./,
      );
      assert.match(text, /"shown":\[\]/);
    }
  });

  it('in a store without aliases says so and offers stages', async () => {
    const { context, ui, store } = open('1.30.1');
    await assert.rejects(
      promotion.setAlias(context, { store, name, alias: 'champion', version: '4' }),
      (error: StoreError) =>
        error.code === 'NOT_SUPPORTED_BY_SCHEMA' && /MLflow 2\.3.*stage instead/.test(error.message),
    );
    ui.will('escape');
    await assert.rejects(promotion.promoteModelVersion(context, { store, name, version: '4' }), isCancelled);
    assert.doesNotMatch(ui.shown[0] ?? '', /@/);
  });

  it('in a store without a registry says which MLflow brings it', async () => {
    const { context } = open('1.0.0');
    await assert.rejects(
      promotion.promoteModelVersion(context, undefined),
      (error: StoreError) => error.code === 'NOT_SUPPORTED_BY_SCHEMA' && /MLflow 1\.4/.test(error.message),
    );
  });

  it('marks a version as ready with a note and the alias of the team', async () => {
    const { context, ui, store } = open();
    ui.will({ type: 'checked on July' }, { click: 'Mark v4 as Ready' });
    await promotion.markReady(context, { store, name, version: '4' });
    const { versions } = await (await flow.stores.get(store)).getRegisteredModel(name);
    const tags = versions.find(({ version }) => version === '4')?.tags ?? [];
    assert.deepEqual(
      tags.filter(({ key }) => key.startsWith('review')).map(({ key, value }) => `${key}=${value}`),
      ['review=ready', 'review.note=checked on July'],
    );
    assert.ok(versions.find(({ version }) => version === '4')?.aliases.includes('waiting'));
    ui.will({ click: 'Undo' });
    await ui.clickOffered();
    const after = await (await flow.stores.get(store)).getRegisteredModel(name);
    assert.ok(!after.aliases.some(({ alias }) => alias === 'waiting'));
  });

  it('archives all but the newest, and leaves what is in use', async () => {
    const { context, ui, store } = open();
    ui.will({ pick: 'taxi' }, { type: '0' });
    await assert.rejects(promotion.archiveOldVersions(context, { store }), (error: StoreError) =>
      /nothing to archive/.test(error.message),
    );
  });

  it('deletes a version or a model only after its name was typed', async () => {
    const { context, ui, store, file } = open();
    const before = dumpDatabase(file);
    ui.will({ type: 'taxi regressor' });
    await assert.rejects(models.deleteModelVersion(context, { store, name, version: '4' }), isCancelled);
    assert.match(ui.shown[0] ?? '', /MLflow erases its source.*cannot be undone.*Type taxi regressor v4/);
    ui.will({ type: '' });
    await assert.rejects(models.deleteModel(context, { store, name }), isCancelled);
    assert.deepEqual(dumpDatabase(file), before);
    ui.will({ type: 'taxi regressor v4' });
    await models.deleteModelVersion(context, { store, name, version: '4' });
    assert.equal(await stageOf('4'), undefined);
    ui.will({ type: name });
    await models.deleteModel(context, { store, name });
    await assert.rejects((await flow.stores.get(store)).getRegisteredModel(name));
  });

  it('creates, renames, registers and copies', async () => {
    const { context, ui, store } = open();
    ui.will({ type: 'fare' });
    await models.createModel(context, { store });
    ui.will({ click: 'Rename Model' });
    await models.renameModel(context, { store, name: 'fare', newName: 'fares' });
    const tracking = await flow.stores.get(store);
    const { items } = await tracking.searchRuns({ experimentIds: [], view: 'ACTIVE_ONLY', maxResults: 1 });
    const runId = items[0]?.info.runId ?? '';
    ui.will({ click: 'Register Version' });
    await models.registerModel(context, { store, runId, path: 'model', name: 'fares' });
    ui.will({ pick: '$(add)' }, { type: 'copy' }, { click: 'Copy v1' });
    await models.copyModelVersion(context, { store, name: 'fares', version: '1' });
    assert.equal((await tracking.getRegisteredModel('copy')).versions[0]?.source, 'models:/fares/1');
  });

  it('edits tags, descriptions and names in an input box that no argument skips', async () => {
    const { context, ui, store } = open();
    const tracking = await flow.stores.get(store);
    ui.will({ type: null });
    await annotations.setTag(context, { store, name, version: '4', key: 'team', value: 'pricing' });
    assert.match(
      ui.shown[0] ?? '',
      /Set the tag "team" of taxi regressor v4: It is not set now.*\[pricing\]/,
    );
    ui.will({ type: 'one⏎two' });
    await annotations.editDescription(context, { store, name });
    assert.equal((await tracking.getRegisteredModel(name)).description, 'one\ntwo');
    ui.will({ click: 'Undo' });
    await ui.clickOffered();
    const { items } = await tracking.searchRuns({ experimentIds: [], view: 'ACTIVE_ONLY', maxResults: 1 });
    const runId = items[0]?.info.runId ?? '';
    ui.will({ type: null });
    await lifecycle.renameRun(context, { store, runId, newName: 'better name' });
    assert.equal((await tracking.getRun(runId)).info.runName, 'better name');
    ui.will({ click: 'Delete Tag' });
    await annotations.deleteTag(context, { store, name, version: '4', key: 'team' });
    ui.will({ click: 'Change Description' });
    await annotations.editDescription(context, { store, runId, text: 'a note' });
    assert.ok((await tracking.getRun(runId)).tags.some(({ value }) => value === 'a note'));
  });

  it('deletes and restores the runs that are selected in the tree', async () => {
    const { context, ui, store } = open();
    const tracking = await flow.stores.get(store);
    const { items } = await tracking.searchRuns({ experimentIds: [], view: 'ACTIVE_ONLY', maxResults: 2 });
    const selection = items.map(({ info }) => ({ kind: 'run', store, runId: info.runId }));
    ui.will({ click: 'Delete 2 Runs' });
    await lifecycle.deleteRuns(context, selection[0], selection);
    const stage = async (index: number): Promise<string> =>
      (await tracking.getRun(selection[index]?.runId ?? '')).info.lifecycleStage;
    assert.deepEqual([await stage(0), await stage(1)], ['deleted', 'deleted']);
    ui.will({ click: 'Restore 2 Runs' });
    await lifecycle.restoreRuns(context, { store, runIds: selection.map(({ runId }) => runId) });
    assert.deepEqual([await stage(0), await stage(1)], ['active', 'active']);
  });

  it('creates, renames, deletes and restores an experiment', async () => {
    const { context, ui, store } = open();
    const tracking = await flow.stores.get(store);
    ui.will({ type: 'trial' });
    await lifecycle.createExperiment(context, { store });
    const find = async (text: string): Promise<string | undefined> =>
      (await tracking.searchExperiments({ view: 'ALL', maxResults: 10, nameContains: text })).items[0]
        ?.experimentId;
    const experimentId = (await find('trial')) ?? '';
    ui.will({ type: '' });
    await assert.rejects(lifecycle.createRun(context, { store, experimentId }), isCancelled);
    ui.will({ type: 'by hand' });
    await lifecycle.createRun(context, { store, experimentId });
    const runs = await tracking.searchRuns({ experimentIds: [experimentId], view: 'ALL', maxResults: 5 });
    assert.deepEqual(
      runs.items.map(({ info }) => `${info.runName} ${info.status}`),
      ['by hand RUNNING'],
    );
    ui.will({ type: 'trials' });
    await lifecycle.renameExperiment(context, { store, experimentId });
    ui.will({ type: 'trials' });
    await lifecycle.deleteExperiments(context, { store, experimentIds: [experimentId] });
    assert.equal((await tracking.getExperiment(experimentId)).lifecycleStage, 'deleted');
    ui.will({ click: 'Restore Experiment' });
    await lifecycle.restoreExperiments(context, { store, experimentIds: [experimentId] });
    assert.equal((await tracking.getExperiment(experimentId)).lifecycleStage, 'active');
  });
});
