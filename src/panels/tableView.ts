import type { TableView } from '../mlflow/runTable';
import type { TableArguments } from '../protocol/pages';
import type { TableSettings, ViewChoice } from '../protocol/table';
import type { PageServices } from './page';

/** Under which the user's choices for these experiments are kept in ViewState.settings. */
export function settingsKey({ store, experimentIds }: TableArguments): string {
  return `table\n${store}\n${experimentIds.toSorted().join(',')}`;
}

/** What the user looks at in a table, as the store is asked for it. */
export function tableView(args: TableArguments, choice: ViewChoice, services: PageServices): TableView {
  const settings = services.state.setting<TableSettings>(settingsKey(args));
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
    only: onlyOf(args.store, choice, services),
  };
}

function onlyOf(store: string, choice: ViewChoice, { state }: PageServices): string[] | null {
  const lists = [
    ...(choice.starredOnly ? [state.starredRuns()] : []),
    ...(choice.shownOnly ? [state.shownRuns()] : []),
  ].map((runs) => runs.filter((run) => run.store === store).map(({ runId }) => runId));
  const [first, second] = lists;
  return first === undefined
    ? null
    : second === undefined
      ? first
      : first.filter((id) => second.includes(id));
}
