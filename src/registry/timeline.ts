import type { RegisteredModel } from '../mlflow/entities';
import type { HistoryEntry } from './history';
import { isInProduction } from './modelFilter';
import { isPlace, knownIn, type Since } from './seen';

/** A moment of the history: when (ms) and by whom; `who` null for a change elsewhere, which was noticed then. */
export interface Moment {
  when: number;
  who: string | null;
}

/** How long a version was in one place. */
export interface Period {
  /** `Production`, `Staging` or `@alias`. */
  place: string;
  version: string;
  /** null: it was there before anything was recorded. */
  from: Moment | null;
  /** Where `from` is null: it was there at this time already, ms; null where even that is not known. */
  knownSince: number | null;
  /** null: it is there now. */
  to: Moment | null;
}

/**
 * Which version was where, and when: stages in use and aliases; what is in production first, the newest first in
 * each place. MLflow records none of it (mlflow/mlflow#2169), but a version's last_updated_time tells since when its
 * stage is as it is at the latest: a transition sets it (reference mlflow.md, C.2).
 *
 * @param entries of this model, newest first
 * @param known by when at the latest versions were where they are, as far as it was seen
 */
export function timeline(
  model: RegisteredModel,
  entries: readonly HistoryEntry[],
  known: readonly Since[] = [],
): Period[] {
  const periods: Period[] = [];
  const isOpen = (period: Period, place: string, version: string): boolean =>
    period.to === null && period.place === place && period.version === version;
  const leave = (place: string, version: string, to: Moment, knownSince: number | null): void => {
    const open = periods.find((period) => isOpen(period, place, version));
    if (open) {
      open.to = to;
    } else if (isPlace(place)) {
      periods.push({ place, version, from: null, knownSince, to });
    }
  };
  const enter = (place: string, version: string, from: Moment): void => {
    if (isPlace(place)) {
      periods.push({ place, version, from, knownSince: null, to: null });
    }
  };
  for (const { when, who, effects } of entries.toReversed()) {
    const moment = { when, who };
    for (const { model: name, version, what, from, to, knownSince = null } of effects) {
      if (name !== model.name) {
        continue;
      }
      if (what === 'stage' && version !== null) {
        leave(from ?? '', version, moment, knownSince);
        enter(to ?? '', version, moment);
      } else if (what.startsWith('@')) {
        if (from !== null) {
          leave(what, from.replace(/^v/, ''), moment, knownSince);
        }
        if (to !== null) {
          enter(what, to.replace(/^v/, ''), moment);
        }
      } else if ((what === 'version' && to === null) || what.startsWith('model')) {
        periods
          .filter((period) => period.to === null && (version === null || period.version === version))
          .forEach((period) => (period.to = moment));
      }
    }
  }
  const now = placesNow(model);
  for (const { place, version, knownSince: own } of now) {
    if (!periods.some((period) => isOpen(period, place, version))) {
      const times = [own, knownIn(known, place, version)].filter((time) => typeof time === 'number');
      const knownSince = times.length === 0 ? null : Math.min(...times);
      periods.push({ place, version, from: null, knownSince, to: null });
    }
  }
  // What was left while nobody looked, and is not in the history any more.
  const told = periods.filter(
    ({ place, version, to }) =>
      to !== null || now.some((current) => current.place === place && current.version === version),
  );
  return told.toSorted((a, b) => rank(a.place) - rank(b.place) || compare(a.place, b.place) || newest(a, b));
}

function placesNow({
  versions,
  aliases,
}: RegisteredModel): Pick<Period, 'place' | 'version' | 'knownSince'>[] {
  return [
    ...versions
      .filter(({ currentStage }) => isPlace(currentStage))
      .map(({ version, currentStage, lastUpdatedTimestamp }) => ({
        place: currentStage,
        version,
        knownSince: lastUpdatedTimestamp,
      })),
    ...aliases
      .filter(({ dangling }) => !dangling)
      .map(({ alias, version }) => ({ place: `@${alias}`, version, knownSince: null })),
  ];
}

function rank(place: string): number {
  const stage = place.startsWith('@') ? 'None' : place;
  const isLive = isInProduction({ currentStage: stage, aliases: [place.replace(/^@/, '')] });
  return isLive ? (stage === 'None' ? 1 : 0) : stage === 'None' ? 3 : 2;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function newest(a: Period, b: Period): number {
  const end = ({ to }: Period): number => to?.when ?? Infinity;
  const start = ({ from, knownSince }: Period): number => from?.when ?? knownSince ?? -Infinity;
  return end(a) === end(b) ? (start(b) > start(a) ? 1 : -1) : end(b) - end(a);
}
