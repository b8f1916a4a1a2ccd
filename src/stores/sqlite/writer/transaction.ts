import * as path from 'node:path';
import { isStoreError, StoreError } from '../../../mlflow/errors';
import type { WriteResult } from '../../../mlflow/writer';
import { mustBeAsSeen } from '../../../registry/stale';
import { applyChange } from './applyChange';
import type { WriteContext } from './context';
import { EngineLost, explain, SqlError, type SqlEngine } from './engine';
import { readFact } from './facts';
import { importRun } from './importRun';
import type { WriterJob } from './messages';
import { Schema } from './schema';

/** MLflow's own busy timeout (reference mlflow.md, A.1 rule 6), ms. */
export const BUSY_TIMEOUT = 20_000;
/** SQLite waits this long at a time, so that a cancellation is heard in between, ms. */
const WAIT_SLICE = 200;

export interface TransactionHooks {
  /** Whether the user gave up waiting. */
  isCancelled(): boolean;
  /** Called once, when another process holds the lock. */
  onWaiting(): void;
}

/**
 * Applies a request: BEGIN IMMEDIATE, the facts read again, the changes, COMMIT. After an error nothing is
 * written. Throws StoreError.
 */
export async function applyRequest(
  sql: SqlEngine,
  { file, workspace, request, imported }: Omit<WriterJob, 'interpreters'>,
  hooks: TransactionHooks,
): Promise<WriteResult> {
  try {
    // Functions in a hostile schema's views, triggers and indices get no side effects.
    await patiently(sql, 'PRAGMA trusted_schema = OFF', hooks);
    await patiently(sql, 'PRAGMA foreign_keys = ON', hooks);
    await patiently(sql, 'BEGIN IMMEDIATE', hooks);
  } catch (error) {
    throw inWords(error, file);
  }
  let isCommitting = false;
  try {
    await sql.query(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    const schema = await Schema.read(sql, path.basename(file));
    const context: WriteContext = { sql, schema, file, workspace, now: request.now ?? Date.now() };
    await mustBeAsSeen(request.expected, (subject) => readFact(context, subject));
    const created: (string | null)[] = [];
    for (const change of request.changes) {
      created.push(await applyChange(context, change));
    }
    if (imported) {
      created.push(await importRun(context, imported));
    }
    isCommitting = true;
    await patiently(sql, 'COMMIT', hooks);
    return { now: context.now, created, engine: sql.name };
  } catch (error) {
    await sql.execute('ROLLBACK').catch(() => undefined);
    throw inWords(error, file, isCommitting);
  }
}

/** Waits for the lock as SQLite does, and hears a cancellation. */
async function patiently(sql: SqlEngine, statement: string, hooks: TransactionHooks): Promise<void> {
  const end = Date.now() + BUSY_TIMEOUT;
  await sql.query(`PRAGMA busy_timeout = ${WAIT_SLICE}`);
  for (let isFirst = true; ; isFirst = false) {
    if (hooks.isCancelled()) {
      throw new StoreError('CANCELLED', 'Canceled: nothing was changed.');
    }
    try {
      await sql.execute(statement);
      if (!isFirst) {
        // It may have been cancelled in the moment in which the lock became free: COMMIT asks.
        await breathe();
      }
      return;
    } catch (error) {
      if (!(error instanceof SqlError && error.isBusy) || Date.now() >= end) {
        throw error;
      }
      if (isFirst) {
        hooks.onWaiting();
      }
      await breathe();
    }
  }
}

/** Lets the process hear a "cancel" on its standard input: SQLite waits without letting go of the thread. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** What came of a request that failed, in one sentence. @param file absolute path of the database */
export function inWords(error: unknown, file: string, isCommitting = false): StoreError {
  if (error instanceof EngineLost) {
    return new StoreError('INTERNAL_ERROR', `${error.message}: ${whatIs(file, isCommitting)}.`);
  }
  if (error instanceof SqlError) {
    return explain(error, path.basename(file));
  }
  return isStoreError(error)
    ? error
    : new StoreError(
        'INTERNAL_ERROR',
        `${error instanceof Error ? error.message : String(error)}: ${whatIs(file, isCommitting)}.`,
      );
}

function whatIs(file: string, isCommitting: boolean): string {
  const name = path.basename(file);
  return isCommitting
    ? `${name} is either unchanged or fully changed, so check before you try again`
    : `nothing was changed in ${name}`;
}
