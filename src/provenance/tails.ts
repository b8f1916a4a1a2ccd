/** No path inside a repository has more parts, or letters. */
const MOST_PARTS = 64;
const MOST_LETTERS = 4096;

/**
 * The ends of a path at its slashes, the longest first: what the path of a file can be of which only another machine's
 * place is known. Empty parts count for nothing; of a path that is longer than any file's only the last parts are taken.
 */
export function tails(path: string): string[] {
  const parts = path
    .slice(-MOST_LETTERS)
    .split('/')
    .filter((part) => part !== '')
    .slice(-MOST_PARTS);
  return parts.map((_, at) => parts.slice(at).join('/'));
}
