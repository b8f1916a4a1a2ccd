import type { PanelHost } from '../panels/panelHost';
import type { CommandRegistry } from '../platform/commands';
import type { ViewState } from '../state/viewState';
import type { OpenStores } from '../stores/openStores';
import { experimentIdsOf, runsOf, storeOf, textOf, textsOf } from './arguments';
import { experimentsInFront } from './experiments';

export interface ChartCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  state: ViewState;
  panels: PanelHost;
}

/** openCharts and openSweep (design.md, section 4). */
export function registerChartCommands({ commands, stores, state, panels }: ChartCommandDeps): void {
  commands.register('openCharts', async (args, selection) => {
    const metrics = textsOf(args, 'metrics');
    const experimentIds = experimentIdsOf(args, selection);
    const runs = runsOf(args, selection);
    if (experimentIds.length > 0 && runs.length === 0) {
      const filter = textOf(args, 'filter');
      await panels.show('charts', {
        store: await storeOf(args, stores),
        experimentIds,
        ...(filter === undefined ? {} : { filter }),
        ...(metrics.length > 0 ? { metrics } : {}),
      });
      return;
    }
    const wanted = runs.length > 0 ? runs : state.shownRuns();
    const given = metrics.length > 0 ? { metrics } : {};
    if (wanted.length > 0) {
      await panels.show('charts', { runs: wanted, ...given });
      return;
    }
    const chosen = await experimentsInFront(args, stores, panels.activePage);
    await panels.show('charts', { ...chosen, ...given });
  });

  commands.register('openSweep', async (args, selection) => {
    const runs = runsOf(args, selection);
    const parentRunId = textOf(args, 'parentRunId');
    const experimentIds = experimentIdsOf(args, selection);
    if (parentRunId !== undefined) {
      await panels.show('sweep', { store: await storeOf(args, stores), parentRunId });
    } else if (runs.length === 1) {
      // A single run of the tree stands for its children.
      await panels.show('sweep', { store: runs[0]!.store, parentRunId: runs[0]!.runId });
    } else if (runs.length > 1) {
      const store = runs[0]!.store;
      const runIds = runs.filter((run) => run.store === store).map(({ runId }) => runId);
      await panels.show('sweep', { store, runIds });
    } else if (experimentIds.length > 0) {
      await panels.show('sweep', { store: await storeOf(args, stores), experimentIds });
    } else {
      await panels.show('sweep', await experimentsInFront(args, stores, panels.activePage));
    }
  });
}
