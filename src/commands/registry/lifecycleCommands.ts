import type { Experiment, Run } from '../../mlflow/entities';
import type { TrackingStore } from '../../mlflow/store';
import {
  previewCreateExperiment,
  previewCreateRun,
  previewDeleteExperiments,
  previewDeleteRuns,
  previewRenameExperiment,
  previewRenameRun,
  previewRestoreExperiments,
  previewRestoreRuns,
} from '../../registry/lifecycle';
import { shown } from '../../registry/preview';
import { experimentNameProblem, runNameProblem } from '../../registry/validation';
import { fieldsOf, textOf } from '../fields';
import { chooseExperiment, chooseRun, chooseStore } from './choose';
import { performConfirmed, performEdited, type RegistryContext } from './perform';

/** `{store, experimentId, runName?}`: the name stands in the box, whose Enter confirms. */
export async function createRun(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Create Run';
  const { uri, store } = await chooseStore(context, args, title);
  const experimentId = await chooseExperiment(context, store, args, title);
  await performEdited(
    context,
    uri,
    async () => ({
      title: `${title} in ${shown((await store.getExperiment(experimentId)).name)}`,
      prompt:
        'The name of the run. Its status stays RUNNING until code resumes it by its ID and ends it. Enter creates it.',
      value: textOf(args, 'runName'),
      problem: runNameProblem,
    }),
    async (runName) => previewCreateRun(await store.getExperiment(experimentId), runName),
  );
}

/** `{store, runId, newName?}`: the name stands in the box, whose Enter confirms. */
export async function renameRun(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Rename Run';
  const { uri, store } = await chooseStore(context, args, title);
  const runId = await chooseRun(context, store, args, title);
  await performEdited(
    context,
    uri,
    async () => {
      const { info } = await store.getRun(runId);
      return {
        title: `Rename the run ${shown(info.runName)}`,
        prompt: 'Its new name. Enter renames it.',
        value: textOf(args, 'newName') ?? info.runName,
        problem: runNameProblem,
      };
    },
    async (newName) => previewRenameRun(await store.getRun(runId), newName),
  );
}

/** `{store, runIds}`, or the selected runs of a tree. */
export async function deleteRuns(
  context: RegistryContext,
  args: unknown,
  selection?: unknown,
): Promise<void> {
  const title = 'Delete Runs';
  const { uri, store } = await chooseStore(context, args, title);
  const runIds = idsOf(args, selection, 'runIds', 'runId', uri) ?? [
    await chooseRun(context, store, args, title),
  ];
  await performConfirmed(context, uri, async () =>
    previewDeleteRuns(await readRuns(store, runIds), await countChildren(store, runIds)),
  );
}

/** `{store, runIds}`, or the selected runs of a tree. */
export async function restoreRuns(
  context: RegistryContext,
  args: unknown,
  selection?: unknown,
): Promise<void> {
  const title = 'Restore Runs';
  const { uri, store } = await chooseStore(context, args, title);
  const runIds = idsOf(args, selection, 'runIds', 'runId', uri) ?? [
    await chooseRun(context, store, args, title, 'DELETED_ONLY'),
  ];
  await performConfirmed(context, uri, async () => previewRestoreRuns(await readRuns(store, runIds)));
}

/** `{store, name?}`: the name stands in the box, whose Enter confirms. */
export async function createExperiment(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Create Experiment';
  const { uri } = await chooseStore(context, args, title);
  await performEdited(
    context,
    uri,
    async () => ({
      title,
      prompt: 'The name of the new experiment. Enter creates it.',
      value: textOf(args, 'name'),
      problem: experimentNameProblem,
    }),
    async (name) => previewCreateExperiment(name),
  );
}

/** `{store, experimentId, newName?}`: the name stands in the box, whose Enter confirms. */
export async function renameExperiment(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Rename Experiment';
  const { uri, store } = await chooseStore(context, args, title);
  const experimentId = await chooseExperiment(context, store, args, title);
  await performEdited(
    context,
    uri,
    async () => {
      const { name } = await store.getExperiment(experimentId);
      return {
        title: `Rename the experiment ${shown(name)}`,
        prompt: 'Its new name. Code that sets the old name will create a new experiment. Enter renames it.',
        value: textOf(args, 'newName') ?? name,
        problem: experimentNameProblem,
      };
    },
    async (newName) => previewRenameExperiment(await store.getExperiment(experimentId), newName),
  );
}

/** `{store, experimentIds}`, or the selected ones of a tree; confirmed by typing the name. */
export async function deleteExperiments(
  context: RegistryContext,
  args: unknown,
  selection?: unknown,
): Promise<void> {
  const title = 'Delete Experiments';
  const { uri, store } = await chooseStore(context, args, title);
  const ids = idsOf(args, selection, 'experimentIds', 'experimentId', uri) ?? [
    await chooseExperiment(context, store, args, title),
  ];
  await performConfirmed(context, uri, async () => {
    const counts = await store.countRuns(ids, 'ACTIVE_ONLY');
    const runs = ids.every((id) => counts.has(id)) ? ids.reduce((sum, id) => sum + counts.get(id)!, 0) : null;
    return previewDeleteExperiments(await readExperiments(store, ids), runs);
  });
}

/** `{store, experimentIds}`, or the selected ones of a tree. */
export async function restoreExperiments(
  context: RegistryContext,
  args: unknown,
  selection?: unknown,
): Promise<void> {
  const title = 'Restore Experiments';
  const { uri, store } = await chooseStore(context, args, title);
  const ids = idsOf(args, selection, 'experimentIds', 'experimentId', uri) ?? [
    await chooseExperiment(context, store, args, title, 'DELETED_ONLY'),
  ];
  await performConfirmed(context, uri, async () =>
    previewRestoreExperiments(await readExperiments(store, ids)),
  );
}

/** The ids of the arguments, else of the tree's selection in that store, else of the item; else undefined. */
function idsOf(
  args: unknown,
  selection: unknown,
  plural: string,
  singular: string,
  store: string,
): string[] | undefined {
  const listed = fieldsOf(args)[plural];
  // An experiment in the tree lists itself under `experimentIds` for the run table: its selection comes first.
  const selected = (Array.isArray(selection) ? (selection as unknown[]) : [])
    .filter((item) => textOf(item, 'store') === store)
    .flatMap((item) => textOf(item, singular) ?? []);
  if (selected.length > 0) {
    return [...new Set(selected)];
  }
  if (Array.isArray(listed)) {
    const ids = listed.filter((id): id is string => typeof id === 'string');
    return ids.length > 0 ? [...new Set(ids)] : undefined;
  }
  const one = textOf(args, singular);
  return one === undefined ? undefined : [one];
}

function readRuns(store: TrackingStore, runIds: readonly string[]): Promise<Run[]> {
  return Promise.all(runIds.map((runId) => store.getRun(runId)));
}

function readExperiments(store: TrackingStore, ids: readonly string[]): Promise<Experiment[]> {
  return Promise.all(ids.map((id) => store.getExperiment(id)));
}

/** Active children that are not deleted along with their parents. */
async function countChildren(store: TrackingStore, runIds: readonly string[]): Promise<number> {
  const pages = await Promise.all(
    runIds.slice(0, 50).map((runId) =>
      store.searchRuns({
        experimentIds: [],
        view: 'ACTIVE_ONLY',
        parent: { runId },
        maxResults: 1000,
        params: 'none',
        metrics: 'none',
        tags: 'none',
      }),
    ),
  );
  return pages.flatMap(({ items }) => items).filter(({ info }) => !runIds.includes(info.runId)).length;
}
