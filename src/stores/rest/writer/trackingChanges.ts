import { fieldsOf } from '../../../mlflow/shape';
import type { ChangeOf } from '../../../mlflow/writer';
import { TAG_RUN_NAME } from '../../../search/syntax';
import { wholeOf } from '../json';
import { findExperiment, textOf } from './facts';
import { byRequest, type Made, type WriteContext } from './made';

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

export const renameExperiment = byRequest<'renameExperiment'>(
  'POST',
  'experiments/update',
  ({ experimentId, newName }) => ({ experiment_id: experimentId, new_name: newName }),
);

/** All its runs with it, on a server with a database. */
export const deleteExperiment = byRequest<'deleteExperiment'>(
  'POST',
  'experiments/delete',
  ({ experimentId }) => ({ experiment_id: experimentId }),
);

export const restoreExperiment = byRequest<'restoreExperiment'>(
  'POST',
  'experiments/restore',
  ({ experimentId }) => ({ experiment_id: experimentId }),
);

export const setExperimentTag = byRequest<'setExperimentTag'>(
  'POST',
  'experiments/set-experiment-tag',
  ({ experimentId, key, value }) => ({ experiment_id: experimentId, key, value }),
);

/** Servers have it since MLflow 3.5; before, none can: the server's refusal says so. */
export const deleteExperimentTag = byRequest<'deleteExperimentTag'>(
  'POST',
  'experiments/delete-experiment-tag',
  ({ experimentId, key }) => ({ experiment_id: experimentId, key }),
);

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
export const renameRun = byRequest<'renameRun'>('POST', 'runs/set-tag', ({ runId, newName }) => ({
  run_id: runId,
  key: TAG_RUN_NAME,
  value: newName,
}));

export const deleteRun = byRequest<'deleteRun'>('POST', 'runs/delete', ({ runId }) => ({ run_id: runId }));

export const restoreRun = byRequest<'restoreRun'>('POST', 'runs/restore', ({ runId }) => ({ run_id: runId }));

export const setTag = byRequest<'setTag'>('POST', 'runs/set-tag', ({ runId, key, value }) => ({
  run_id: runId,
  key,
  value,
}));

export const deleteTag = byRequest<'deleteTag'>('POST', 'runs/delete-tag', ({ runId, key }) => ({
  run_id: runId,
  key,
}));
