/** What is still being typed: whether a filter can be asked with already. Pure. */
import { parseFilter } from './parse';
import { KEY_ENTITIES, SearchError, type Filter } from './syntax';

/**
 * Whether a filter ends in the middle of a comparison, list, parenthesis or quoted text: wrong as it stands, but not
 * as it may go on. What is wrong before its end is not meant.
 */
export function isUnfinished(text: string): boolean {
  try {
    // Which keys there are is not known here: any may be.
    parseFilter(text, 0, () => [KEY_ENTITIES[0]]);
    return false;
  } catch (error) {
    if (!(error instanceof SearchError)) {
      throw error;
    }
    return error.to >= text.trimEnd().length || /["'`(]/.test(text[error.from] ?? '');
  }
}

/** Whether a filter has words without a key, which are looked for in names, ids, params and tags; false for one that is refused. */
export function hasWords(text: string): boolean {
  try {
    const filter = parseFilter(text, 0, () => [KEY_ENTITIES[0]]);
    return filter !== null && holdsWord(filter);
  } catch {
    return false;
  }
}

function holdsWord(filter: Filter): boolean {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.nodes.some(holdsWord);
    case 'not':
      return holdsWord(filter.node);
    default:
      return filter.type === 'term';
  }
}
