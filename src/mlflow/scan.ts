/** Small cuts in foreign text, each in one walk over it however long it is. */

/** Without the character where it stands at the end, once or many times. */
export function withoutTrailing(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) {
    end--;
  }
  return text.slice(0, end);
}

/** A line up to its comment: a `#` at the start or after white space, as pip and python-dotenv read it. */
export function withoutComment(line: string): string {
  for (let at = line.indexOf('#'); at >= 0; at = line.indexOf('#', at + 1)) {
    if (at === 0 || line[at - 1]!.trim() === '') {
      return line.slice(0, at);
    }
  }
  return line;
}
