import { StoreError } from '../mlflow/errors';
import type { Page, PageRequest } from '../mlflow/store';

/** Where a page ended. */
export interface PageEnd {
  /** The last entry's. */
  id: string;
  /** Where it stands: its position in a list, or its value in the order; the next page begins there if it is gone. */
  at: number | null;
}

/** A page token: opaque to callers, who keep it and give it back. */
export function encodePageToken({ id, at }: PageEnd): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url');
}

/** @throws StoreError INVALID_PARAMETER_VALUE for a token that is none of ours */
export function decodePageToken(token: string): PageEnd {
  const [at, id, ...rest] = partsOf(token);
  if (
    (at === null || (typeof at === 'number' && Number.isFinite(at))) &&
    typeof id === 'string' &&
    rest.length === 0
  ) {
    return { id, at };
  }
  throw invalid();
}

/**
 * The place in a list where the page after `token` begins: after its entry, or where that stood if it is gone.
 *
 * @throws StoreError INVALID_PARAMETER_VALUE for a token that is none of a list's
 */
export function startOfPage(ids: readonly string[], token: string | undefined): number {
  if (token === undefined) {
    return 0;
  }
  const { id, at } = decodePageToken(token);
  if (at === null || !Number.isSafeInteger(at) || at < 0) {
    throw invalid();
  }
  const found = ids.indexOf(id);
  return found >= 0 ? found + 1 : at;
}

/** One page of a list that is held whole, and the token for the next. */
export function pageOf(
  ids: readonly string[],
  { maxResults, pageToken }: PageRequest,
): { ids: string[]; nextPageToken?: string } {
  const start = startOfPage(ids, pageToken);
  const page = ids.slice(start, start + maxResults);
  const last = page.at(-1);
  const end = start + page.length;
  return {
    ids: page,
    ...(last !== undefined && end < ids.length
      ? { nextPageToken: encodePageToken({ id: last, at: end - 1 }) }
      : {}),
  };
}

/** The same of a list of anything that has ids. */
export function pageOfItems<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  request: PageRequest,
): Page<T> {
  const byId = new Map(items.map((item) => [idOf(item), item]));
  const { ids, ...next } = pageOf([...byId.keys()], request);
  return { items: ids.map((id) => byId.get(id)!), ...next };
}

function partsOf(token: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function invalid(): StoreError {
  return new StoreError(
    'INVALID_PARAMETER_VALUE',
    'This store did not give this page token: ask for the first page again.',
  );
}
