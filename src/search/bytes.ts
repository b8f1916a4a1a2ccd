/** The order in which SQLite sorts texts: that of their bytes in UTF-8, which is that of the code points. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    if (a.charCodeAt(at) !== b.charCodeAt(at)) {
      // From the first of a pair on, where the difference may be in the second.
      const from = at > 0 && isSecondOfPair(a, at) && isSecondOfPair(b, at) ? at - 1 : at;
      return a.codePointAt(from)! - b.codePointAt(from)!;
    }
  }
  return a.length - b.length;
}

function isSecondOfPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}
