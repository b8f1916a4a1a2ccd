/** The bytes of a file that is sent to a server. */
export interface Upload {
  size: number;
  /** Yields that many bytes, or the request fails. */
  read(this: void): AsyncIterable<Uint8Array>;
}

/** One request to a tracking server. Credentials and headers of the user's are no part of it: the host adds them. */
export interface ServerRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below the store's URI, with the query, encoded: `/api/2.0/mlflow/runs/get?run_id=…`. */
  path: string;
  /** JSON; missing for none. */
  body?: string;
  /** In place of a body the bytes of a file, read as they are sent; not from a worker. */
  upload?: Upload;
  /** Bytes of a file. */
  range?: { offset: number; length: number };
  /** Which workspace is asked (`X-MLFLOW-WORKSPACE`); null or missing: none is named, as servers before 3.10 demand. */
  workspace?: string | null;
  /** What is on the screen goes before what is read ahead. */
  priority: 'visible' | 'background';
  /** Of the body, bytes. A longer one is cut off there where `cut` is set, else it is an error. */
  most: number;
  cut?: boolean;
  /** Whether it may be sent again when the server or the connection failed (reference servers.md, section 5). */
  repeatable: boolean;
}

export interface ServerAnswer {
  status: number;
  /** In lower case, without parameters: `application/json`; empty where none was given. */
  contentType: string;
  /**
   * `Content-Range`, `Content-Length` (not of what was unpacked), `Content-Disposition`, `ETag` and `WWW-Authenticate`, by
   * their names in lower case.
   */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array<ArrayBuffer>;
}

/**
 * Sends a request and takes the whole answer, whatever its status below 300 or from 400 on. Rejects with StoreError:
 * no connection, no answer in time, TLS, a redirection, a body that is too long, 401; CANCELLED.
 */
export type Exchange = (request: ServerRequest, signal?: AbortSignal) => Promise<ServerAnswer>;
