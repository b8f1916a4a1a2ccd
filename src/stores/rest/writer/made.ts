import type { Change, ChangeOf } from '../../../mlflow/writer';
import { timeOf } from './facts';
import type { AskedServer } from './server';

export interface WriteContext {
  server: AskedServer;
  /** What a new run starts at, ms; all other times are the server's own. */
  now: number;
}

/** A change that a server has made. */
export interface Made {
  /** The id of what was created. */
  created: string | null;
  /** The time that the server wrote with it, ms; null where it writes or tells none. */
  time: number | null;
  /** What is not as it was asked for, a sentence each. */
  meanwhile?: readonly string[];
}

export const MADE: Made = { created: null, time: null };

/**
 * Makes a change that is one request.
 *
 * @param args what is sent for it
 * @param entity the field of the answer that holds what was changed, with the time that the server wrote; missing: it tells none
 */
export function byRequest<Type extends Change['type']>(
  method: 'POST' | 'PATCH' | 'DELETE',
  endpoint: string,
  args: (change: ChangeOf<Type>) => Record<string, unknown>,
  entity?: string,
): (context: WriteContext, change: ChangeOf<Type>) => Promise<Made> {
  return async ({ server }, change) => {
    const answer = await server.send(method, endpoint, args(change));
    return entity === undefined ? MADE : { created: null, time: timeOf(answer[entity]) };
  };
}
