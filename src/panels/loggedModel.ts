import { StoreError } from '../mlflow/errors';
import { plainText } from '../mlflow/format';
import type { LoggedModelProtocol } from '../protocol/loggedModel';
import { storeName } from '../stores/uri';
import { artifactHandlers } from './artifacts';
import { latestOf, versionsOf } from './loggedModels';
import type { PageDefinition } from './page';

/** A logged model: where it came from, its metrics by dataset, its files, its versions. */
export const loggedModelPage: PageDefinition<'loggedModel', LoggedModelProtocol> = {
  name: 'loggedModel',
  icon: 'model',
  initialTitle: ({ modelId }) => modelId.slice(0, 10),
  key: ({ store, modelId }) => `${store}\n${modelId}`,
  stores: ({ store }) => [store],
  handlers: (args, services, session) => ({
    getModel: async (_, signal) => {
      const store = await services.stores.get(args.store);
      const { items } = await store.searchLoggedModels({ modelIds: [args.modelId], maxResults: 1 }, signal);
      const found = items[0];
      if (!found) {
        throw new StoreError('RESOURCE_DOES_NOT_EXIST', 'This logged model is not in the store.');
      }
      const { metrics: _metrics, ...model } = found;
      const [experiment, run, versions] = await Promise.all([
        store.getExperiment(model.experimentId, signal).catch(() => null),
        model.sourceRunId ? store.getRun(model.sourceRunId, signal).catch(() => null) : null,
        versionsOf(store, null, [model.modelId], signal),
      ]);
      const experimentName = experiment?.name ?? `experiment ${model.experimentId}`;
      session.setTitle(`${plainText(model.name, 60)} · ${plainText(experimentName, 60)}`);
      const { state } = store;
      return {
        storeName: storeName(args.store),
        experimentName,
        model,
        metrics: latestOf(found),
        sourceRun: run?.info ?? null,
        versions,
        stale: state.status === 'gone' ? { since: state.since, message: state.message } : null,
        now: services.now(),
      };
    },
    ...artifactHandlers(args.store, services),
  }),
};
