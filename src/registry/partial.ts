import { isStoreError } from '../mlflow/errors';
import type { Fact, PartlyApplied, WriteResult } from '../mlflow/writer';
import type { Preview, Undo } from './preview';
import { isAbout } from './stepwise';

/** What is said and kept of a change in a store without transactions. */

/** The details of an error that says that only a part was made; undefined for any other. */
export function partlyApplied(error: unknown): PartlyApplied | undefined {
  return isStoreError(error) && error.code === 'PARTLY_APPLIED'
    ? (error.details as PartlyApplied)
    : undefined;
}

/** The preview as it is to be shown: where steps could stay made, it says so. */
export function forWriter(preview: Preview, writer: { transactional: boolean }): Preview {
  return writer.transactional || preview.changes.length < 2
    ? preview
    : {
        ...preview,
        sentences: [
          ...preview.sentences,
          'This store has no transactions: if one step fails, the steps before it are kept.',
        ],
      };
}

/** What was made of a change whose first steps only were: effects and undo are of these. */
export function partOf(preview: Preview, { applied, of }: PartlyApplied): Preview {
  const { undo } = preview;
  return {
    ...preview,
    done: `${applied} of ${of} ${preview.steps ?? 'changes were made'}.`,
    changes: preview.changes.slice(0, applied),
    effects: preview.effects.slice(0, applied),
    undo: undo && ((now) => stepsOf(undo(now), 0, applied)),
  };
}

/** The preview of a change that was made: its undo expects the timestamps that each of its rows has. */
export function asWritten(preview: Preview, { times }: WriteResult): Preview {
  const { undo, changes } = preview;
  if (!undo || !times) {
    return preview;
  }
  const ownTime = (fact: Fact): number | null | undefined =>
    times[changes.findLastIndex((change) => isAbout(fact, change))];
  return {
    ...preview,
    undo: (now) => {
      const made = undo(now);
      const expected = made.expected.map((fact) => {
        const isTime = 'field' in fact.subject && fact.subject.field === 'lastUpdatedTimestamp';
        return isTime ? { ...fact, seen: String(ownTime(fact) ?? now) } : fact;
      });
      return { ...made, expected };
    },
  };
}

/** What is said after a change: where somebody else wrote at the same time, what is there now. */
export function doneSentence({ done }: Preview, { meanwhile = [] }: WriteResult): string {
  return meanwhile.length === 0 ? done : meanwhile.join(' ');
}

/** What an undo still has to take back when its first steps are made. */
export function restOf(undo: Undo, applied: number): Undo {
  return { ...stepsOf(undo, applied, undo.changes.length), done: (undo.done ?? 0) + applied };
}

/** "3 of 5 versions were archived before the next was refused (…); the rest were not made." */
export function partlySentence({ steps = 'changes were made' }: Preview, partly: PartlyApplied): string {
  const { applied, of, reason } = partly;
  const why = reason.message
    .replace(/[.:] nothing was changed(?: in \S+)?\.(\s|$)/i, '.$1')
    .replace(/\.$/, '');
  return `${applied} of ${of} ${steps} before the next was refused (${why}); the rest were not made.`;
}

function stepsOf(undo: Undo, from: number, to: number): Undo {
  const changes = undo.changes.slice(from, to);
  return {
    changes,
    expected: undo.expected.filter((fact) => changes.some((change) => isAbout(fact, change))),
  };
}
