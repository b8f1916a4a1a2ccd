import { plainText } from '../../src/mlflow/format';

/** Of a longer text the end is not looked for, letters. */
const LONGEST_READ = 10_000;
/** How much of a name that is told apart by its end is its end. */
const END_SHARE = 0.6;

/**
 * Names beside an axis, at most `longest` letters each. Those that would be cut alike keep their ends, where names of
 * runs and lists differ; what still looks alike is numbered.
 */
export function shortNames(names: readonly string[], longest: number): string[] {
  const cut = names.map((name) => plainText(name, longest));
  const often = new Map<string, number>();
  cut.forEach((text) => often.set(text, (often.get(text) ?? 0) + 1));
  const seen = new Map<string, number>();
  return cut.map((text, i) => {
    const short = often.get(text) === 1 ? text : withEnd(plainText(names[i]!, LONGEST_READ), longest);
    const alike = (seen.get(short) ?? 0) + 1;
    seen.set(short, alike);
    return alike === 1 ? short : `${short.slice(0, longest - 4)} (${alike})`;
  });
}

function withEnd(text: string, longest: number): string {
  const end = Math.floor(longest * END_SHARE);
  return text.length <= longest ? text : `${text.slice(0, longest - end - 1)}…${text.slice(-end)}`;
}
