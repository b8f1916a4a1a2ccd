import type { HistoryEntry } from './history';
import { shown, type Preview } from './preview';

/** Taking back a change that was made here, while its rows are as it left them. */
export function previewUndo(entry: HistoryEntry & { undo: NonNullable<HistoryEntry['undo']> }): Preview {
  const effects = entry.effects.slice(entry.undo.done ?? 0);
  const what = entry.what.replace(/\.$/, '');
  return {
    title: `Undo "${what}"?`,
    sentences: [
      ...effects.map(({ model, version, what, from, to }) => {
        const place =
          model === null
            ? ''
            : `${shown(model)}${version === null || what.startsWith('@') ? '' : ` v${version}`}: `;
        return `${place}${shown(what)} goes back from ${inWords(to)} to ${inWords(from)}.`;
      }),
      'It is written as a new change with a new timestamp, as MLflow would.',
    ],
    button: 'Undo',
    done: `Undone: ${entry.what}`,
    changes: entry.undo.changes,
    expected: entry.undo.expected,
    steps: `values of "${what}" were restored`,
    effects: effects.map(({ knownSince: _since, ...effect }) => ({
      ...effect,
      from: effect.to,
      to: effect.from,
    })),
    undo: null,
  };
}

function inWords(value: string | null): string {
  return value === null || value === '' ? 'nothing' : shown(value);
}
