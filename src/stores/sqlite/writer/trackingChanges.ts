import { randomUUID } from 'node:crypto';
import * as path from 'node:path';
import { withoutTrailing } from '../../../mlflow/scan';
import type { ChangeOf } from '../../../mlflow/writer';
import { DEFAULT_WORKSPACE } from '../../../mlflow/workspace';
import { TAG_RUN_NAME } from '../../../search/syntax';
import { isReachable } from '../../artifacts/reachable';
import { insert, readText, remove, update, upsert, workspaceClause, type WriteContext } from './context';

/** What registry/rules allows, as MLflow's rows. */

/** Answers the new experiment's id. */
export async function createExperiment(
  context: WriteContext,
  { name }: ChangeOf<'createExperiment'>,
): Promise<string> {
  await insert(context, 'experiments', {
    name,
    artifact_location: null,
    lifecycle_stage: 'active',
    creation_time: context.now,
    last_update_time: context.now,
  });
  const [row] = await context.sql.query('SELECT CAST(last_insert_rowid() AS TEXT) AS id');
  const experimentId = String(row?.['id']);
  const artifact_location = `${await artifactRoot(context)}/${experimentId}`;
  await update(context, 'experiments', { artifact_location }, { experiment_id: experimentId });
  return experimentId;
}

export async function renameExperiment(
  context: WriteContext,
  { experimentId, newName }: ChangeOf<'renameExperiment'>,
): Promise<null> {
  await update(
    context,
    'experiments',
    { name: newName, last_update_time: context.now },
    { experiment_id: experimentId },
  );
  return null;
}

/** All its runs with it (reference mlflow.md, C.8). */
export async function deleteExperiment(
  context: WriteContext,
  { experimentId }: ChangeOf<'deleteExperiment'>,
): Promise<null> {
  await setExperimentStage(context, experimentId, 'deleted');
  if (context.schema.has('assessments', 'assessment_metadata')) {
    const runs = await context.sql.query('SELECT run_uuid FROM runs WHERE experiment_id = ?', [experimentId]);
    for (const { run_uuid } of runs) {
      await removeAssessments(context, String(run_uuid));
    }
  }
  return null;
}

/** All its runs with it, also those that were deleted one by one before: so does MLflow. */
export async function restoreExperiment(
  context: WriteContext,
  { experimentId }: ChangeOf<'restoreExperiment'>,
): Promise<null> {
  await setExperimentStage(context, experimentId, 'active');
  return null;
}

export async function setExperimentTag(
  context: WriteContext,
  { experimentId, key, value }: ChangeOf<'setExperimentTag'>,
): Promise<null> {
  await upsert(context, 'experiment_tags', { key, experiment_id: experimentId }, { value });
  return null;
}

export async function deleteExperimentTag(
  context: WriteContext,
  { experimentId, key }: ChangeOf<'deleteExperimentTag'>,
): Promise<null> {
  await remove(context, 'experiment_tags', { key, experiment_id: experimentId });
  return null;
}

/** Answers the new run's id. The rows of MlflowClient.create_run: the fluent API's tags are not ours to claim. */
export async function createRun(
  context: WriteContext,
  { experimentId, runName }: ChangeOf<'createRun'>,
): Promise<string> {
  const location = await readText(context, 'experiments', 'artifact_location', {
    experiment_id: experimentId,
  });
  const runId = randomUUID().replaceAll('-', '');
  await insert(context, 'runs', {
    run_uuid: runId,
    name: keepsRunNames(context) ? runName : '',
    source_type: 'UNKNOWN',
    source_name: '',
    entry_point_name: '',
    user_id: 'unknown',
    status: 'RUNNING',
    start_time: context.now,
    end_time: null,
    source_version: '',
    lifecycle_stage: 'active',
    artifact_uri: `${withoutTrailing(location ?? '', '/')}/${runId}/artifacts`,
    experiment_id: experimentId,
    deleted_time: null,
  });
  await insert(context, 'tags', { key: TAG_RUN_NAME, value: runName, run_uuid: runId });
  return runId;
}

export async function renameRun(
  context: WriteContext,
  { runId, newName }: ChangeOf<'renameRun'>,
): Promise<null> {
  if (keepsRunNames(context)) {
    await update(context, 'runs', { name: newName }, { run_uuid: runId });
  }
  await upsert(context, 'tags', { key: TAG_RUN_NAME, run_uuid: runId }, { value: newName });
  return null;
}

export async function deleteRun(context: WriteContext, { runId }: ChangeOf<'deleteRun'>): Promise<null> {
  await removeAssessments(context, runId);
  await update(
    context,
    'runs',
    { lifecycle_stage: 'deleted', deleted_time: context.now },
    { run_uuid: runId },
  );
  return null;
}

export async function restoreRun(context: WriteContext, { runId }: ChangeOf<'restoreRun'>): Promise<null> {
  await update(context, 'runs', { lifecycle_stage: 'active', deleted_time: null }, { run_uuid: runId });
  return null;
}

export async function setTag(
  context: WriteContext,
  { runId, key, value }: ChangeOf<'setTag'>,
): Promise<null> {
  await upsert(context, 'tags', { key, run_uuid: runId }, { value });
  return null;
}

export async function deleteTag(context: WriteContext, { runId, key }: ChangeOf<'deleteTag'>): Promise<null> {
  await remove(context, 'tags', { key, run_uuid: runId });
  return null;
}

/** Since the MLflow that brought experiments.creation_time (1.29) runs.name is filled; before, the tag alone. */
export function keepsRunNames({ schema }: WriteContext): boolean {
  return schema.has('experiments', 'creation_time');
}

async function setExperimentStage(
  context: WriteContext,
  experimentId: string,
  lifecycle_stage: 'active' | 'deleted',
): Promise<void> {
  const where = { experiment_id: experimentId };
  await update(context, 'experiments', { lifecycle_stage, last_update_time: context.now }, where);
  const deleted_time = lifecycle_stage === 'deleted' ? context.now : null;
  await update(context, 'runs', { lifecycle_stage, deleted_time }, where);
}

/** Assessments that an evaluation run made go with it (MLflow >= 3.11, SqlAlchemyStore._mark_run_deleted). */
async function removeAssessments(context: WriteContext, runId: string): Promise<void> {
  if (context.schema.has('assessments', 'assessment_metadata')) {
    await context.sql.execute('DELETE FROM assessments WHERE instr(assessment_metadata, ?) > 0', [
      `"mlflow.assessment.sourceRunId": "${runId}"`,
    ]);
  }
}

/**
 * Where a new experiment's artifacts go: where its workspace says; beside those of the newest one of its workspace that
 * has MLflow's own location, unless that is a folder that is not here (the store was moved); then `mlruns` beside the
 * database. A workspace that has none yet gets a folder of its own, as of MLflow's server
 * (sqlalchemy_workspace_store.py, _get_artifact_location).
 */
async function artifactRoot(context: WriteContext): Promise<string> {
  const { workspace, schema, file } = context;
  const given = schema.has('workspaces', 'default_artifact_root')
    ? await readText(context, 'workspaces', 'default_artifact_root', { name: workspace })
    : undefined;
  if (given) {
    return withoutTrailing(given, '/');
  }
  const own = await recordedRoot(context, workspaceClause(context, 'experiments'));
  if (own !== undefined && isReachable(own)) {
    return own;
  }
  const beside = path.join(path.dirname(file), 'mlruns');
  if (workspace === DEFAULT_WORKSPACE) {
    return beside;
  }
  const recorded = await recordedRoot(context, { text: '', values: [] });
  const shared = recorded?.replace(/\/workspaces\/[^/]+$/, '');
  return `${shared !== undefined && isReachable(shared) ? shared : beside}/workspaces/${workspace}`;
}

/** The folder that holds the artifacts of the newest experiment with MLflow's own location. */
async function recordedRoot(
  context: WriteContext,
  { text, values }: ReturnType<typeof workspaceClause>,
): Promise<string | undefined> {
  const rows = await context.sql.query(
    'SELECT artifact_location AS location, CAST(experiment_id AS TEXT) AS id FROM experiments ' +
      `WHERE artifact_location IS NOT NULL${text} ORDER BY experiment_id DESC LIMIT 50`,
    values,
  );
  const recorded = rows
    .map(({ location, id }) => ({ location: String(location), end: `/${String(id)}` }))
    .find(({ location, end }) => location.endsWith(end));
  return recorded?.location.slice(0, -recorded.end.length);
}
