import { parseFilter } from './parse';
import { SearchError } from './syntax';

/**
 * Two filters of which both must hold, as text; `filter` may be empty, and `condition` is one comparison.
 *
 * @param now ms
 */
export function narrow(filter: string, condition: string, now: number): string {
  const whole = withoutAnd(filter.trim());
  switch (shapeOf(filter, now)) {
    case 'nothing':
      return condition;
    case 'joinable':
      return `${whole} and ${condition}`;
    case 'other':
      return `(${whole}) and ${condition}`;
  }
}

function shapeOf(filter: string, now: number): 'nothing' | 'joinable' | 'other' {
  try {
    const tree = parseFilter(filter, now);
    return tree === null ? 'nothing' : tree.type === 'or' || tree.type === 'term' ? 'other' : 'joinable';
  } catch (error) {
    if (error instanceof SearchError) {
      // A key without a prefix, which the store alone can read, or nobody: then the refusal stays.
      return 'other';
    }
    throw error;
  }
}

/** A filter that is being written may begin and end so, which nothing in parentheses may. */
function withoutAnd(filter: string): string {
  let rest = filter;
  while (/\sand$/i.test(rest)) {
    rest = rest.slice(0, -'and'.length).trimEnd();
  }
  while (/^and\s/i.test(rest)) {
    rest = rest.slice('and'.length).trimStart();
  }
  return rest;
}
