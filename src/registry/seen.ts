import type { RegisteredModel } from '../mlflow/entities';
import { formatDateTime } from '../mlflow/format';
import type { Effect } from './preview';

/** What a model looked like when it was last seen, to notice what changed elsewhere. */
export interface Seen {
  /** ms; another one is another model of the same name. */
  created: number | null;
  stages: [version: string, stage: string][];
  aliases: [alias: string, version: string][];
}

export function seenOf(model: RegisteredModel): Seen {
  return {
    created: model.creationTimestamp,
    stages: model.versions
      .map(({ version, currentStage }): [string, string] => [version, currentStage])
      .toSorted(byFirst),
    aliases: model.aliases.map(({ alias, version }): [string, string] => [alias, version]).toSorted(byFirst),
  };
}

function byFirst([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What changed of a model between two looks at it. */
export function effectsBetween(model: string, before: Seen, after: Seen): Effect[] {
  if (before.created !== after.created) {
    const made = (time: number | null): string => (time === null ? 'another' : formatDateTime(time));
    return [
      {
        model,
        version: null,
        what: 'model, deleted and made anew',
        from: made(before.created),
        to: made(after.created),
      },
    ];
  }
  const stages = differences(before.stages, after.stages).map(([version, from, to]): Effect =>
    from === null || to === null
      ? { model, version, what: 'version', from: from && 'there', to: to && 'there' }
      : { model, version, what: 'stage', from, to },
  );
  const aliases = differences(before.aliases, after.aliases).map(([alias, from, to]): Effect => ({
    model,
    version: to ?? from,
    what: `@${alias}`,
    from: from && `v${from}`,
    to: to && `v${to}`,
  }));
  return [...stages, ...aliases];
}

function differences(
  before: [string, string][],
  after: [string, string][],
): [string, string | null, string | null][] {
  const old = new Map(before);
  const now = new Map(after);
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((key): [string, string | null, string | null] => [key, old.get(key) ?? null, now.get(key) ?? null])
    .filter(([, from, to]) => from !== to);
}

/** Our own change is not one from elsewhere when the model is seen next. */
export function applyToSeen(models: readonly [model: string, Seen][], effects: readonly Effect[]): void {
  for (const { model, version, what, to } of effects) {
    const seen = models.find(([name]) => name === model)?.[1];
    if (!seen) {
      continue;
    }
    if (what === 'stage' && version !== null) {
      seen.stages = replaced(seen.stages, version, to);
    } else if (what.startsWith('@')) {
      seen.aliases = replaced(seen.aliases, what.slice(1), to === null ? null : to.slice(1));
    } else if (what === 'version' && version !== null) {
      seen.stages = replaced(seen.stages, version, to === null ? null : 'None');
    }
  }
}

function replaced(list: [string, string][], key: string, value: string | null): [string, string][] {
  const others = list.filter(([name]) => name !== key);
  return (value === null ? others : [...others, [key, value] as [string, string]]).toSorted(byFirst);
}
