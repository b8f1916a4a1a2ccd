/**
 * Promotes in the store of that file; while the confirmation is shown, the file or its folder becomes read-only.
 * Prints what the command says: a process of its own, for it may be another user's.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promoteModelVersion } from '../../src/commands/registry/promotionCommands';
import { toStoreError } from '../../src/mlflow/errors';
import { registryFlow } from './registryFlow';

const [file, what] = process.argv.slice(2);
const flow = registryFlow(file);
const args = { name: 'taxi regressor', version: '4', stage: 'Production', archiveExisting: true };
flow.ui.will({ click: 'Promote v4' });
flow.ui.beforeAnswer = () =>
  what === 'file' ? fs.chmodSync(file!, 0o444) : fs.chmodSync(path.dirname(file!), 0o555);
promoteModelVersion(flow.context, { store: flow.store, ...args })
  .then(() => console.log('changed'))
  .catch((error: unknown) => {
    const { code, message } = toStoreError(error);
    console.log(`${code}: ${message}`);
  })
  .finally(() => flow.close());
