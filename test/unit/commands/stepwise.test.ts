import * as assert from 'node:assert/strict';
import { undoLast } from '../../../src/commands/registry/perform';
import * as promotion from '../../../src/commands/registry/promotionCommands';
import type { StoreError } from '../../../src/mlflow/errors';
import type { PartlyApplied, Writer } from '../../../src/mlflow/writer';
import { removeTempFolders, withDatabase } from '../../support/database';
import { registryFlow, type Flow } from '../../support/registryFlow';
import { ScriptedUi } from '../../support/scriptedUi';
import { stepwiseWriter } from '../../support/stepwiseWriter';

const name = 'taxi regressor';
const NO_TRANSACTIONS = 'This store has no transactions: if one step fails, the steps before it are kept.';

/** The real store and its real writer, one change after the other; others act in between. */
describe('a change of several steps in a store without transactions', () => {
  let flow: Flow;
  let meanwhile: (step: number) => void;
  beforeEach(() => {
    meanwhile = () => undefined;
    flow = registryFlow('3.17.2', new ScriptedUi(), (writer) =>
      stepwiseWriter(writer, (step) => meanwhile(step)),
    );
    for (const version of [6, 7, 8, 9]) {
      sql(
        `INSERT INTO model_versions (name, version, current_stage, status, workspace) VALUES ('${name}', ${version}, 'None', 'READY', 'default')`,
      );
    }
  });
  afterEach(() => {
    flow.ui.mustBeDone();
    flow.close();
  });
  after(removeTempFolders);

  const sql = (text: string): void => withDatabase(flow.file, (database) => database.exec(text));
  const setStage = (version: number, stage: string): void =>
    sql(
      `UPDATE model_versions SET current_stage = '${stage}' WHERE name = '${name}' AND version = ${version}`,
    );
  const stages = (): string =>
    withDatabase(flow.file, (database) =>
      database
        .prepare(
          'SELECT version, current_stage AS stage FROM model_versions WHERE name = ? AND version > 5 ORDER BY version',
        )
        .all(name)
        .map(({ version, stage }) => `${version} ${stage}`)
        .join(', '),
    );
  const refusal = async (promise: Promise<unknown>, message: RegExp, applied: number): Promise<void> =>
    assert.rejects(promise, (error: StoreError) => {
      assert.equal(error.code, 'PARTLY_APPLIED', error.message);
      assert.match(error.message, message);
      assert.equal((error.details as PartlyApplied).applied, applied);
      return true;
    });
  const archiveOld = (): Promise<void> =>
    promotion.archiveOldVersions(flow.context, { store: flow.store, name, keep: 0 });

  it('says beforehand that steps could stay made, and makes all where nothing is in the way', async () => {
    flow.ui.will({ click: 'Archive 4 Versions' });
    await archiveOld();
    assert.ok(flow.ui.shown[0]?.includes(NO_TRANSACTIONS), flow.ui.shown[0]);
    assert.equal(stages(), '6 Archived, 7 Archived, 8 Archived, 9 Archived');
    flow.ui.will({ click: 'Undo' });
    await undoLast(flow.context, flow.store);
    assert.ok(flow.ui.shown.at(-2)?.includes(NO_TRANSACTIONS), flow.ui.shown.at(-2));
    assert.equal(stages(), '6 None, 7 None, 8 None, 9 None');
  });

  it('says how many versions were archived, and takes back exactly those', async () => {
    meanwhile = (step) => step === 2 && setStage(7, 'Deleted_Internal');
    flow.ui.will({ click: 'Archive 4 Versions' });
    await refusal(
      archiveOld(),
      /^2 of 4 versions of taxi regressor were archived before the next was refused \(Someone changed this meanwhile: the stage of taxi regressor v7 is now missing; it was "None"\); the rest were not made\. "Undo Registry Change" undoes what was made\.$/,
      2,
    );
    assert.equal(stages(), '6 None, 7 Deleted_Internal, 8 Archived, 9 Archived');
    const [entry] = flow.history.entries(flow.store, name);
    assert.equal(entry?.what, '2 of 4 versions of taxi regressor were archived.');
    assert.deepEqual(
      entry?.effects.map(({ version, from, to }) => [version, from, to]),
      [
        ['9', 'None', 'Archived'],
        ['8', 'None', 'Archived'],
      ],
    );
    // What is shown is what the store holds now.
    const model = await (await flow.stores.get(flow.store)).getRegisteredModel(name);
    assert.equal(model.versions.find(({ version }) => version === '9')?.currentStage, 'Archived');

    flow.ui.will({ click: 'Undo' });
    await undoLast(flow.context, flow.store);
    assert.equal(stages(), '6 None, 7 Deleted_Internal, 8 None, 9 None');
    assert.equal(flow.history.lastUndoable(flow.store), null);
  });

  it('asks again where somebody was faster before the first step: nothing was made', async () => {
    meanwhile = (step) => {
      meanwhile = () => undefined;
      assert.equal(step, 0);
      setStage(6, 'Staging');
    };
    flow.ui.will({ click: 'Archive 4 Versions' }, { click: 'Archive 3 Versions' });
    await archiveOld();
    assert.match(flow.ui.shown[1] ?? '', /Someone changed this meanwhile: the stage of taxi regressor v6 is/);
    assert.equal(stages(), '6 Staging, 7 Archived, 8 Archived, 9 Archived');
  });

  it('marks as ready as far as it comes', async () => {
    meanwhile = (step) =>
      step === 2 &&
      sql(
        `INSERT INTO registered_model_aliases (name, alias, version, workspace) VALUES ('${name}', 'waiting', 1, 'default')`,
      );
    const tags = (): string[] =>
      withDatabase(flow.file, (database) =>
        database
          .prepare(
            "SELECT key, value FROM model_version_tags WHERE version = 9 AND key LIKE 'review%' ORDER BY key",
          )
          .all()
          .map(({ key, value }) => `${key}=${value}`),
      );
    flow.ui.will({ click: 'Mark v9 as Ready' });
    await refusal(
      promotion.markReady(flow.context, { store: flow.store, name, version: '9', note: 'checked' }),
      /^2 of 3 marks of taxi regressor v9 were set before the next was refused \(Someone changed this meanwhile: the alias "waiting" of taxi regressor is now "1"; it was missing\); the rest were not made\. /,
      2,
    );
    assert.deepEqual(tags(), ['review=ready', 'review.note=checked']);
    flow.ui.will({ click: 'Undo' });
    await undoLast(flow.context, flow.store);
    assert.deepEqual(tags(), []);
  });

  it('undoes as far as it comes, and the rest when it can', async () => {
    flow.ui.will({ click: 'Archive 4 Versions' });
    await archiveOld();
    meanwhile = (step) => step === 1 && setStage(8, 'Staging');
    flow.ui.will({ click: 'Undo' });
    await refusal(
      undoLast(flow.context, flow.store),
      /^1 of 4 values of "v6, v7, v8 and v9 of taxi regressor are Archived" were restored before the next was refused \(Someone changed this meanwhile: the stage of taxi regressor v8 is now "Staging"; it was "Archived"\); the rest were not made\.$/,
      1,
    );
    assert.equal(stages(), '6 Archived, 7 Archived, 8 Staging, 9 None');

    setStage(8, 'Archived');
    meanwhile = () => undefined;
    flow.ui.will({ click: 'Undo' });
    await undoLast(flow.context, flow.store);
    assert.doesNotMatch(flow.ui.shown.at(-2) ?? '', /v9: stage goes back/);
    assert.match(flow.ui.shown.at(-2) ?? '', /v8: stage goes back from Archived to None/);
    assert.equal(stages(), '6 None, 7 None, 8 None, 9 None');
    assert.equal(flow.history.lastUndoable(flow.store), null);
  });
});

/** As a tracking server writes: each change at a time of its own, and others at the same time. */
describe('a change in a store that sets its own times', () => {
  let flow: Flow;
  let meanwhile: string[] | undefined;
  beforeEach(() => {
    meanwhile = undefined;
    flow = registryFlow('3.17.2', new ScriptedUi(), withOwnTimes);
  });
  afterEach(() => {
    flow.ui.mustBeDone();
    flow.close();
  });
  after(removeTempFolders);

  const withOwnTimes = (writer: Writer): Writer => ({
    transactional: false,
    apply: async (request, signal) => {
      const times: number[] = [];
      const start = Date.now() + 5000;
      const stepwise = stepwiseWriter(
        {
          ...writer,
          apply: (step) => {
            times.push(start + 1000 * times.length);
            return writer.apply({ ...step, now: times.at(-1)! });
          },
        },
        () => undefined,
      );
      const result = await stepwise.apply(request, signal);
      return { ...result, now: start, times, ...(meanwhile ? { meanwhile } : {}) };
    },
  });
  const stages = (): string =>
    withDatabase(flow.file, (database) =>
      database
        .prepare('SELECT version, current_stage AS stage FROM model_versions WHERE name = ? ORDER BY version')
        .all(name)
        .map(({ version, stage }) => `${version} ${stage}`)
        .join(', '),
    );

  it('is undone where each row still has the time that the store gave it', async () => {
    const before = stages();
    withDatabase(flow.file, (database) =>
      database.exec(`UPDATE model_versions SET current_stage = 'None' WHERE version IN (1, 2)`),
    );
    flow.ui.will({ click: 'Archive 2 Versions' });
    await promotion.archiveOldVersions(flow.context, { store: flow.store, name, keep: 2 });
    assert.match(stages(), /^1 Archived, 2 Archived/);
    flow.ui.will({ click: 'Undo' });
    await undoLast(flow.context, flow.store);
    assert.match(stages(), /^1 None, 2 None/);
    assert.notEqual(stages(), before);
  });

  it('tells what somebody else wrote at the same time, and not that all is as it was meant', async () => {
    const said =
      'Somebody else promoted at the same time: v3 and v4 of taxi regressor are both in Production now.';
    meanwhile = [said];
    flow.ui.will({ click: 'Promote v4' });
    await promotion.promoteModelVersion(flow.context, {
      store: flow.store,
      ...{ name, version: '4', stage: 'Production', archiveExisting: true },
    });
    assert.equal(flow.ui.shown.at(-1), `${said} [Undo]`);
  });
});
