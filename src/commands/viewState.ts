import { StoreError } from '../mlflow/errors';
import { count } from '../mlflow/format';
import { runLink } from '../mlflow/runLink';
import { copyText } from '../platform/clipboard';
import type { CommandRegistry } from '../platform/commands';
import { pickOne, type PickItem } from '../platform/dialogs';
import type { RunKey } from '../mlflow/runKey';
import type { ViewState } from '../state/viewState';
import type { OpenStores } from '../stores/openStores';
import { cancelled, fieldsOf, runsOf, storeOf, textOf } from './arguments';
import { pickExperiment } from './experiments';

export interface ViewStateCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  state: ViewState;
  /** That of this VS Code, for links. */
  uriScheme: string;
}

/** Commands that change what is shown, starred, compared with or put in front; none touches a store. */
export function registerViewStateCommands({
  commands,
  stores,
  state,
  uriScheme,
}: ViewStateCommandDeps): void {
  function chosen(args: unknown, selection: unknown): RunKey[] {
    const runs = runsOf(args, selection);
    if (runs.length === 0) {
      throw new StoreError('INVALID_PARAMETER_VALUE', 'Select runs in the MLflow view first.');
    }
    return runs;
  }

  // `shown: false` hides.
  commands.register('showRuns', (args, selection) =>
    state.setShown(chosen(args, selection), fieldsOf(args).shown !== false),
  );

  commands.register('hideRuns', (args, selection) => state.setShown(chosen(args, selection), false));

  commands.register('hideAllRuns', () => state.setShown(state.shownRuns(), false));

  commands.register('starRuns', (args, selection) => state.setStarred(chosen(args, selection), true));

  commands.register('unstarRuns', (args, selection) => state.setStarred(chosen(args, selection), false));

  commands.register('setBaseline', (args, selection) => {
    const run = chosen(args, selection)[0]!;
    state.setBaseline(run);
    state.setShown([run], true);
  });

  commands.register('clearBaseline', () => state.setBaseline(null));

  commands.register('copyRunId', (args, selection) => {
    const runs = chosen(args, selection);
    const what = runs.length === 1 ? 'run ID' : count(runs.length, 'run ID');
    return copyText(runs.map(({ runId }) => runId).join('\n'), what);
  });

  commands.register('copyRunLink', (args, selection) => {
    const runs = chosen(args, selection);
    const what = runs.length === 1 ? 'link' : count(runs.length, 'link');
    return copyText(runs.map((run) => runLink(run, uriScheme)).join('\n'), what);
  });

  commands.register('setHeadlineMetric', async (args) => {
    const store = await storeOf(args, stores);
    const tracking = await stores.get(store);
    const experimentId = textOf(args, 'experimentId') ?? (await pickExperiment(stores, store));
    const metric = textOf(args, 'metric');
    if (metric !== undefined) {
      state.setHeadlineMetric(store, experimentId, metric);
      return;
    }
    const runs = await tracking.searchRuns({
      experimentIds: [experimentId],
      view: 'ALL',
      maxResults: 50,
      params: 'none',
      tags: 'none',
      metricKeys: true,
    });
    const keys = [...new Set(runs.items.flatMap(({ metricKeys = [] }) => metricKeys))].toSorted();
    if (keys.length === 0) {
      throw new StoreError(
        'RESOURCE_DOES_NOT_EXIST',
        'The runs of this experiment have logged no metrics yet.',
      );
    }
    const guess = {
      label: 'Guess',
      icon: 'sparkle',
      description: 'from the names of the metrics',
      key: null,
    };
    const picked = await pickOne<PickItem & { key: string | null }>(
      [guess, ...keys.map((key) => ({ label: key, key }))],
      { placeHolder: 'The metric that stands beside each run of this experiment' },
    );
    if (!picked) {
      throw cancelled();
    }
    state.setHeadlineMetric(store, experimentId, picked.key);
  });
}
