import type { Experiment, Run } from '../mlflow/entities';
import { StoreError } from '../mlflow/errors';
import { count } from '../mlflow/format';
import { nameOfRun, runLabels, shortRunId } from '../mlflow/tellApart';
import type { Effect, Preview } from './preview';
import { facts, shown } from './preview';
import { experimentNameProblem, mustBeValid, runNameProblem } from './validation';

/** Runs and experiments: made, renamed, deleted (MLflow keeps the rows until `mlflow gc`) and restored. */

export function previewRenameRun(run: Run, newName: string): Preview {
  mustBeValid(runNameProblem(newName));
  const { runId, runName } = run.info;
  if (runName === newName) {
    throw new StoreError('INVALID_PARAMETER_VALUE', `The run is already named "${shown(newName)}".`);
  }
  return {
    title: `Rename the run ${shown(nameOfRun(run.info))} to ${shown(newName)}?`,
    sentences: [],
    button: 'Rename Run',
    done: `The run ${shown(nameOfRun(run.info))} is now named ${shown(newName)}.`,
    changes: [{ type: 'renameRun', runId, newName }],
    expected: [facts.runName(runId, runName)],
    effects: [effect(`name of the run ${shortRunId(runId)}`, runName, newName)],
    undo: () => ({
      changes: [{ type: 'renameRun', runId, newName: runName }],
      expected: [facts.runName(runId, newName)],
    }),
  };
}

export function previewCreateRun(experiment: Experiment, runName: string): Preview {
  mustBeValid(runNameProblem(runName));
  const { experimentId, name, lifecycleStage } = experiment;
  return {
    title: `Create the run ${shown(runName)} in ${shown(name)}?`,
    sentences: [],
    button: 'Create Run',
    done: `The run ${shown(runName)} is created in ${shown(name)}.`,
    changes: [{ type: 'createRun', experimentId, runName }],
    expected: [facts.experimentStage(experimentId, name, lifecycleStage)],
    effects: [effect(`run in ${name}`, null, runName)],
    undo: null,
  };
}

export function previewDeleteRuns(runs: readonly Run[], childCount = 0): Preview {
  const active = inStage(runs, 'active', 'These runs are already deleted.');
  return {
    title: `Delete ${runsLabel(active)}?`,
    sentences: [
      ...(childCount > 0
        ? [`${count(childCount, 'nested run')} of ${active.length === 1 ? 'it stays' : 'them stay'}.`]
        : []),
      `${active.length === 1 ? 'It' : 'They'} can be restored until someone runs "mlflow gc".`,
    ],
    button: active.length === 1 ? 'Delete Run' : `Delete ${active.length} Runs`,
    done: `${capital(runsLabel(active))} ${active.length === 1 ? 'is' : 'are'} deleted.`,
    steps: 'runs were deleted',
    changes: active.map(({ info }) => ({ type: 'deleteRun', runId: info.runId })),
    expected: active.map(({ info }) => facts.runStage(info.runId, info.runName, 'active')),
    effects: runLabels(active).map((label) => effect(`the run ${label}`, 'active', 'deleted')),
    undo: () => ({
      changes: active.map(({ info }) => ({ type: 'restoreRun', runId: info.runId })),
      expected: active.map(({ info }) => facts.runStage(info.runId, info.runName, 'deleted')),
    }),
  };
}

export function previewRestoreRuns(runs: readonly Run[]): Preview {
  const deleted = inStage(runs, 'deleted', 'These runs are not deleted: there is nothing to restore.');
  return {
    title: `Restore ${runsLabel(deleted)}?`,
    sentences: [],
    button: deleted.length === 1 ? 'Restore Run' : `Restore ${deleted.length} Runs`,
    done: `${capital(runsLabel(deleted))} ${deleted.length === 1 ? 'is' : 'are'} restored.`,
    steps: 'runs were restored',
    changes: deleted.map(({ info }) => ({ type: 'restoreRun', runId: info.runId })),
    expected: deleted.map(({ info }) => facts.runStage(info.runId, info.runName, 'deleted')),
    effects: runLabels(deleted).map((label) => effect(`the run ${label}`, 'deleted', 'active')),
    undo: () => ({
      changes: deleted.map(({ info }) => ({ type: 'deleteRun', runId: info.runId })),
      expected: deleted.map(({ info }) => facts.runStage(info.runId, info.runName, 'active')),
    }),
  };
}

export function previewCreateExperiment(name: string): Preview {
  mustBeValid(experimentNameProblem(name));
  return {
    title: `Create the experiment ${shown(name)}?`,
    sentences: [],
    button: 'Create Experiment',
    done: `The experiment ${shown(name)} is created.`,
    changes: [{ type: 'createExperiment', name }],
    expected: [],
    effects: [effect('experiment', null, name)],
    undo: null,
  };
}

export function previewRenameExperiment(experiment: Experiment, newName: string): Preview {
  mustBeValid(experimentNameProblem(newName));
  const { experimentId, name } = experiment;
  if (name === newName) {
    throw new StoreError('INVALID_PARAMETER_VALUE', `The experiment is already named "${shown(newName)}".`);
  }
  return {
    title: `Rename the experiment ${shown(name)} to ${shown(newName)}?`,
    sentences: ['Code that calls set_experiment with the old name will create a new experiment.'],
    button: 'Rename Experiment',
    done: `The experiment ${shown(name)} is now named ${shown(newName)}.`,
    changes: [{ type: 'renameExperiment', experimentId, newName }],
    expected: [facts.experimentName(experimentId, name)],
    effects: [effect(`name of the experiment ${experimentId}`, name, newName)],
    undo: () => ({
      changes: [{ type: 'renameExperiment', experimentId, newName: name }],
      expected: [facts.experimentName(experimentId, newName)],
    }),
  };
}

/** @param runCount their active runs; null where nobody counted them */
export function previewDeleteExperiments(
  experiments: readonly Experiment[],
  runCount: number | null,
): Preview {
  const active = experimentsIn(experiments, 'active', 'These experiments are already deleted.');
  const runs =
    runCount === null
      ? 'All runs are'
      : `${runCount === 0 ? 'No run' : count(runCount, 'run')} ${runCount === 1 ? 'is' : 'are'}`;
  return {
    title: `Delete ${experimentsLabel(active)}?`,
    sentences: [
      `${runs} deleted with ${active.length === 1 ? 'it' : 'them'}.`,
      `${active.length === 1 ? 'It keeps its name' : 'They keep their names'}, and can be restored until someone runs "mlflow gc".`,
    ],
    button: active.length === 1 ? 'Delete Experiment' : `Delete ${active.length} Experiments`,
    done: `${capital(experimentsLabel(active))} ${active.length === 1 ? 'is' : 'are'} deleted.`,
    steps: 'experiments were deleted',
    changes: active.map(({ experimentId }) => ({ type: 'deleteExperiment', experimentId })),
    expected: active.map(({ experimentId, name }) => facts.experimentStage(experimentId, name, 'active')),
    effects: active.map(({ name }) => effect(`the experiment ${name}`, 'active', 'deleted')),
    // MLflow's restore would also bring back runs that were deleted one by one before: not the same again.
    undo: null,
    typedName: active.length === 1 ? active[0]!.name : `${active.length} experiments`,
  };
}

export function previewRestoreExperiments(experiments: readonly Experiment[]): Preview {
  const deleted = experimentsIn(
    experiments,
    'deleted',
    'These experiments are not deleted: there is nothing to restore.',
  );
  return {
    title: `Restore ${experimentsLabel(deleted)}?`,
    sentences: ['All runs in it are restored, also those deleted one by one before, as MLflow does.'],
    button: deleted.length === 1 ? 'Restore Experiment' : `Restore ${deleted.length} Experiments`,
    done: `${capital(experimentsLabel(deleted))} ${deleted.length === 1 ? 'is' : 'are'} restored.`,
    steps: 'experiments were restored',
    changes: deleted.map(({ experimentId }) => ({ type: 'restoreExperiment', experimentId })),
    expected: deleted.map(({ experimentId, name }) => facts.experimentStage(experimentId, name, 'deleted')),
    effects: deleted.map(({ name }) => effect(`the experiment ${name}`, 'deleted', 'active')),
    undo: null,
  };
}

function effect(what: string, from: string | null, to: string | null): Effect {
  return { model: null, version: null, what, from, to };
}

function inStage(runs: readonly Run[], stage: string, otherwise: string): Run[] {
  const found = runs.filter(({ info }) => info.lifecycleStage === stage);
  if (found.length === 0) {
    throw new StoreError('INVALID_PARAMETER_VALUE', otherwise);
  }
  return found;
}

function experimentsIn(experiments: readonly Experiment[], stage: string, otherwise: string): Experiment[] {
  const found = experiments.filter(({ lifecycleStage }) => lifecycleStage === stage);
  if (found.length === 0) {
    throw new StoreError('INVALID_PARAMETER_VALUE', otherwise);
  }
  return found;
}

function runsLabel(runs: readonly Run[]): string {
  return runs.length === 1 ? `the run ${shown(nameOfRun(runs[0]!.info))}` : count(runs.length, 'run');
}

function experimentsLabel(experiments: readonly Experiment[]): string {
  return experiments.length === 1
    ? `the experiment ${shown(experiments[0]!.name)}`
    : count(experiments.length, 'experiment');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
