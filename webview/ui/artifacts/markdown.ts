import { purifier } from './purify';

const TAGS =
  'h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd blockquote pre code em strong b i u s del ins mark small sub sup kbd samp var q abbr a table caption thead tbody tfoot tr th td hr br span div details summary figure figcaption'.split(
    ' ',
  );

const purify = purifier((address) => /^https:\/\//i.test(address));

/**
 * HTML that VS Code rendered from a store's Markdown, made harmless: known tags, links to https only, no images,
 * no styles, no names or classes of ours to pose as.
 */
export function cleanMarkdown(html: string): DocumentFragment {
  return purify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ['href', 'title', 'align', 'open', 'start', 'reversed', 'colspan', 'rowspan', 'width'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}
