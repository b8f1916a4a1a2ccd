import { StoreError } from '../../mlflow/errors';
import { damaged } from './answerErrors';
import { objectsOf, textOf } from './entities';

/** Pages of one list that are walked through: beyond that something is wrong with the tokens. */
export const MOST_PAGES = 10_000;

/** One page of a list, as the server gives it. */
export interface ServerPage {
  items: Record<string, unknown>[];
  token: string | undefined;
}

/**
 * @param field holds the list; an empty one is left out by servers
 * @throws StoreError where it is the answer to another request
 */
export function pageOf(
  answer: Readonly<Record<string, unknown>>,
  endpoint: string,
  field: string,
): ServerPage {
  if (answer[field] === undefined && Object.values(answer).some(Array.isArray)) {
    throw damaged(endpoint);
  }
  return { items: objectsOf(answer[field]), token: textOf(answer['next_page_token']) || undefined };
}

/**
 * The items of each page of a list, until its end or until nobody takes the next. Tokens are offsets: what came meanwhile is
 * there twice (reference servers.md, section 2).
 *
 * @throws StoreError where the list goes in circles, or on for ever
 */
export async function* walk(
  endpoint: string,
  ask: (token: string | undefined) => Promise<ServerPage>,
): AsyncGenerator<Record<string, unknown>[]> {
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await ask(token);
    yield page.items;
    ({ token } = page);
    // 3.11 may answer nothing and a token that never advances.
    if (token === undefined || (seen.has(token) && page.items.length === 0)) {
      return;
    }
    if (seen.has(token) || seen.size >= MOST_PAGES) {
      throw endless(endpoint);
    }
    seen.add(token);
  } while (true);
}

export function endless(endpoint: string): StoreError {
  return new StoreError(
    'INTERNAL_ERROR',
    `The tracking server's list of "${endpoint}" has no end: its log may say why.`,
  );
}
