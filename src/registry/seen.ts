import type { RegisteredModel } from '../mlflow/entities';
import { formatDateTime } from '../mlflow/format';
import type { Effect } from './preview';

/** What a model looked like when it was last seen, to notice what changed elsewhere. */
export interface Seen {
  /** ms; another one is another model of the same name. */
  created: number | null;
  stages: [version: string, stage: string][];
  aliases: [alias: string, version: string][];
  /** Of stages in use and aliases: by when at the latest the version was there, ms. An earlier version kept none. */
  since?: Since[];
}

export type Since = [place: string, version: string, time: number];

/** Stages that a version is used in; an alias, with an @, is a place too. */
export function isPlace(place: string | null): boolean {
  return place === 'Production' || place === 'Staging' || place?.startsWith('@') === true;
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

/** Since when each version is known to be where it is now: what was known before, else the version's own time. */
export function sinceOf(model: RegisteredModel, before: Seen | undefined, now: number): Since[] {
  const known = before?.created === model.creationTimestamp ? (before.since ?? []) : [];
  const wasThere = (place: string, version: string): boolean =>
    before?.created === model.creationTimestamp &&
    (place.startsWith('@')
      ? before.aliases.some(([alias, of]) => `@${alias}` === place && of === version)
      : before.stages.some(([of, stage]) => of === version && stage === place));
  const timeOf = (place: string, version: string, own: number | null): Since => {
    const kept = wasThere(place, version) ? knownIn(known, place, version) : undefined;
    return [place, version, Math.min(kept ?? now, own ?? now, now)];
  };
  return [
    ...model.versions
      .filter(({ currentStage }) => isPlace(currentStage))
      .map(({ version, currentStage, lastUpdatedTimestamp }) =>
        timeOf(currentStage, version, lastUpdatedTimestamp),
      ),
    ...model.aliases.map(({ alias, version }) => timeOf(`@${alias}`, version, null)),
  ];
}

export function knownIn(since: readonly Since[], place: string, version: string): number | undefined {
  return since.find(([where, which]) => where === place && which === version)?.[2];
}

/** The effects with what is known of the places that they leave. */
export function withKnownSince(
  effects: readonly Effect[],
  seen: ReadonlyMap<string, Pick<Seen, 'since'>>,
): Effect[] {
  return effects.map((effect) => {
    const since = seen.get(effect.model ?? '')?.since ?? [];
    const [place, version] = effect.what.startsWith('@')
      ? [effect.what, effect.from?.slice(1)]
      : [effect.what === 'stage' ? effect.from : null, effect.version];
    const known = place && version ? knownIn(since, place, version) : undefined;
    const times = [known, effect.knownSince].filter((time) => time !== undefined);
    return times.length === 0 ? effect : { ...effect, knownSince: Math.min(...times) };
  });
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
        what: 'model, deleted and created again',
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
export function applyToSeen(
  models: readonly [model: string, Seen][],
  effects: readonly Effect[],
  now: number,
): void {
  for (const { model, version, what, from, to } of effects) {
    const seen = models.find(([name]) => name === model)?.[1];
    if (!seen) {
      continue;
    }
    if (what === 'stage' && version !== null) {
      seen.stages = replaced(seen.stages, version, to);
      seen.since = moved(seen.since, version, from, to, now);
    } else if (what.startsWith('@')) {
      seen.aliases = replaced(seen.aliases, what.slice(1), to === null ? null : to.slice(1));
      seen.since = moved(seen.since, from?.slice(1) ?? '', what, null, now);
      seen.since = moved(seen.since, to?.slice(1) ?? '', null, to && what, now);
    } else if (what === 'version' && version !== null) {
      seen.stages = replaced(seen.stages, version, to === null ? null : 'None');
    }
  }
}

function moved(
  since: readonly Since[] | undefined,
  version: string,
  from: string | null,
  to: string | null,
  now: number,
): Since[] | undefined {
  const others = since?.filter(([place, which]) => place !== from || which !== version);
  return others && to !== null && isPlace(to) ? [...others, [to, version, now]] : others;
}

function replaced(list: [string, string][], key: string, value: string | null): [string, string][] {
  const others = list.filter(([name]) => name !== key);
  return (value === null ? others : [...others, [key, value] as [string, string]]).toSorted(byFirst);
}
