import { count } from '../../src/mlflow/format';
import type { ChartsPageData } from '../../src/protocol/charts';
import type { RunKey } from '../../src/mlflow/runKey';
import type { Crumb } from '../ui/breadcrumb';
import { banner } from '../ui/states';
import type { CommandName } from '../../src/protocol/commands';

/** Where the page is: store, experiment, the run or how many. */
export function crumbs(
  data: ChartsPageData,
  onlyMetrics: readonly string[] | undefined,
  run: (command: CommandName, args: unknown) => void,
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

/** Says that runs of the page were deleted for good. */
export function goneBanner({ gone }: ChartsPageData): unknown {
  const verb = gone.length === 1 ? 'is' : 'are';
  return gone.length > 0
    ? banner('warning', `${count(gone.length, 'run')} of this page ${verb} no longer in the store.`)
    : '';
}

/** The part of a run that names it. */
export function target(run: RunKey): RunKey {
  return { store: run.store, runId: run.runId };
}
