import type { ModelVersion, RegisteredModel } from '../../mlflow/entities';
import { StoreError } from '../../mlflow/errors';
import { count, formatAge, plainText } from '../../mlflow/format';
import type { TrackingStore } from '../../mlflow/store';
import { shown } from '../../registry/preview';
import { storeName } from '../../stores/uri';
import { textOf } from '../fields';
import type { RegistryContext } from './perform';

/** Enough to find one by typing; more is a matter of the search. */
const MAX_MODELS = 2000;
const MAX_EXPERIMENTS = 2000;
const MAX_RUNS = 200;

/** The store that was named, the only one, or the one that the user picks; open. */
export async function chooseStore(
  { stores, ui }: RegistryContext,
  args: unknown,
  title: string,
): Promise<{ uri: string; store: TrackingStore }> {
  const named = textOf(args, 'store');
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
  return { uri, store: await stores.get(uri) };
}

/** Says why a store's registry cannot be changed. Throws StoreError. */
export async function mustHaveRegistry(store: TrackingStore): Promise<void> {
  const { features } = await store.describe();
  if (!features.registry) {
    throw new StoreError(
      'NOT_SUPPORTED_BY_SCHEMA',
      'This store has no model registry: MLflow 1.4 brings it ("mlflow db upgrade").',
    );
  }
}

export async function chooseModel(
  { ui }: RegistryContext,
  store: TrackingStore,
  args: unknown,
  title: string,
  placeHolder = 'Which registered model?',
): Promise<string> {
  const named = textOf(args, 'name');
  if (named !== undefined) {
    return named;
  }
  const { items } = await store.searchRegisteredModels({ maxResults: MAX_MODELS });
  if (items.length === 0) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', 'This store has no registered models yet.');
  }
  return ui.pick(title, placeHolder, items.map(modelItem));
}

export function modelItem(model: RegisteredModel): { label: string; description: string; value: string } {
  return {
    label: plainText(model.name),
    description: count(model.versions.length, 'version'),
    value: model.name,
  };
}

/** @param candidates which of the model's versions are offered; missing: all */
export async function chooseVersion(
  { ui }: RegistryContext,
  model: RegisteredModel,
  args: unknown,
  title: string,
  candidates: (version: ModelVersion) => boolean = () => true,
): Promise<string> {
  const named = textOf(args, 'version') ?? numberOf(args, 'version')?.toString();
  if (named !== undefined) {
    return named;
  }
  const offered = model.versions.filter(candidates);
  if (offered.length === 0) {
    throw new StoreError(
      'RESOURCE_DOES_NOT_EXIST',
      `${shown(model.name)} has no version to choose from here.`,
    );
  }
  return ui.pick(
    title,
    `Which version of ${shown(model.name)}?`,
    offered.map((version) => ({ ...versionItem(model, version), value: version.version })),
  );
}

export function versionItem(
  model: RegisteredModel,
  { version, currentStage, creationTimestamp }: ModelVersion,
): { label: string; description: string } {
  const marks = [
    ...(currentStage === 'None' ? [] : [currentStage]),
    ...model.aliases.filter((alias) => alias.version === version).map(({ alias }) => `@${plainText(alias)}`),
    ...(creationTimestamp === null ? [] : [formatAge(creationTimestamp, Date.now())]),
  ];
  return { label: `v${version}`, description: marks.join(' · ') };
}

export async function chooseExperiment(
  { ui }: RegistryContext,
  store: TrackingStore,
  args: unknown,
  title: string,
  view: 'ACTIVE_ONLY' | 'DELETED_ONLY' = 'ACTIVE_ONLY',
): Promise<string> {
  const named = textOf(args, 'experimentId');
  if (named !== undefined) {
    return named;
  }
  const { items } = await store.searchExperiments({ view, maxResults: MAX_EXPERIMENTS });
  if (items.length === 0) {
    throw new StoreError(
      'RESOURCE_DOES_NOT_EXIST',
      view === 'DELETED_ONLY' ? 'No experiment is deleted.' : 'This store has no experiments.',
    );
  }
  return ui.pick(
    title,
    'Which experiment?',
    items.map(({ name, experimentId }) => ({
      label: plainText(name),
      description: experimentId,
      value: experimentId,
    })),
  );
}

export async function chooseRun(
  { ui }: RegistryContext,
  store: TrackingStore,
  args: unknown,
  title: string,
  view: 'ACTIVE_ONLY' | 'DELETED_ONLY' = 'ACTIVE_ONLY',
): Promise<string> {
  const named = textOf(args, 'runId');
  if (named !== undefined) {
    return named;
  }
  const { items } = await store.searchRuns({
    experimentIds: [],
    view,
    maxResults: MAX_RUNS,
    params: 'none',
    metrics: 'none',
    tags: 'none',
  });
  if (items.length === 0) {
    throw new StoreError(
      'RESOURCE_DOES_NOT_EXIST',
      view === 'DELETED_ONLY' ? 'No run is deleted.' : 'This store has no runs.',
    );
  }
  return ui.pick(
    title,
    'Which run? (the newest are listed)',
    items.map(({ info }) => ({
      label: plainText(info.runName || info.runId),
      description: info.startTime === null ? info.runId : formatAge(info.startTime, Date.now()),
      detail: info.runId,
      value: info.runId,
    })),
  );
}

export function numberOf(args: unknown, field: string): number | undefined {
  const value =
    typeof args === 'object' && args !== null ? (args as Record<string, unknown>)[field] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function booleanOf(args: unknown, field: string): boolean | undefined {
  const value =
    typeof args === 'object' && args !== null ? (args as Record<string, unknown>)[field] : undefined;
  return typeof value === 'boolean' ? value : undefined;
}
