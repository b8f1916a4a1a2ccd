import type { Experiment, RegisteredModel, Run } from '../../mlflow/entities';
import { StoreError } from '../../mlflow/errors';
import type { TrackingStore } from '../../mlflow/store';
import type { Stage } from '../../mlflow/writer';
import { comparisonSentences } from '../../registry/comparison';
import { aliasSuggestions, conventionOf, type Convention } from '../../registry/conventions';
import {
  listVersions,
  shown,
  versionLabel,
  versionOf,
  versionsIn,
  type Preview,
} from '../../registry/preview';
import {
  previewArchiveOld,
  previewDeleteAlias,
  previewReady,
  previewSetAlias,
  previewTransition,
  readyMark,
} from '../../registry/promotion';
import { aliasProblem, canonicalStage } from '../../registry/validation';
import { headlineMetric, metricDirection } from '../../state/metrics';
import { textOf } from '../fields';
import { booleanOf, chooseModel, chooseStore, chooseVersion, mustHaveRegistry, numberOf } from './choose';
import { performConfirmed, type ConfirmOptions, type RegistryContext } from './perform';
import type { PickItem } from './ui';

type Target = { stage: Stage } | { alias: string };

/** `{store, name, version, stage, archiveExisting?}` or `{store, name, version, alias}`. */
export async function promoteModelVersion(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Promote Model Version';
  const { uri, store, model, version } = await chooseVersionOf(context, args, title);
  const target = await chooseTarget(context, store, model, version, args, title);
  const build = async (): Promise<Preview> => {
    const now = await store.getRegisteredModel(model.name);
    const preview =
      'alias' in target
        ? previewSetAlias(now, target.alias, version)
        : previewTransition(now, version, target.stage, archiveExisting);
    const incumbent = incumbentOf(now, version, target);
    const comparison = incumbent === null ? [] : await compare(context, store, now, version, incumbent);
    return { ...preview, sentences: [...preview.sentences, ...comparison] };
  };
  const archiveExisting =
    'stage' in target && (await chooseArchiving(context, model, version, target.stage, args, title));
  await performConfirmed(context, uri, build, await lookAtDiff(context, uri, model, version, target));
}

/** `{store, name, version}`. */
export async function archiveModelVersion(context: RegistryContext, args: unknown): Promise<void> {
  const { uri, store, model, version } = await chooseVersionOf(
    context,
    args,
    'Archive Model Version',
    ({ currentStage }) => currentStage !== 'Archived',
  );
  await performConfirmed(context, uri, async () =>
    previewTransition(await store.getRegisteredModel(model.name), version, 'Archived', false),
  );
}

/** `{store, name, keep}`. */
export async function archiveOldVersions(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Archive Old Versions';
  const { uri, store } = await chooseStore(context, args, title);
  await mustHaveRegistry(store);
  const name = await chooseModel(context, store, args, title);
  const keep =
    numberOf(args, 'keep') ??
    Number(
      await context.ui.input({
        title,
        prompt: `How many of the newest versions of ${shown(name)} stay as they are?`,
        value: '5',
        problem: (text) => (/^\d{1,6}$/.test(text.trim()) ? null : 'A whole number, please.'),
      }),
    );
  await performConfirmed(context, uri, async () =>
    previewArchiveOld(await store.getRegisteredModel(name), keep),
  );
}

/** `{store, name, version, note?}`. */
export async function markReady(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Mark as Ready';
  const { uri, store, model, version } = await chooseVersionOf(context, args, title);
  const note =
    textOf(args, 'note') ??
    (await context.ui.input({
      title,
      prompt: `A note on ${versionLabel(model.name, version)} for the one who decides; may be empty.`,
      placeHolder: 'What was checked, what to look at',
    }));
  const { features } = await store.describe();
  const { readyTag, readyAlias } = context.settings();
  const mark = readyMark(readyTag, features.aliases ? readyAlias : '');
  await performConfirmed(context, uri, async () =>
    previewReady(await store.getRegisteredModel(model.name), version, mark, note.trim()),
  );
}

/** `{store, name, alias, version?}`. */
export async function setAlias(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Set Alias';
  const { uri, store, model, version } = await chooseVersionOf(context, args, title);
  await mustHaveAliases(store);
  const alias = textOf(args, 'alias') ?? (await chooseAlias(context, model, version, title));
  await performConfirmed(context, uri, async () =>
    previewSetAlias(await store.getRegisteredModel(model.name), alias, version),
  );
}

/** `{store, name, alias}`. */
export async function deleteAlias(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Remove Alias';
  const { uri, store } = await chooseStore(context, args, title);
  await mustHaveRegistry(store);
  await mustHaveAliases(store);
  const model = await store.getRegisteredModel(await chooseModel(context, store, args, title));
  const version = textOf(args, 'version');
  const aliases = model.aliases.filter((alias) => version === undefined || alias.version === version);
  if (aliases.length === 0) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', `${shown(model.name)} has no alias here.`);
  }
  const alias =
    textOf(args, 'alias') ??
    (await context.ui.pick(
      title,
      `Which alias of ${shown(model.name)}?`,
      aliases.map((known) => ({
        label: `@${shown(known.alias)}`,
        description: `v${known.version}${known.dangling ? ', which is gone' : ''}`,
        value: known.alias,
      })),
    ));
  await performConfirmed(context, uri, async () =>
    previewDeleteAlias(await store.getRegisteredModel(model.name), alias),
  );
}

interface ChosenVersion {
  uri: string;
  store: TrackingStore;
  model: RegisteredModel;
  version: string;
}

async function chooseVersionOf(
  context: RegistryContext,
  args: unknown,
  title: string,
  candidates?: Parameters<typeof chooseVersion>[4],
): Promise<ChosenVersion> {
  const { uri, store } = await chooseStore(context, args, title);
  await mustHaveRegistry(store);
  const model = await store.getRegisteredModel(await chooseModel(context, store, args, title));
  const version = await chooseVersion(context, model, args, title, candidates);
  versionOf(model, version);
  return { uri, store, model, version };
}

async function mustHaveAliases(store: TrackingStore): Promise<void> {
  const { features } = await store.describe();
  if (!features.aliases) {
    throw new StoreError(
      'NOT_SUPPORTED_BY_SCHEMA',
      'This store has no aliases: MLflow 2.3 brings them ("mlflow db upgrade"). Promote to a stage instead.',
    );
  }
}

async function chooseTarget(
  context: RegistryContext,
  store: TrackingStore,
  model: RegisteredModel,
  version: string,
  args: unknown,
  title: string,
): Promise<Target> {
  const alias = textOf(args, 'alias');
  if (alias !== undefined) {
    await mustHaveAliases(store);
    return { alias };
  }
  const stage = textOf(args, 'stage');
  if (stage !== undefined) {
    return { stage: canonicalStage(stage) };
  }
  const { features } = await store.describe();
  const { items } = await store.searchRegisteredModels({ maxResults: 100 });
  const picked = await context.ui.pick(
    title,
    `What is ${versionLabel(model.name, version)} to be?`,
    targetItems(model, version, conventionOf(items, features), features.aliases),
  );
  return picked ?? { alias: await askForAlias(context, model, version, title) };
}

/** The store's own convention first; null stands for an alias that is yet to be named. */
function targetItems(
  model: RegisteredModel,
  version: string,
  convention: Convention,
  hasAliases: boolean,
): PickItem<Target | null>[] {
  const current = versionOf(model, version).currentStage;
  const stages = (['Production', 'Staging', 'None'] as const)
    .filter((stage) => stage !== current)
    .map((stage): PickItem<Target | null> => {
      const there = versionsIn(model, stage);
      return {
        label: stage === 'None' ? 'No stage' : stage,
        description:
          stage === 'None' ? '' : there.length > 0 ? `${listVersions(there, 4)} now` : 'nothing there now',
        detail: stage === 'None' ? undefined : 'Stage',
        value: { stage },
      };
    });
  if (!hasAliases) {
    return stages;
  }
  const aliases = aliasSuggestions(model)
    .map((alias) => ({ alias, holder: model.aliases.find((known) => known.alias === alias)?.version }))
    .filter(({ holder }) => holder !== version)
    .map(({ alias, holder }): PickItem<Target | null> => ({
      label: `@${shown(alias)}`,
      description: holder === undefined ? 'not set' : `v${holder} now`,
      detail: 'Alias',
      value: { alias },
    }));
  const another: PickItem<Target | null> = { label: '$(add) Another alias…', value: null };
  return convention === 'stages' ? [...stages, ...aliases, another] : [...aliases, another, ...stages];
}

async function chooseAlias(
  context: RegistryContext,
  model: RegisteredModel,
  version: string,
  title: string,
): Promise<string> {
  const items: PickItem<string | null>[] = aliasSuggestions(model)
    .map((alias) => ({ alias, holder: model.aliases.find((known) => known.alias === alias)?.version }))
    .filter(({ holder }) => holder !== version)
    .map(({ alias, holder }) => ({
      label: `@${shown(alias)}`,
      description: holder === undefined ? 'not set' : `v${holder} now`,
      value: alias,
    }));
  const picked = await context.ui.pick(title, `Which alias for ${versionLabel(model.name, version)}?`, [
    ...items,
    { label: '$(add) Another alias…', value: null },
  ]);
  return picked ?? askForAlias(context, model, version, title);
}

function askForAlias(
  context: RegistryContext,
  model: RegisteredModel,
  version: string,
  title: string,
): Promise<string> {
  return context.ui.input({
    title,
    prompt: `The alias for ${versionLabel(model.name, version)}, without the @.`,
    problem: aliasProblem,
  });
}

/** MLflow's archive_existing_versions: asked where it would change something, yes first. */
async function chooseArchiving(
  context: RegistryContext,
  model: RegisteredModel,
  version: string,
  stage: Stage,
  args: unknown,
  title: string,
): Promise<boolean> {
  const there = versionsIn(model, stage).filter((other) => other !== version);
  if ((stage !== 'Production' && stage !== 'Staging') || there.length === 0) {
    return false;
  }
  const named = booleanOf(args, 'archiveExisting');
  if (named !== undefined) {
    return named;
  }
  const list = listVersions(there, 4);
  return context.ui.pick(title, `${list} ${there.length === 1 ? 'is' : 'are'} in ${stage} now.`, [
    { label: `Archive ${list}`, description: `only v${version} will be in ${stage}`, value: true },
    { label: `Keep ${list} in ${stage} too`, value: false },
  ]);
}

/** The version that the candidate is measured against: the newest in the stage, or the alias's. */
function incumbentOf(model: RegisteredModel, version: string, target: Target): string | null {
  const there =
    'alias' in target
      ? model.aliases
          .filter(({ alias, dangling }) => alias === target.alias && !dangling)
          .map((known) => known.version)
      : target.stage === 'None' || target.stage === 'Archived'
        ? []
        : versionsIn(model, target.stage);
  return there.filter((other) => other !== version).at(-1) ?? null;
}

async function compare(
  context: RegistryContext,
  store: TrackingStore,
  model: RegisteredModel,
  version: string,
  incumbent: string,
): Promise<string[]> {
  const [candidateRun, incumbentRun] = await Promise.all(
    [version, incumbent].map((number) => runOf(store, versionOf(model, number).runId)),
  );
  if (!candidateRun || !incumbentRun) {
    return [];
  }
  const experiment: Experiment | null = await store
    .getExperiment(candidateRun.info.experimentId)
    .catch(() => null);
  const { metricDirections, headlineMetric: setting } = context.settings();
  const tags = experiment?.tags ?? [];
  const headline = headlineMetric(
    candidateRun.metrics.map(({ key }) => key),
    tags,
    undefined,
    setting,
  );
  return comparisonSentences(
    { candidate: `v${version}`, incumbent: `v${incumbent}` },
    candidateRun,
    incumbentRun,
    (key) => metricDirection(key, tags, metricDirections),
    headline,
  );
}

/** null where the run is not in this store (any more): the promotion does not depend on it. */
function runOf(store: TrackingStore, runId: string | null): Promise<Run | null> {
  return runId === null ? Promise.resolve(null) : store.getRun(runId).catch(() => null);
}

async function lookAtDiff(
  { ui }: RegistryContext,
  store: string,
  model: RegisteredModel,
  version: string,
  target: Target,
): Promise<ConfirmOptions> {
  const incumbent = incumbentOf(model, version, target);
  if (incumbent === null || !(await ui.hasCommand('diffModelVersions'))) {
    return {};
  }
  const versions = [incumbent, version];
  return {
    lookFirst: {
      label: 'Show Diff First',
      run: () => ui.runCommand('diffModelVersions', { store, name: model.name, versions }),
    },
  };
}
