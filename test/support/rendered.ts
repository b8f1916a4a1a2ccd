/** What a reader sees of Markdown, by the renderer that VS Code uses too (with GitHub's tables and bare addresses). */
import * as fc from 'fast-check';
import { Marked } from 'marked';

const renderer = new Marked({ gfm: true });

/** The HTML of a Markdown text. */
export function rendered(markdown: string): string {
  return renderer.parse(markdown, { async: false });
}

/** The insides of each `<name>`, as HTML: text is in it as `asHtml` gives it. */
export function insides(html: string, name: string): string[] {
  return [...html.matchAll(new RegExp(`<${name}(?: [^>]*)?>(.*?)</${name}>`, 'gs'))].map(([, inside]) =>
    inside!.trim(),
  );
}

/** A text as it stands in HTML, one line as `plainText` makes it. */
export function asHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

/** Texts that a Markdown renderer would make more of: every mark of it, alone and in pairs. */
export const MARKS: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      ...'\\ ` `` * ** _ __ { } [ ] ( ) ![ < > | || # ~ ~~ & &amp; &#60; ! $ @ : - + = . 1. 2) --- === ```'.split(
        ' ',
      ),
      ...['https://host.example/x', 'www.host.example', 'me@host.example', '<b>', '</td>', '<!--', '[x](y)'],
      ...['word', 'x', ' ', '\n', '\n\n', '\t', 'ü', '\u202e'],
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''))
  .filter((text) => text.trim() !== '');
