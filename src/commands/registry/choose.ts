import type { ModelVersion, RegisteredModel } from '../../mlflow/entities';
import { StoreError } from '../../mlflow/errors';
import { mustHave } from '../../mlflow/features';
import { count } from '../../mlflow/format';
import type { TrackingStore } from '../../mlflow/store';
import { shown } from '../../registry/preview';
import { storeName } from '../../stores/uri';
import { fieldsOf, namedStore, textOf } from '../fields';
import { runItems } from '../runItems';
import { runSearch } from '../runSearch';
import { openForChange, type RegistryContext } from './perform';
import type { PickItem } from './ui';
import { versionItems } from './versionItems';

/** Listed at a time; more is a matter of typing. */
const LISTED = 100;

/**
 * The store that was named, the only one, or the one that the user picks; open. Says at once, before anything else
 * is asked, why it cannot be changed. Throws StoreError.
 */
export async function chooseStore(
  { stores, ui }: RegistryContext,
  args: unknown,
  title: string,
): Promise<{ uri: string; store: TrackingStore }> {
  const named = namedStore(args);
  await stores.settled();
  const listed = stores.list().filter(({ error }) => error === null);
  if (named === undefined && listed.length === 0) {
    throw new StoreError('NOT_FOUND', 'No store is open: run "MLflow: Add Store…" first.');
  }
  const uri =
    named ??
    (listed.length === 1
      ? listed[0]!.uri
      : await ui.pick(
          title,
          'In which store?',
          listed.map((entry) => ({ label: storeName(entry.uri), description: entry.uri, value: entry.uri })),
        ));
  return { uri, store: await openForChange(stores, uri) };
}

/** Says why a store's registry cannot be changed. Throws StoreError. */
export async function mustHaveRegistry(store: TrackingStore): Promise<void> {
  mustHave(await store.describe(), 'registry');
}

export async function chooseModel(
  { ui }: RegistryContext,
  store: TrackingStore,
  args: unknown,
  title: string,
): Promise<string> {
  return (
    textOf(args, 'name') ??
    (await pickFound(
      ui,
      title,
      'Which registered model?',
      'This store has no registered models yet.',
      (text, signal) => findModels(store, text, signal),
    ))
  );
}

/** Registered models by name, alias, tag or stage, those that changed last first. */
export async function findModels(
  store: TrackingStore,
  text: string,
  signal?: AbortSignal,
): Promise<PickItem<string>[]> {
  const { items } = await store.searchRegisteredModels(
    { maxResults: LISTED, filter: { text }, orderBy: 'lastUpdated' },
    signal,
  );
  return items.map((model) => ({
    label: model.name,
    description: count(model.versions.length, 'version'),
    value: model.name,
  }));
}

/** @param candidates which of the model's versions are offered; missing: all */
export async function chooseVersion(
  { ui }: RegistryContext,
  store: TrackingStore,
  model: RegisteredModel,
  args: unknown,
  title: string,
  candidates: (version: ModelVersion) => boolean = () => true,
): Promise<string> {
  const named = versionIn(args);
  if (named !== undefined) {
    return named;
  }
  const offered = model.versions.filter(candidates);
  if (offered.length === 0) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', `${shown(model.name)} has no versions to choose from.`);
  }
  return ui.pick(
    title,
    `Which version of ${shown(model.name)}?`,
    (await versionItems(store, offered)).map((item) => ({ ...item, value: item.version.version })),
  );
}

/** The version that a command was called with, as text or as a number. */
export function versionIn(args: unknown): string | undefined {
  return textOf(args, 'version') ?? numberOf(args, 'version')?.toString();
}

type ChosenView = 'ACTIVE_ONLY' | 'DELETED_ONLY';

export async function chooseExperiment(
  { ui }: RegistryContext,
  store: TrackingStore,
  args: unknown,
  title: string,
  view: ChosenView = 'ACTIVE_ONLY',
): Promise<string> {
  const none =
    view === 'DELETED_ONLY' ? 'This store has no deleted experiments.' : 'This store has no experiments.';
  return (
    textOf(args, 'experimentId') ??
    (await pickFound(ui, title, 'Which experiment?', none, async (nameContains, signal) => {
      const { items } = await store.searchExperiments({ view, maxResults: LISTED, nameContains }, signal);
      return items.map(({ name, experimentId }) => ({
        label: name,
        description: experimentId,
        value: experimentId,
      }));
    }))
  );
}

export async function chooseRun(
  { ui }: RegistryContext,
  store: TrackingStore,
  args: unknown,
  title: string,
  view: ChosenView = 'ACTIVE_ONLY',
): Promise<string> {
  const none = view === 'DELETED_ONLY' ? 'This store has no deleted runs.' : 'This store has no runs.';
  return (
    textOf(args, 'runId') ??
    (await pickFound(ui, title, 'Which run? Type part of its name or ID.', none, async (text, signal) => {
      const { items } = await store.searchRuns(
        {
          experimentIds: [],
          view,
          filter: runSearch(text),
          maxResults: LISTED,
          params: 'none',
          metrics: 'none',
          tags: 'none',
        },
        signal,
      );
      const infos = items.map(({ info }) => info);
      return (await runItems(store, infos, Date.now(), signal)).map(({ runId, ...item }) => ({
        ...item,
        value: runId,
      }));
    }))
  );
}

/** @param none said where there is nothing to pick */
async function pickFound<T>(
  ui: RegistryContext['ui'],
  title: string,
  question: string,
  none: string,
  find: (text: string, signal: AbortSignal) => Promise<PickItem<T>[]>,
): Promise<T> {
  if ((await find('', new AbortController().signal)).length === 0) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', none);
  }
  return ui.pickFound(title, question, find);
}

export function numberOf(args: unknown, field: string): number | undefined {
  const value = fieldsOf(args)[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
