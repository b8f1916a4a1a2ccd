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
