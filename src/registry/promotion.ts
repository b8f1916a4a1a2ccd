import type { RegisteredModel } from '../mlflow/entities';
import { StoreError } from '../mlflow/errors';
import type { Change, Stage } from '../mlflow/writer';
import {
  facts,
  listVersions,
  shown,
  versionLabel,
  versionOf,
  versionsIn,
  type Effect,
  type Preview,
} from './preview';
import { isPlace } from './seen';
import { aliasProblem, canonicalStage, mustBeValid } from './validation';

/** A transition of one version to a stage, with what MLflow's archive_existing_versions would archive. */
export function previewTransition(
  model: RegisteredModel,
  version: string,
  wantedStage: string,
  archiveExisting: boolean,
): Preview {
  const { name } = model;
  const stage = canonicalStage(wantedStage);
  const from = versionOf(model, version).currentStage;
  if (from === stage) {
    throw new StoreError('INVALID_PARAMETER_VALUE', `${versionLabel(name, version)} is already in ${stage}.`);
  }
  const there = versionsIn(model, stage).filter((other) => other !== version);
  const archives = archiveExisting && (stage === 'Staging' || stage === 'Production');
  const archived = archives ? there : [];
  const verb = stage === 'Archived' ? 'Archive' : stage === 'None' ? 'Withdraw' : 'Promote';
  const label = versionLabel(name, version);
  const sentences = [`${label} goes from ${from} to ${stage}.`];
  if (archived.length > 0) {
    sentences.push(`${listVersions(archived)} ${isOrAre(archived)} in ${stage} now and will be Archived.`);
  } else if (stage === 'Staging' || stage === 'Production') {
    sentences.push(
      there.length > 0
        ? `${listVersions(there)} ${there.length === 1 ? 'stays' : 'stay'} in ${stage} too.`
        : `No other version is in ${stage}.`,
    );
  }
  sentences.push(...aliasesThatStay(model, [version, ...archived]));
  const moves: { version: string; from: string; to: Stage }[] = [
    { version, from, to: stage },
    ...archived.map((other) => ({ version: other, from: stage, to: 'Archived' as const })),
  ];
  return {
    title:
      stage === 'Archived'
        ? `Archive ${label}?`
        : stage === 'None'
          ? `Take ${label} out of ${from}?`
          : `Promote ${label} to ${stage}?`,
    sentences,
    button: `${verb} v${version}`,
    done: `${label} is ${stage === 'Archived' ? 'Archived' : stage === 'None' ? 'in no stage' : `in ${stage}`}.`,
    changes: [transition(name, version, stage, archived.length > 0)],
    expected: [
      facts.stage(name, version, from),
      ...(archives ? [facts.versionsInStage(name, stage, there)] : []),
    ],
    effects: moves.map((move) => ({ model: name, what: 'stage', ...move, ...knownSince(model, move) })),
    undo: undoOfMoves(name, moves),
  };
}

/** A transition sets a version's time (reference mlflow.md, C.2): in its stage it is since then at the latest. */
function knownSince(
  model: RegisteredModel,
  move: { version: string; from: string },
): { knownSince?: number } {
  const { lastUpdatedTimestamp } = versionOf(model, move.version);
  return isPlace(move.from) && lastUpdatedTimestamp !== null ? { knownSince: lastUpdatedTimestamp } : {};
}

/** All but the newest `keep` versions to Archived; what is in Production or Staging or has an alias stays. */
export function previewArchiveOld(model: RegisteredModel, keep: number): Preview {
  const { name } = model;
  if (!Number.isInteger(keep) || keep < 0) {
    throw new StoreError('INVALID_PARAMETER_VALUE', 'How many versions to keep must be a whole number.');
  }
  const newestFirst = model.versions.toSorted((a, b) => Number(b.version) - Number(a.version));
  const old = newestFirst.slice(keep).filter(({ currentStage }) => currentStage !== 'Archived');
  const inUse = old.filter(
    ({ currentStage, version }) =>
      currentStage === 'Production' ||
      currentStage === 'Staging' ||
      model.aliases.some((alias) => alias.version === version),
  );
  const archived = old.filter((version) => !inUse.includes(version));
  if (archived.length === 0) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `There is nothing to archive in ${shown(name)}: its older versions are archived or in use.`,
    );
  }
  const numbers = archived.map(({ version }) => version).toReversed();
  const moves = archived.map(({ version, currentStage }) => ({
    version,
    from: currentStage,
    to: 'Archived' as const,
  }));
  return {
    title: `Archive ${numbers.length === 1 ? `v${numbers[0]}` : `${numbers.length} versions`} of ${shown(name)}?`,
    sentences: [
      `${listVersions(numbers)} will be Archived; the newest ${keep} stay as they are.`,
      ...(inUse.length > 0
        ? [
            `${listVersions(inUse.map(({ version }) => version).toReversed())} ${inUse.length === 1 ? 'stays' : 'stay'}: in Production, in Staging or with an alias.`,
          ]
        : []),
    ],
    button: `Archive ${numbers.length} ${numbers.length === 1 ? 'Version' : 'Versions'}`,
    done: `${listVersions(numbers)} of ${shown(name)} ${isOrAre(numbers)} Archived.`,
    steps: `versions of ${shown(name)} were archived`,
    changes: moves.map(({ version }) => transition(name, version, 'Archived', false)),
    expected: moves.map(({ version, from }) => facts.stage(name, version, from)),
    effects: moves.map((move) => ({ model: name, what: 'stage', ...move })),
    undo: undoOfMoves(name, moves),
  };
}

/** An alias set on a version; it moves if another has it. */
export function previewSetAlias(model: RegisteredModel, alias: string, version: string): Preview {
  mustBeValid(aliasProblem(alias));
  const { name } = model;
  versionOf(model, version);
  const from = model.aliases.find((known) => known.alias === alias)?.version ?? null;
  const label = versionLabel(name, version);
  if (from === version) {
    throw new StoreError('INVALID_PARAMETER_VALUE', `${label} already has the alias "${shown(alias)}".`);
  }
  const set = (to: string): Change => ({ type: 'setRegisteredModelAlias', name, alias, version: to });
  const fromIsThere = from !== null && model.versions.some((known) => known.version === from);
  return {
    title: `${from === null ? 'Give' : 'Move'} @${shown(alias)} to ${label}?`,
    sentences: [
      from === null
        ? `No version of ${shown(name)} has the alias @${shown(alias)} now.`
        : `@${shown(alias)} points to v${from} now${fromIsThere ? '' : ', which is gone'}; it will point to v${version}.`,
      'Stages and other aliases stay as they are.',
    ],
    button: `${from === null ? 'Set' : 'Move'} @${shown(alias)} ${from === null ? 'on' : 'to'} v${version}`,
    done: `@${shown(alias)} of ${shown(name)} points to v${version}.`,
    changes: [set(version)],
    expected: [facts.alias(name, alias, from)],
    effects: [{ model: name, version, what: `@${alias}`, from: from && `v${from}`, to: `v${version}` }],
    undo:
      from !== null && !fromIsThere
        ? null
        : () => ({
            changes: [from === null ? { type: 'deleteRegisteredModelAlias', name, alias } : set(from)],
            expected: [facts.alias(name, alias, version)],
          }),
  };
}

export function previewDeleteAlias(model: RegisteredModel, alias: string): Preview {
  const { name } = model;
  const known = model.aliases.find((candidate) => candidate.alias === alias);
  if (!known) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', `${shown(name)} has no alias "${shown(alias)}".`);
  }
  const { version, dangling } = known;
  return {
    title: `Remove @${shown(alias)} from ${shown(name)}?`,
    sentences: [
      dangling
        ? `It points to v${version}, which is gone.`
        : `It points to v${version}. Code that loads "models:/${shown(name)}@${shown(alias)}" will fail.`,
    ],
    button: `Remove @${shown(alias)}`,
    done: `${shown(name)} no longer has the alias @${shown(alias)}.`,
    changes: [{ type: 'deleteRegisteredModelAlias', name, alias }],
    expected: [facts.alias(name, alias, version)],
    effects: [{ model: name, version, what: `@${alias}`, from: `v${version}`, to: null }],
    undo: dangling
      ? null
      : () => ({
          changes: [{ type: 'setRegisteredModelAlias', name, alias, version }],
          expected: [facts.alias(name, alias, null)],
        }),
  };
}

/** What the team writes on a version that waits for a decision. */
export interface ReadyMark {
  tag: { key: string; value: string };
  /** Where the note goes. */
  noteKey: string;
  /** null: none. */
  alias: string | null;
}

/** The mark of a setting such as "review=ready": the note goes to "review.note". */
export function readyMark(tag: string, alias: string): ReadyMark {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(tag.trim()) ?? [undefined, tag.trim() || 'review', 'ready'];
  return {
    tag: { key: (key ?? 'review').trim(), value: (value ?? 'ready').trim() },
    noteKey: `${(key ?? 'review').trim()}.note`,
    alias: alias.trim() === '' ? null : alias.trim(),
  };
}

/** The tag and, where the team wants it, the alias of a version that is ready for a decision, with a note. */
export function previewReady(
  model: RegisteredModel,
  version: string,
  mark: ReadyMark,
  note: string,
): Preview {
  const { name } = model;
  const { tags } = versionOf(model, version);
  const label = versionLabel(name, version);
  const wanted = [mark.tag, ...(note === '' ? [] : [{ key: mark.noteKey, value: note }])];
  const before = (key: string): string | null => tags.find((tag) => tag.key === key)?.value ?? null;
  const changed = wanted.filter(({ key, value }) => before(key) !== value);
  const alias = mark.alias === null ? null : aliasPart(model, version, mark.alias);
  if (changed.length === 0 && !alias) {
    throw new StoreError('INVALID_PARAMETER_VALUE', `${label} is already marked as ready.`);
  }
  return {
    title: `Mark ${label} as ready?`,
    sentences: [
      ...changed.map(({ key, value }) => {
        const old = before(key);
        return `The tag "${shown(key)}" becomes "${shown(value)}"${old === null ? '' : `; it was "${shown(old)}"`}.`;
      }),
      ...(alias ? alias.sentences : []),
    ],
    button: `Mark v${version} as Ready`,
    done: `${label} is marked as ready.`,
    steps: `marks of ${label} were set`,
    changes: [
      ...changed.map(({ key, value }): Change => ({ type: 'setModelVersionTag', name, version, key, value })),
      ...(alias?.changes ?? []),
    ],
    expected: [
      ...changed.map(({ key }) => facts.versionTag(name, version, key, before(key))),
      ...(alias?.expected ?? []),
    ],
    effects: [
      ...changed.map(({ key, value }): Effect => ({
        model: name,
        version,
        what: `tag ${key}`,
        from: before(key),
        to: value,
      })),
      ...(alias?.effects ?? []),
    ],
    undo: (now) => {
      const undoAlias = alias?.undo?.(now);
      return {
        changes: [
          ...changed.map(({ key }): Change => {
            const old = before(key);
            return old === null
              ? { type: 'deleteModelVersionTag', name, version, key }
              : { type: 'setModelVersionTag', name, version, key, value: old };
          }),
          ...(undoAlias?.changes ?? []),
        ],
        expected: [
          ...changed.map(({ key, value }) => facts.versionTag(name, version, key, value)),
          ...(undoAlias?.expected ?? []),
        ],
      };
    },
  };
}

function aliasPart(model: RegisteredModel, version: string, alias: string): Preview | null {
  const isThere = model.aliases.some((known) => known.alias === alias && known.version === version);
  return isThere ? null : previewSetAlias(model, alias, version);
}

function transition(name: string, version: string, stage: Stage, archive: boolean): Change {
  return { type: 'transitionModelVersionStage', name, version, stage, archiveExistingVersions: archive };
}

/** Each version back to where it was; every row must still be as this change left it. */
function undoOfMoves(
  name: string,
  moves: readonly { version: string; from: string; to: Stage }[],
): Preview['undo'] {
  return (now) => ({
    changes: moves.map(({ version, from }) => transition(name, version, canonicalStage(from), false)),
    expected: moves.flatMap(({ version, to }) => [
      facts.stage(name, version, to),
      facts.versionUpdated(name, version, now),
    ]),
  });
}

function aliasesThatStay(model: RegisteredModel, versions: readonly string[]): string[] {
  return model.aliases
    .filter(({ version, dangling }) => !dangling && versions.includes(version))
    .map(({ alias, version }) => `@${shown(alias)} stays on v${version}.`);
}

function isOrAre(list: readonly unknown[]): string {
  return list.length === 1 ? 'is' : 'are';
}
