import { count, formatDateTime } from '../../src/mlflow/format';
import type { ChartsPageData } from '../../src/protocol/charts';
import type { RunKey } from '../../src/state/viewState';
import type { Crumb } from '../ui/breadcrumb';
import { banner, type StateAction } from '../ui/states';

/** Where the page is: store, experiment, the run or how many. */
export function crumbs(
  data: ChartsPageData,
  onlyMetrics: readonly string[] | undefined,
  run: (command: string, args: unknown) => void,
): Crumb[] {
  const open = (experimentIds: string[]) => () => run('openRunTable', { store: data.store, experimentIds });
  const only = data.runs.length === 1 ? data.runs[0]! : undefined;
  const last = onlyMetrics?.length === 1 ? [{ label: onlyMetrics[0]! }] : only ? [{ label: 'Charts' }] : [];
  return [
    { label: data.storeName, title: data.store, open: open([]) },
    ...data.experiments
      .slice(0, 2)
      .map(({ experimentId, name }) => ({ label: name, open: open([experimentId]) })),
    only
      ? { label: only.name, open: () => run('openRun', target(only)) }
      : { label: count(data.runs.length, 'run') },
    ...last,
  ];
}

/** What is to be known of the data itself: how old it is, which runs are gone. */
export function dataBanners(data: ChartsPageData, tryAgain: StateAction): unknown[] {
  const { stale, gone } = data;
  const verb = gone.length === 1 ? 'is' : 'are';
  return [
    stale
      ? banner('warning', `${stale.message} Shown as of ${formatDateTime(stale.since)}.`, [tryAgain])
      : '',
    gone.length > 0
      ? banner('warning', `${count(gone.length, 'run')} of this page ${verb} no longer in the store.`)
      : '',
  ];
}

/** The part of a run that names it. */
export function target(run: RunKey): RunKey {
  return { store: run.store, runId: run.runId };
}
