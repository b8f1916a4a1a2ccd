import * as assert from 'node:assert/strict';
import * as annotations from '../../../src/commands/registry/annotationCommands';
import * as lifecycle from '../../../src/commands/registry/lifecycleCommands';
import * as models from '../../../src/commands/registry/modelCommands';
import { undoLast, type RegistryContext } from '../../../src/commands/registry/perform';
import * as promotion from '../../../src/commands/registry/promotionCommands';
import type { StoreError } from '../../../src/mlflow/errors';
import { dumpDatabase, removeTempFolders, withDatabase } from '../../support/database';
import { registryFlow } from '../../support/registryFlow';
import type { Answer } from '../../support/scriptedUi';

const name = 'taxi regressor';

interface Case {
  what: string;
  run: (context: RegistryContext, args: Record<string, unknown>) => Promise<unknown>;
  args: Record<string, unknown>;
  answer: Answer;
  /** What somebody else does to the same rows before the undo; the run and the experiment are ? and ?2. */
  meanwhile: string;
}

const version = '4';
const stageOf = (number: number): string =>
  `UPDATE model_versions SET current_stage = 'None' WHERE name = '${name}' AND version = ${number}`;
const aliasTo = (alias: string): string =>
  `INSERT OR REPLACE INTO registered_model_aliases (name, alias, version, workspace) VALUES ('${name}', '${alias}', 1, 'default')`;
const ofRun = (sql: string): string => `${sql} WHERE run_uuid = '$RUN'`;

const CASES: Case[] = [
  {
    what: 'a promotion that archived others',
    run: promotion.promoteModelVersion,
    args: { name, version, stage: 'Production', archiveExisting: true },
    answer: { click: 'Promote v4' },
    meanwhile: stageOf(2),
  },
  {
    what: 'an archiving',
    run: promotion.archiveModelVersion,
    args: { name, version },
    answer: { click: 'Archive v4' },
    meanwhile: stageOf(4),
  },
  {
    what: 'an alias that was set',
    run: promotion.setAlias,
    args: { name, version, alias: 'gate' },
    answer: { click: 'Set @gate on v4' },
    meanwhile: aliasTo('gate'),
  },
  {
    what: 'an alias that was moved',
    run: promotion.setAlias,
    args: { name, version, alias: 'champion' },
    answer: { click: 'Move @champion to v4' },
    meanwhile: aliasTo('champion'),
  },
  {
    what: 'an alias that was removed',
    run: promotion.deleteAlias,
    args: { name, alias: 'champion' },
    answer: { click: 'Remove @champion' },
    meanwhile: aliasTo('champion'),
  },
  {
    what: 'a mark as ready',
    run: promotion.markReady,
    args: { name, version, note: 'checked' },
    answer: { click: 'Mark v4 as Ready' },
    meanwhile: "UPDATE model_version_tags SET value = 'no' WHERE key = 'review'",
  },
  {
    what: 'a tag of a version',
    run: annotations.setTag,
    args: { name, version, key: 'k', value: 'v' },
    answer: { type: null },
    meanwhile: "UPDATE model_version_tags SET value = 'no' WHERE key = 'k'",
  },
  {
    what: 'a tag of a model',
    run: annotations.setTag,
    args: { name, key: 'k', value: 'v' },
    answer: { type: null },
    meanwhile: "UPDATE registered_model_tags SET value = 'no' WHERE key = 'k'",
  },
  {
    what: 'a tag of a run',
    run: annotations.setTag,
    args: { runId: '$RUN', key: 'k', value: 'v' },
    answer: { type: null },
    meanwhile: "UPDATE tags SET value = 'no' WHERE key = 'k'",
  },
  {
    what: 'a tag of an experiment',
    run: annotations.setTag,
    args: { experimentId: '$EXPERIMENT', key: 'k', value: 'v' },
    answer: { type: null },
    meanwhile: "UPDATE experiment_tags SET value = 'no' WHERE key = 'k'",
  },
  {
    what: 'a tag that was deleted',
    run: annotations.deleteTag,
    args: { runId: '$RUN', key: 'mlflow.user' },
    answer: { click: 'Delete Tag' },
    meanwhile: "INSERT INTO tags (key, value, run_uuid) VALUES ('mlflow.user', 'no', '$RUN')",
  },
  {
    what: 'the description of a version',
    run: annotations.editDescription,
    args: { name, version, text: 'new' },
    answer: { click: 'Change Description' },
    meanwhile: `UPDATE model_versions SET description = 'no' WHERE name = '${name}'`,
  },
  {
    what: 'the description of a model',
    run: annotations.editDescription,
    args: { name, text: 'new' },
    answer: { click: 'Change Description' },
    meanwhile: "UPDATE registered_models SET description = 'no'",
  },
  {
    what: 'the note of a run',
    run: annotations.editDescription,
    args: { runId: '$RUN', text: 'new' },
    answer: { click: 'Change Description' },
    meanwhile: "UPDATE tags SET value = 'no' WHERE key = 'mlflow.note.content'",
  },
  {
    what: 'the name of a model',
    run: models.renameModel,
    args: { name, newName: 'other' },
    answer: { click: 'Rename Model' },
    meanwhile: "UPDATE registered_models SET last_updated_time = 1 WHERE name = 'other'",
  },
  {
    what: 'the name of a run',
    run: lifecycle.renameRun,
    args: { runId: '$RUN', newName: 'other' },
    answer: { type: null },
    meanwhile: ofRun("UPDATE runs SET name = 'no'"),
  },
  {
    what: 'the name of an experiment',
    run: lifecycle.renameExperiment,
    args: { experimentId: '$EXPERIMENT', newName: 'other' },
    answer: { type: null },
    meanwhile: "UPDATE experiments SET name = 'no' WHERE name = 'other'",
  },
  {
    what: 'runs that were deleted',
    run: lifecycle.deleteRuns,
    args: { runIds: ['$RUN'] },
    answer: { click: 'Delete Run' },
    meanwhile: ofRun("UPDATE runs SET lifecycle_stage = 'active'"),
  },
];

/** Without times: an undo is a new change. */
function rows(file: string): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(dumpDatabase(file)).map(([table, list]) => [
      table,
      list.map((row) => row.replace(/"(last_updated_time|last_update_time)":"?\d+"?/g, '"$1":0')).toSorted(),
    ]),
  );
}

describe('undo of each change', () => {
  after(removeTempFolders);

  for (const { what, run, args, answer, meanwhile } of CASES) {
    it(`${what}: all is as before, or nothing is changed where somebody else was there since`, async () => {
      const flow = registryFlow();
      try {
        const { context, ui, file, store, history } = flow;
        const ids = withDatabase(file, (database) =>
          database
            .prepare(
              "SELECT run_uuid AS run, CAST(experiment_id AS TEXT) AS experiment FROM runs WHERE lifecycle_stage = 'active' AND run_uuid IN (SELECT run_uuid FROM tags WHERE key = 'mlflow.user') LIMIT 1",
            )
            .get(),
        );
        const fill = (text: string): string =>
          text
            .replaceAll('$RUN', String(ids?.['run']))
            .replaceAll('$EXPERIMENT', String(ids?.['experiment']));
        const filled = JSON.parse(fill(JSON.stringify({ store, ...args }))) as Record<string, unknown>;
        const before = rows(file);

        ui.will(answer);
        await run(context, filled);
        assert.notDeepEqual(rows(file), before);
        ui.will({ click: 'Undo' });
        await undoLast(context, store);
        assert.deepEqual(rows(file), before);
        assert.equal(history.lastUndoable(store), null);

        ui.will(answer);
        await run(context, filled);
        withDatabase(file, (database) => database.exec(`PRAGMA foreign_keys = OFF; ${fill(meanwhile)}`));
        const changed = dumpDatabase(file);
        ui.will({ click: 'Undo' });
        await assert.rejects(
          undoLast(context, store),
          (error: StoreError) =>
            error.code === 'STALE' &&
            /^This can no longer be undone\. Someone changed this meanwhile: .* is now .*; it was /.test(
              error.message,
            ),
        );
        assert.deepEqual(dumpDatabase(file), changed);
        ui.mustBeDone();
      } finally {
        flow.close();
      }
    });
  }
});
