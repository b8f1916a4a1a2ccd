import { StoreError } from '../../../mlflow/errors';
import { formatSize } from '../../../mlflow/format';
import { refusalOf } from '../answerErrors';
import type { ServerApi } from '../api';
import type { Exchange, ServerAnswer } from '../exchange';
import type { Place } from './place';

/** Of one reading, bytes; what a server that knows no ranges has to be asked for as a whole, too. */
export const MOST_READ = 64 * 1024 * 1024;

/** A part of a file. */
export interface Part {
  bytes: Uint8Array;
  /** Of the whole file; null where the server does not say. */
  size: number | null;
  /** Changes with the file; null where the server has none. */
  tag: string | null;
}

/** That the server gave no bytes of it; why, has yet to be found out. */
export class NotGiven extends Error {
  constructor(readonly refusal: StoreError) {
    super(refusal.message);
  }
}

/**
 * At most `length` bytes from `offset`, by a range; from a server that answers the whole file, as much of it as that takes.
 *
 * @param path from the root of the run or the logged model on
 * @throws NotGiven where the server has no such file, and where it failed
 */
export async function readFromServer(
  exchange: Exchange,
  api: ServerApi,
  place: Place,
  path: string,
  { offset, length }: { offset: number; length: number },
  signal?: AbortSignal,
): Promise<Part> {
  const wanted = Math.min(length, MOST_READ);
  const ask = (most: number): Promise<ServerAnswer> =>
    exchange(
      {
        method: 'GET',
        path: fileUrl(place, path),
        range: { offset, length: wanted },
        workspace: api.workspace,
        priority: 'visible',
        most,
        cut: true,
        repeatable: true,
      },
      signal,
    );
  let answer = await ask(wanted);
  if (answer.status === 200 && offset > 0) {
    if (offset + wanted > MOST_READ) {
      throw new StoreError(
        'UNSUPPORTED',
        `The tracking server gives files only as a whole, and this part begins at ${formatSize(offset)}: it is not read.`,
      );
    }
    answer = await ask(offset + wanted);
  }
  if (isPage(answer)) {
    throw refusalOf(answer, 'get-artifact');
  }
  const tag = answer.headers['etag'] ?? null;
  switch (answer.status) {
    case 206: {
      const [start, size] = rangeOf(answer);
      if (start !== offset) {
        throw new StoreError(
          'INTERNAL_ERROR',
          'The server answered another part of the file than was asked for.',
        );
      }
      return { bytes: answer.body.subarray(0, wanted), size, tag };
    }
    case 200: {
      // Content-Length is that of the file, however much of it was taken.
      const size = Number(answer.headers['content-length'] ?? NaN);
      const bytes = answer.body.subarray(offset, offset + wanted);
      return { bytes, size: Number.isSafeInteger(size) ? size : null, tag };
    }
    case 416:
      return { bytes: new Uint8Array(), size: rangeOf(answer)[1], tag };
    default:
      throw new NotGiven(refusalOf(answer, 'get-artifact'));
  }
}

/**
 * A page of its own, as a proxy shows whom it does not know. MLflow gives out every file, an HTML one too, as an attachment
 * (_response_with_file_attachment_headers of mlflow/server/handlers.py, 1.28 to 3.17).
 */
function isPage({ status, contentType, headers }: ServerAnswer): boolean {
  return (
    status < 300 &&
    contentType === 'text/html' &&
    !/^attachment\b/i.test(headers['content-disposition'] ?? '')
  );
}

function fileUrl(place: Place, path: string): string {
  const query = (args: Record<string, string>): string =>
    Object.entries(args)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');
  if ('runId' in place) {
    return `/get-artifact?${query({ run_id: place.runId, path })}`;
  }
  return 'modelId' in place
    ? `/ajax-api/2.0/mlflow/logged-models/${encodeURIComponent(place.modelId)}/artifacts/files?${query({ artifact_file_path: path })}`
    : `/model-versions/get-artifact?${query({ name: place.name, version: place.version, path })}`;
}

/** Where the part begins, and how long the whole is. */
function rangeOf({ headers }: ServerAnswer): [start: number | null, size: number | null] {
  const [, start, size] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  return [start === undefined ? null : Number(start), /^\d+$/.test(size ?? '') ? Number(size) : null];
}
