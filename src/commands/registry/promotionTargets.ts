import type { RegisteredModel } from '../../mlflow/entities';
import { mustHave } from '../../mlflow/features';
import type { TrackingStore } from '../../mlflow/store';
import type { Stage } from '../../mlflow/writer';
import { aliasSuggestions, conventionOf, type Convention } from '../../registry/conventions';
import { isInProduction } from '../../registry/modelFilter';
import { listVersions, shown, versionLabel, versionOf, versionsIn } from '../../registry/preview';
import { aliasProblem, canonicalStage } from '../../registry/validation';
import { booleanOf, textOf } from '../fields';
import type { RegistryContext } from './perform';
import type { PickItem } from './ui';

/** What a version is promoted to. */
export type Target = { stage: Stage } | { alias: string };

export async function mustHaveAliases(store: TrackingStore): Promise<void> {
  mustHave(await store.describe(), 'aliases', 'Promote to a stage instead.');
}

export async function chooseTarget(
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
  const aliases = aliasItems(model, version).map((item) => ({
    ...item,
    detail: 'Alias',
    value: { alias: item.value },
  }));
  const another: PickItem<Target | null> = { label: '$(add) Another alias…', value: null };
  return convention === 'stages' ? [...stages, ...aliases, another] : [...aliases, another, ...stages];
}

export async function chooseAlias(
  context: RegistryContext,
  model: RegisteredModel,
  version: string,
  title: string,
): Promise<string> {
  const picked = await context.ui.pick<string | null>(
    title,
    `Which alias for ${versionLabel(model.name, version)}?`,
    [...aliasItems(model, version), { label: '$(add) Another alias…', value: null }],
  );
  return picked ?? askForAlias(context, model, version, title);
}

/** The model's own and the usual ones, with who has them; what the version has already is left out. */
function aliasItems(model: RegisteredModel, version: string): PickItem<string>[] {
  return aliasSuggestions(model)
    .map((alias) => ({ alias, holder: model.aliases.find((known) => known.alias === alias)?.version }))
    .filter(({ holder }) => holder !== version)
    .map(({ alias, holder }) => ({
      label: `@${shown(alias)}`,
      description: holder === undefined ? 'not set' : `v${holder} now`,
      value: alias,
    }));
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
export async function chooseArchiving(
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

/**
 * The version that the candidate is measured against: the newest in the stage, or the alias's; where there is none
 * yet, the newest in production.
 */
export function incumbentOf(model: RegisteredModel, version: string, target: Target): string | null {
  if ('stage' in target && (target.stage === 'None' || target.stage === 'Archived')) {
    return null;
  }
  const there =
    'alias' in target
      ? model.aliases
          .filter(({ alias, dangling }) => alias === target.alias && !dangling)
          .map((known) => known.version)
      : versionsIn(model, target.stage);
  const others = there.filter((other) => other !== version);
  return (
    others.at(-1) ??
    model.versions.find((other) => other.version !== version && isInProduction(other))?.version ??
    null
  );
}
