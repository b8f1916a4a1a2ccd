import type { RegisteredModel } from '../../mlflow/entities';
import { plainText } from '../../mlflow/format';
import type { TrackingStore } from '../../mlflow/store';
import { nameOfRun } from '../../mlflow/tellApart';
import { shown, versionOf } from '../../registry/preview';
import { textOf } from '../fields';
import { chooseModel, chooseStore, chooseVersion, mustHaveRegistry } from './choose';
import { registerModel } from './modelCommands';
import type { RegistryContext } from './perform';
import { versionItems } from './versionItems';

export interface ChosenVersion {
  uri: string;
  store: TrackingStore;
  model: RegisteredModel;
  version: string;
}

/** Models that are looked through for the versions of one run. */
const MAX_MODELS_OF_RUN = 200;

/**
 * The version that was named, that of the run that was named, or the one that the user picks.
 *
 * @param candidates which versions of the model are offered; missing: all
 */
export async function chooseVersionOf(
  context: RegistryContext,
  args: unknown,
  title: string,
  candidates?: Parameters<typeof chooseVersion>[5],
): Promise<ChosenVersion> {
  const { uri, store } = await chooseStore(context, args, title);
  await mustHaveRegistry(store);
  const runId = textOf(args, 'runId');
  // A version in the tree carries its run's id too: the model's name decides.
  const { name, version } =
    runId !== undefined && textOf(args, 'name') === undefined
      ? await versionOfRun(context, uri, store, runId, title)
      : { name: await chooseModel(context, store, args, title), version: undefined };
  const model = await store.getRegisteredModel(name);
  const chosen = version ?? (await chooseVersion(context, store, model, args, title, candidates));
  versionOf(model, chosen);
  return { uri, store, model, version: chosen };
}

/** A run that is no version yet is registered first, if the user wants it. */
async function versionOfRun(
  context: RegistryContext,
  uri: string,
  store: TrackingStore,
  runId: string,
  title: string,
): Promise<{ name: string; version: string }> {
  const { items } = await store.searchRegisteredModels({ runId, maxResults: MAX_MODELS_OF_RUN });
  const versions = items.flatMap(({ versions: all }) => all.filter((version) => version.runId === runId));
  if (versions.length === 1) {
    return versions[0]!;
  }
  if (versions.length > 1) {
    return context.ui.pick(
      title,
      'Which version of this run?',
      (await versionItems(store, versions)).map(({ label, description, version }) => ({
        label: `${plainText(version.name)} ${label}`,
        description,
        value: version,
      })),
    );
  }
  const { info } = await store.getRun(runId);
  await context.ui.pick(
    title,
    `The run ${shown(nameOfRun(info))} is not registered as a model version yet.`,
    [{ label: '$(add) Register Its Model…', description: 'then continue', value: null }],
  );
  return registerModel(context, { store: uri, runId });
}
