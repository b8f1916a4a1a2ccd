import type { LoggedValue } from '../../mlflow/latest';
import { readAnswer } from './api';
import { objectsOf, pointOf, textOf } from './entities';
import { readJson } from './json';
import type { Server } from './server';

/** Of one answer, bytes: half a million points. */
const MOST_BYTES = 64_000_000;

export interface HistoryPageRequest {
  runId: string;
  key: string;
  /** Points, as far as the server pages them. */
  most: number;
  token: string | undefined;
  /** A part of the answer is no answer. */
  isAll?: boolean;
}

export interface HistoryPage {
  points: LoggedValue[];
  /** Of the next page. */
  token: string | undefined;
  /** The answer had more than is read: these are the first points of it. */
  isCut: boolean;
}

/** A page of get-history; of a server that does not page it the whole, as far as it is read. @throws StoreError */
export async function readHistoryPage(
  server: Server,
  { runId, key, most, token, isAll = false }: HistoryPageRequest,
  signal?: AbortSignal,
): Promise<HistoryPage> {
  const endpoint = 'metrics/get-history';
  const body = await server.readBody(
    {
      method: 'GET',
      endpoint,
      args: { run_id: runId, metric_key: key, max_results: most, page_token: token },
      priority: 'background',
      most: MOST_BYTES,
      cut: !isAll,
    },
    signal,
  );
  const isCut = body.length >= MOST_BYTES;
  const answer = readAnswer(() => (isCut ? readCut(body) : readJson(body)), endpoint);
  return {
    points: objectsOf(answer['metrics']).flatMap((item) => pointOf(item) ?? []),
    token: isCut ? undefined : textOf(answer['next_page_token']) || undefined,
    isCut,
  };
}

const CLOSE = '}'.charCodeAt(0);
const NEWLINE = '\n'.charCodeAt(0);

/** The points that are whole in what was cut off: each ends in a line of its own, and no text has a line's end in it. */
function readCut(body: Uint8Array): unknown {
  let end = body.length - 3;
  while (end >= 0 && !(body[end] === CLOSE && body[end + 2] === NEWLINE)) {
    end--;
  }
  const whole = new Uint8Array(end + 3);
  whole.set(body.subarray(0, end + 1));
  whole.set(new TextEncoder().encode(']}'), end + 1);
  return readJson(whole);
}
