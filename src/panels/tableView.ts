import type { TableView } from '../mlflow/runTable';
import type { TableArguments } from '../protocol/pages';
import type { ViewChoice } from '../protocol/table';
import { readTableSettings } from '../protocol/tableChoices';
import type { RunKey } from '../mlflow/runKey';
import type { PageServices } from './page';

/** Under which the user's choices for these experiments are kept in ViewState.settings. */
export function settingsKey({ store, experimentIds }: TableArguments): string {
  return `table\n${store}\n${experimentIds.toSorted().join(',')}`;
}

/**
 * What the user looks at in a table, as the store is asked for it.
 * @param brushed ids of the runs inside the brush of a sweep that the table follows; null for no brush
 */
export function tableView(
  args: TableArguments,
  choice: ViewChoice,
  services: PageServices,
  brushed: readonly string[] | null = null,
): TableView {
  const settings = readTableSettings(services.state.setting(settingsKey(args)));
  return {
    experimentIds: args.experimentIds,
    view: choice.deleted,
    filter: choice.filter,
    now: services.now(),
    sort: choice.sort,
    tree: choice.tree,
    group: choice.group,
    expanded: choice.expanded,
    toggled: choice.toggled,
    hidden: choice.withHidden ? [] : (settings?.hidden ?? []),
    only: onlyOf(args.store, choice, services, brushed),
  };
}

/** The runs that the choice leaves and the brush holds; null for no such limit. */
function onlyOf(
  store: string,
  choice: ViewChoice,
  { state }: PageServices,
  brushed: readonly string[] | null,
): string[] | null {
  const ids = (runs: readonly RunKey[]): string[] =>
    runs.filter((run) => run.store === store).map(({ runId }) => runId);
  const lists = [
    ...(choice.starredOnly ? [ids(state.starredRuns())] : []),
    ...(choice.shownOnly ? [ids(state.shownRuns())] : []),
    ...(brushed ? [[...brushed]] : []),
  ];
  return lists.length === 0
    ? null
    : lists.reduce((left, right) => {
        const held = new Set(right);
        return left.filter((runId) => held.has(runId));
      });
}
