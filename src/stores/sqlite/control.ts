/**
 * Words of the memory that a store's host and worker share: the host writes the number of a request that it no
 * longer wants; the worker counts the pages that it reads, by which the host sees that it is alive.
 */
export const CONTROL = { cancelledRequest: 0, pagesRead: 1, length: 2 } as const;
