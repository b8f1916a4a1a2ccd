/**
 * A process that changes the store of that file as the extension host does, to be killed amid it. Its history is kept
 * in that folder.
 */
import { performConfirmed } from '../../src/commands/registry/perform';
import { HistoryFiles, isRunning } from '../../src/platform/historyFiles';
import { RegistryHistory } from '../../src/registry/history';
import type { Preview } from '../../src/registry/preview';
import { LONG_CHANGE } from './kills';
import { registryFlow } from './registryFlow';

const [file, folder] = process.argv.slice(2);
const flow = registryFlow(file);
const history = new RegistryHistory(new HistoryFiles(folder!), { id: process.pid, isRunning });
const preview: Preview = {
  title: 'Promote and rename?',
  ...{ sentences: [], button: 'Do It', done: 'Done.', expected: [], effects: [], undo: null },
  changes: LONG_CHANGE,
};
// A message on the progress: the writer waits for another's lock.
flow.ui.shown.push = (text) => (console.log(text), 0);
performConfirmed({ ...flow.context, history }, flow.store, async () => {
  flow.ui.will({ click: 'Do It' });
  return preview;
}).catch((error: unknown) => console.log(String(error)));
