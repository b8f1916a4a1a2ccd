import { misfit } from './fit';
import type { Located } from './locate';
import type { Trace } from './python/trace';
import { runsOf, tagScore, type Wanted } from './runs';

/** Files of one name that are traced, and ms for all of them. */
const MOST_FILES = 24;
const TIME_LIMIT = 5000;

/**
 * Which of several files of one name a run came from: the one whose code explains the run's tags, keys and values best.
 * Null where none does better than another; then what the name alone tells stands.
 */
export async function oneOf(
  { candidates, file: preset }: Located,
  wanted: Wanted,
  tracing: (file: string) => Promise<Trace>,
): Promise<string | null> {
  if (!candidates || candidates.length > MOST_FILES || wanted.params.length === 0) {
    return null;
  }
  const until = performance.now() + TIME_LIMIT;
  const scored: { file: string; score: number }[] = [];
  for (const file of candidates) {
    if (performance.now() > until) {
      return null;
    }
    const trace = await tracing(file);
    const tags = [...runsOf(trace, wanted)].map((token) => tagScore(token, wanted.tags));
    scored.push({ file, score: Math.max(...tags, -Infinity) - 4 * misfit(trace, wanted) });
  }
  const best = Math.max(...scored.map(({ score }) => score));
  const first = scored.filter(({ score }) => score === best);
  const [only] = first;
  return first.length === 1 ? only!.file : (first.find(({ file }) => file === preset)?.file ?? null);
}
