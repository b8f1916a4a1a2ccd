/** Brackets inside each other. Python's own reader gives up at some thousand. */
const MOST_DEPTH = 500;

/**
 * JSON that somebody else wrote. JSON.parse itself reads any depth, but whoever walks through the value, JSON.stringify
 * too, calls itself for each level.
 *
 * @throws SyntaxError where it is none, or nested deeper than anybody writes
 */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) {
    throw new SyntaxError(`The JSON text is nested deeper than ${MOST_DEPTH} levels.`);
  }
  return JSON.parse(text) as unknown;
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (inText) {
      if (letter === '\\') {
        at++;
      } else if (letter === '"') {
        inText = false;
      }
    } else if (letter === '"') {
      inText = true;
    } else if (letter === '[' || letter === '{') {
      if (++depth > MOST_DEPTH) {
        return true;
      }
    } else if (letter === ']' || letter === '}') {
      depth--;
    }
  }
  return false;
}
