/**
 * Styles without what would load anything: `@import`, and each `url(…)` that is neither a picture of its own bytes
 * nor a part of the same document, such as a gradient. A `url(` without an end goes on to the end of the text, as CSS
 * reads it.
 */
export function withoutLinks(css: string): string {
  return css
    .replace(/@import[^;]*;?/gi, '')
    .replace(/url\([^)]*\)?/gi, (url) => (/^url\(\s*['"]?(?:#|data:image\/)/i.test(url) ? url : 'none'));
}
