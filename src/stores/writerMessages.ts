import type { PlainError } from '../mlflow/errors';
import type { WriteResult } from '../mlflow/writer';

/** What a writer process answers, a JSON line each: perhaps "waiting", then a result or an error. */
export type WriterMessage =
  { kind: 'waiting' } | { kind: 'result'; result: WriteResult } | { kind: 'error'; error: PlainError };
