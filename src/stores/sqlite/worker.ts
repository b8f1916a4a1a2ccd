/**
 * The worker thread of one SQLite store. sql.js is synchronous, and looking at the files is too: so both are
 * here, and the extension host only ever waits for messages.
 */
import * as fs from 'node:fs';
import { toTracedError } from '../../mlflow/errors';
import { serve } from '../../worker/serve';
import type { RequestContext } from '../../worker/wire';
import type { StoreRequests } from '../requests';
import { LiveDatabase } from './database';
import { Engine } from './engine';
import { handlers, type StoreStart } from './handlers';
import type { Reader } from './reader';
import { Session } from './session';

serve<StoreStart, StoreRequests>(async ({ file, wasm, workspace }, control) => {
  const engine = await Engine.load(new Uint8Array(await fs.promises.readFile(wasm)));
  const session = new Session(engine, new LiveDatabase(file), control, workspace);
  const onProvenState =
    (handler: (reader: Reader, args: unknown) => unknown) =>
    (args: unknown, { id }: RequestContext): unknown =>
      session.run(id, (reader) => {
        void reader.schema;
        return handler(reader, args);
      });
  const answers = Object.entries(handlers).map(([name, handler]) => [
    name,
    // StoreRequests types each name with its argument, and the host's `ask` is checked against it.
    onProvenState(handler as (reader: Reader, args: unknown) => unknown),
  ]);
  return { ...Object.fromEntries(answers), poll: () => session.poll() } as StoreRequests;
}, toTracedError);
