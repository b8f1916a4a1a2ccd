import { plainText } from './format';

/**
 * A store's text for GitHub-flavoured Markdown: in a cell, a heading, a list or a line of its own it stays the text
 * that it is. Nothing in it becomes a mark, a link, an entity, HTML, a formula, a cell or the begin of a list.
 */
export function markdownText(text: string, longest = 300): string {
  return plainText(text, longest)
    .trim()
    .replace(/[\\`*_{}[\]<>|#~&$@]/g, (letter) => ENTITIES[letter] ?? `\\${letter}`)
    .replace(/:(?=\/\/)|^[-+=]|(?<=^\d{1,9})[.)](?=\s|$)|(?<=www)\./gi, '\\$&');
}

const ENTITIES: Record<string, string> = { '<': '&lt;', '>': '&gt;' };

/** The same as code: between more backticks than it has. Not for a cell, which a pipe would end. */
export function markdownCode(text: string, longest = 300): string {
  const visible = plainText(text, longest);
  const runs = visible.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map(({ length }) => length)) + 1);
  // A space beside each fence is taken off again where both are there.
  const pad = /^[` ]|[` ]$/.test(visible) && /[^ ]/.test(visible) ? ' ' : '';
  return visible === '' ? '' : `${fence}${pad}${visible}${pad}${fence}`;
}
