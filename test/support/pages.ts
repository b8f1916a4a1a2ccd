import type { Page, PageRequest } from '../../src/mlflow/store';

/** Every item of a list, a page after the other. */
export async function allPages<T>(ask: (page: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let pageToken: string | undefined;
  do {
    const page = await ask({ maxResults: 1000, ...(pageToken === undefined ? {} : { pageToken }) });
    items.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return items;
}
