import type { Wanted } from './match';
import type { Choice } from './python/files';
import type { Snapshot } from './snapshot';

/** Files that are looked into, and those of them that are then tried. */
const MOST_LOOKED = 300;
const MOST_TRIED = 10;
/** Characters of one. */
const MOST_LENGTH = 100_000;

/** Options of a choice that are worth a trace: of files, those that have most of the run's keys and values in their text. */
export async function likelyOptions(
  snapshot: Snapshot,
  choice: Choice,
  wanted: Wanted,
): Promise<readonly string[]> {
  if (!choice.id.startsWith('file:') || choice.options.length <= MOST_TRIED) {
    return choice.options;
  }
  const looked = choice.options.slice(0, MOST_LOOKED);
  await snapshot.load(looked);
  const keys = wanted.params.map(({ key, value }) => ({ name: key.split(/[./\s-]/).at(-1)!, value }));
  const scored = looked.map((file) => {
    const text = snapshot.read(file).slice(0, MOST_LENGTH);
    const own = keys.filter(({ name }) => name !== '' && text.includes(name));
    return { file, keys: own.length, values: own.filter(({ value }) => text.includes(value)).length };
  });
  return scored
    .filter(({ keys: own }) => own > 0)
    .toSorted((a, b) => b.values - a.values || b.keys - a.keys)
    .slice(0, MOST_TRIED)
    .map(({ file }) => file);
}
