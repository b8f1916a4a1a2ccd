import * as path from 'node:path';
import type { RegistryContext } from '../../src/commands/registry/perform';
import { workerBundle } from '../../scripts/workerBundle';
import { createRemoteParsers } from '../../src/panels/remoteParsers';
import { compareVersions } from '../../src/panels/versionComparison';
import type { Writer } from '../../src/mlflow/writer';
import { RegistryHistory } from '../../src/registry/history';
import { createOpener } from '../../src/stores/open';
import { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { makeRegistryStore, unpackTaxiDuration } from './database';
import { SQLITE_VERSIONS } from './fixtures';
import { memoryStorage, ScriptedUi } from './scriptedUi';

export interface Flow {
  context: RegistryContext;
  ui: ScriptedUi;
  history: RegistryHistory;
  stores: OpenStores;
  file: string;
  store: string;
  close(): void;
}

/**
 * The registry's commands on a real store, with a scripted user.
 *
 * @param of the store that an MLflow of that version made, the demo project's, or the file with that path
 * @param through what the store's writer is used through
 */
export function registryFlow(
  of = '3.17.2',
  ui = new ScriptedUi(),
  through: (writer: Writer) => Writer = (writer) => writer,
): Flow {
  const version = SQLITE_VERSIONS.find((known) => known === of);
  const file = version ? makeRegistryStore(version) : of === 'taxi-duration' ? unpackTaxiDuration() : of;
  const opener = createOpener({
    distFolder: path.resolve(__dirname, '../../dist'),
    pythonPath: () => '',
    readOnlyReason: () => null,
  });
  const stores = new OpenStores({
    open: async (uri) => {
      const { store, writer } = await opener.open(uri);
      return { store, writer: writer && through(writer) };
    },
  });
  const store = sqliteUri(file);
  stores.add(store, 'test');
  const history = new RegistryHistory(memoryStorage());
  const parsers = createRemoteParsers(path.join(workerBundle(), 'parserWorker.js'));
  const context: RegistryContext = {
    stores,
    history,
    ui,
    userName: 'tester',
    compare: (opened, model, versions) =>
      compareVersions(opened, model, versions, { metricDirections: {}, headlineMetric: '' }, parsers),
    settings: () => ({
      readyTag: 'review=ready',
      readyAlias: 'waiting',
    }),
  };
  return {
    context,
    ui,
    history,
    stores,
    file,
    store,
    close: () => [stores, parsers].forEach((each) => each.dispose()),
  };
}
