/** LIKE on texts, as MLflow's SQLite store answers it. */

/** Whatever may have a case beyond ASCII's. */
const BEYOND_ASCII = /[^ -~\s]/;

/** Case folded for ASCII only: what SQLite's lower() does, and so MLflow's ILIKE on SQLite. */
export function foldAscii(text: string): string {
  return BEYOND_ASCII.test(text)
    ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : text.toLowerCase();
}

/**
 * A LIKE pattern as a test: `%` any text, `_` one character (a code point), no escapes. Two pointers and one
 * place to go back to, so that a pattern of many `%` cannot make it slow.
 */
export function likeTest(pattern: string): (text: string) => boolean {
  const wanted = Array.from(pattern);
  return (text) => {
    const given = Array.from(text);
    let at = 0;
    let position = 0;
    let star = -1;
    let resume = 0;
    while (position < given.length) {
      if (at < wanted.length && wanted[at] === '%') {
        star = at++;
        resume = position;
      } else if (at < wanted.length && (wanted[at] === '_' || wanted[at] === given[position])) {
        at++;
        position++;
      } else if (star !== -1) {
        at = star + 1;
        position = ++resume;
      } else {
        return false;
      }
    }
    while (at < wanted.length && wanted[at] === '%') {
      at++;
    }
    return at === wanted.length;
  };
}

/** The same pattern for SQLite's GLOB, which knows case whatever the connection's pragmas are. */
export function likeToGlob(pattern: string): string {
  return pattern.replace(/[*?[%_]/g, (character) =>
    character === '%' ? '*' : character === '_' ? '?' : `[${character}]`,
  );
}
