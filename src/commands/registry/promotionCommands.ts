import type { RegisteredModel } from '../../mlflow/entities';
import { StoreError } from '../../mlflow/errors';
import { shown, versionLabel, versionOf, type Preview } from '../../registry/preview';
import {
  previewArchiveOld,
  previewDeleteAlias,
  previewReady,
  previewSetAlias,
  previewTransition,
  readyMark,
} from '../../registry/promotion';
import { pendingChecks } from '../../registry/warnings';
import { textOf } from '../fields';
import { chooseModel, chooseStore, mustHaveRegistry, numberOf, versionIn } from './choose';
import { chooseVersionOf } from './chooseVersionOf';
import { performConfirmed, type ConfirmOptions, type RegistryContext } from './perform';
import {
  chooseAlias,
  chooseArchiving,
  chooseTarget,
  incumbentOf,
  mustHaveAliases,
  type Target,
} from './promotionTargets';

/**
 * `{store, name, version, stage, archiveExisting?}` or `{store, name, version, alias}`; or of a run `{store, runId}`:
 * its version, which it is made first where it has none.
 */
export async function promoteModelVersion(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Promote Model Version';
  const { uri, store, model, version } = await chooseVersionOf(context, args, title);
  const target = await chooseTarget(context, store, model, version, args, title);
  const archiveExisting =
    'stage' in target && (await chooseArchiving(context, model, version, target.stage, args, title));
  const build = async (): Promise<Preview> => {
    const now = await store.getRegisteredModel(model.name);
    const preview =
      'alias' in target
        ? previewSetAlias(now, target.alias, version)
        : previewTransition(now, version, target.stage, archiveExisting);
    const incumbent = incumbentOf(now, version, target);
    const comparison =
      incumbent === null ? null : await context.compare(store, now, { candidate: version, incumbent });
    // What could go wrong comes first: it decides, and a long dialog is not read to its end.
    const warnings = [
      ...(comparison?.warnings ?? []),
      ...pendingChecks(`v${version}`, versionOf(now, version).tags),
    ];
    return {
      ...preview,
      sentences: [
        ...(warnings.length > 0 ? [...warnings, ''] : []),
        ...preview.sentences,
        ...(comparison ? ['', ...comparison.lines] : []),
      ],
    };
  };
  await performConfirmed(
    context,
    uri,
    build,
    await lookAtDiff(context, uri, model, version, target, archiveExisting),
  );
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
        problem: (text) => (/^\d{1,6}$/.test(text.trim()) ? null : 'Enter a whole number.'),
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
      prompt: `A note on ${versionLabel(model.name, version)} for the reviewer (optional).`,
      placeHolder: 'What you checked, and what to look at',
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
  const version = versionIn(args);
  const aliases = model.aliases.filter((alias) => version === undefined || alias.version === version);
  if (aliases.length === 0) {
    throw new StoreError(
      'RESOURCE_DOES_NOT_EXIST',
      `${version === undefined ? shown(model.name) : versionLabel(model.name, version)} has no aliases.`,
    );
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

/** The diff beside the one that is there now; from there on the promotion goes on by a button. */
async function lookAtDiff(
  context: RegistryContext,
  store: string,
  model: RegisteredModel,
  version: string,
  target: Target,
  archiveExisting: boolean,
): Promise<ConfirmOptions> {
  const incumbent = incumbentOf(model, version, target);
  if (incumbent === null) {
    return {};
  }
  const { name } = model;
  return {
    lookFirst: {
      label: 'Show Diff First',
      run: async () => {
        await context.ui.runCommand('diffModelVersions', { store, name, versions: [incumbent, version] });
        context.ui.inform(
          `Nothing has changed yet. This is ${versionLabel(name, version)} against v${incumbent}.`,
          `Promote v${version}…`,
          () => promoteModelVersion(context, { store, name, version, ...target, archiveExisting }),
        );
      },
    },
  };
}
