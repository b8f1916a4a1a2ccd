import { fieldsOf } from '../../../mlflow/shape';
import type { ChangeOf } from '../../../mlflow/writer';
import { TAG_RUN_NAME } from '../../../search/syntax';
import { wholeOf } from '../json';
import { findExperiment, textOf } from './facts';
import { MADE, type Made, type WriteContext } from './made';

/** What registry/rules allows, as requests to MLflow's tracking server (reference servers.md, section 8). */

/** Answers the new experiment's id. Where its artifacts go the server says. */
export async function createExperiment(
  { server }: WriteContext,
  { name }: ChangeOf<'createExperiment'>,
): Promise<Made> {
  const { experiment_id } = await server.send('POST', 'experiments/create', { name });
  const made = await findExperiment(server, { experiment_name: name }).catch(() => null);
  return { created: textOf(experiment_id), time: wholeOf(made?.['creation_time'])?.value ?? null };
}

export async function renameExperiment(
  { server }: WriteContext,
  { experimentId, newName }: ChangeOf<'renameExperiment'>,
): Promise<Made> {
  await server.send('POST', 'experiments/update', { experiment_id: experimentId, new_name: newName });
  return MADE;
}

/** All its runs with it, on a server with a database. */
export async function deleteExperiment(
  { server }: WriteContext,
  { experimentId }: ChangeOf<'deleteExperiment'>,
): Promise<Made> {
  await server.send('POST', 'experiments/delete', { experiment_id: experimentId });
  return MADE;
}

export async function restoreExperiment(
  { server }: WriteContext,
  { experimentId }: ChangeOf<'restoreExperiment'>,
): Promise<Made> {
  await server.send('POST', 'experiments/restore', { experiment_id: experimentId });
  return MADE;
}

export async function setExperimentTag(
  { server }: WriteContext,
  { experimentId, key, value }: ChangeOf<'setExperimentTag'>,
): Promise<Made> {
  await server.send('POST', 'experiments/set-experiment-tag', { experiment_id: experimentId, key, value });
  return MADE;
}

/** Servers have it since MLflow 3.5; before, none can: the server's refusal says so. */
export async function deleteExperimentTag(
  { server }: WriteContext,
  { experimentId, key }: ChangeOf<'deleteExperimentTag'>,
): Promise<Made> {
  await server.send('POST', 'experiments/delete-experiment-tag', { experiment_id: experimentId, key });
  return MADE;
}

/** Answers the new run's id. As MlflowClient.create_run: the fluent API's tags are not ours to claim. */
export async function createRun(
  { server, now }: WriteContext,
  { experimentId, runName }: ChangeOf<'createRun'>,
): Promise<Made> {
  const answer = await server.send('POST', 'runs/create', {
    experiment_id: experimentId,
    user_id: 'unknown',
    start_time: now,
    run_name: runName,
  });
  const { info } = fieldsOf(answer['run']);
  return { created: textOf(fieldsOf(info)['run_id']), time: now };
}

/**
 * By the tag that holds the name: servers write both. `runs/update` of MLflow 1.x sets what is not given as well, so that a
 * finished run would run again (_update_run of mlflow/server/handlers.py, 1.30.1).
 */
export async function renameRun(
  { server }: WriteContext,
  { runId, newName }: ChangeOf<'renameRun'>,
): Promise<Made> {
  await server.send('POST', 'runs/set-tag', { run_id: runId, key: TAG_RUN_NAME, value: newName });
  return MADE;
}

export async function deleteRun({ server }: WriteContext, { runId }: ChangeOf<'deleteRun'>): Promise<Made> {
  await server.send('POST', 'runs/delete', { run_id: runId });
  return MADE;
}

export async function restoreRun({ server }: WriteContext, { runId }: ChangeOf<'restoreRun'>): Promise<Made> {
  await server.send('POST', 'runs/restore', { run_id: runId });
  return MADE;
}

export async function setTag(
  { server }: WriteContext,
  { runId, key, value }: ChangeOf<'setTag'>,
): Promise<Made> {
  await server.send('POST', 'runs/set-tag', { run_id: runId, key, value });
  return MADE;
}

export async function deleteTag(
  { server }: WriteContext,
  { runId, key }: ChangeOf<'deleteTag'>,
): Promise<Made> {
  await server.send('POST', 'runs/delete-tag', { run_id: runId, key });
  return MADE;
}
