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

/**
 * JSON indented by two, every token as it is written (long numbers, NaN); null where brackets do not match.
 * A cut text is indented as far as it goes.
 */
export function prettyJson(text: string): string | null {
  const parts: string[] = [];
  const open: string[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs;
  const newLine = (): string => `\n${'  '.repeat(open.length)}`;
  let last = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '}' || token === ']') {
      if (open.pop() !== (token === '}' ? '{' : '[')) {
        return null;
      }
      parts.push(last === '{' || last === '[' ? '' : newLine(), token);
    } else {
      if (last === '{' || last === '[' || last === ',') {
        parts.push(newLine());
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
