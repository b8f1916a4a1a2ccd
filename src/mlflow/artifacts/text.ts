/**
 * A file's first bytes as text, or null where they are none: UTF-8, or UTF-16 with its mark.
 *
 * @param complete whether these are all bytes; else a character cut at the end is left out
 */
export function decodeText(bytes: Uint8Array, complete: boolean): string | null {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return new TextDecoder(first === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes, { stream: !complete });
  }
  if (bytes.subarray(0, 8192).includes(0)) {
    return null;
  }
  return new TextDecoder('utf-8').decode(bytes, { stream: !complete });
}

/** What is nested deeper stays on its line: the indents of a deep nest would be many times its text. */
const DEEPEST_LINE = 32;
/** Characters of line breaks and indents: a MiB, or this many times the text. */
const ANY_SPACE = 1024 * 1024;
const MOST_SPACE = 4;

/**
 * JSON indented by two, every token as it is written (long numbers, NaN); null where brackets do not match.
 * A cut text is indented as far as it goes; one that would become many times longer, as far as that is bearable.
 */
export function prettyJson(text: string): string | null {
  const parts: string[] = [];
  const open: string[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs;
  let space = Math.max(ANY_SPACE, MOST_SPACE * text.length);
  const breakLine = (depth: number, indent: number): void => {
    if (depth <= DEEPEST_LINE && space > 0) {
      parts.push('\n', '  '.repeat(indent));
      space -= 1 + 2 * indent;
    }
  };
  let last = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '}' || token === ']') {
      const depth = open.length;
      if (open.pop() !== (token === '}' ? '{' : '[')) {
        return null;
      }
      if (last !== '{' && last !== '[') {
        breakLine(depth, open.length);
      }
      parts.push(token);
    } else {
      if (last === '{' || last === '[' || last === ',') {
        breakLine(open.length, open.length);
      }
      parts.push(token === ':' ? ': ' : token);
      if (token === '{' || token === '[') {
        open.push(token);
      }
    }
    last = token;
  }
  return parts.join('');
}
