/** Promotes in the store of that file and prints what the command says: a process of its own, for it may be another user's. */
import { promoteModelVersion } from '../../src/commands/registry/promotionCommands';
import { toStoreError } from '../../src/mlflow/errors';
import { registryFlow } from './registryFlow';

const flow = registryFlow(process.argv[2]);
promoteModelVersion(flow.context, { store: flow.store })
  .catch((error: unknown) =>
    console.log(JSON.stringify({ ...toStoreError(error), text: toStoreError(error).message })),
  )
  .finally(() => {
    console.log(JSON.stringify({ shown: flow.ui.shown }));
    flow.close();
  });
