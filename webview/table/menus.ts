/** The menus of the table, as items. */
import { count, plainText } from '../../src/mlflow/format';
import { columnId, type TableColumn, type TableRow } from '../../src/mlflow/runTable';
import type { ExportFormat, Mark, TableSettings } from '../../src/protocol/table';
import type { MenuItem } from '../ui/menu';
import { columnTitle, GROUP_ATTRIBUTES, sameColumn } from './columns';
import type { Passing } from '../../src/protocol/tableChoices';
import type { CommandName } from '../../src/protocol/commands';

/** What the menus can have the page do. */
export interface TableActions {
  sort(column: TableColumn, descending: boolean | null, add: boolean): void;
  hideColumn(column: TableColumn): void;
  pinColumn(column: TableColumn): void;
  moveColumn(column: TableColumn, by: -1 | 1): void;
  resizeColumn(column: TableColumn, by: number): void;
  showRule(column: TableColumn, rule: TableColumn['rule']): void;
  group(columns: TableColumn[]): void;
  /** Has the user choose among all keys of the store what the runs are grouped by. */
  pickGroups(): void;
  narrow(condition: string): void;
  copy(text: string, what: string): void;
  exportRows(format: ExportFormat, to: 'clipboard' | 'file'): void;
  copySnippet(): void;
  setDirection(metric: string, direction: 'higher' | 'lower' | null): void;
  setTree(tree: boolean): void;
  setPassing(change: Partial<Passing>): void;
  showKeys(): void;
  saveFilter(): void;
  useFilter(filter: string): void;
  forgetFilter(filter: string): void;
  run(command: CommandName, args: unknown): void;
}

/** What the menu of a run can have the page do. */
export interface RunActions extends Pick<TableActions, 'copy' | 'run'> {
  readonly store: string;
  openRun(row: TableRow): void;
  setBaseline(runId: string): void;
  pinRun(runId: string): void;
}

/** What the menu of the selection can have the page do with it. */
export interface SelectionActions {
  charts(): void;
  diff(): void;
  copyIds(): void;
  mark(as: Mark): void;
  exportRows(format: ExportFormat, to: 'clipboard' | 'file'): void;
  /** A command that takes `runs`. */
  onRuns(command: CommandName): void;
  /** One that takes `store` and `runIds`. */
  onIds(command: CommandName): void;
  /** One that takes `store` and `runId`. */
  onRun(command: CommandName): void;
}

export function groupMenu(
  columns: readonly TableColumn[],
  current: readonly TableColumn[],
  actions: TableActions,
): MenuItem[] {
  const can = columns.filter(({ kind }) => kind === 'param' || kind === 'tag');
  const entry = (column: TableColumn): MenuItem => {
    const on = current.some((other) => sameColumn(other, column));
    return {
      label: columnTitle(column),
      checked: on,
      run: () =>
        actions.group(on ? current.filter((other) => !sameColumn(other, column)) : [...current, column]),
    };
  };
  const attributes = GROUP_ATTRIBUTES.map((key): TableColumn => ({ kind: 'attribute', key }));
  const listed = new Map(
    [...current, ...can.slice(0, 30), ...attributes].map((column) => [columnId(column), column]),
  );
  const all = can.filter(({ kind }) => kind === 'param');
  return [
    { label: 'No Groups', checked: current.length === 0, run: () => actions.group([]) },
    ...(all.length > 1
      ? [{ label: 'By All Shown Params (Seeds of One Configuration)', run: () => actions.group(all) }]
      : []),
    ...[...listed.values()].map((column, index) => ({ ...entry(column), separated: index === 0 })),
    { label: 'Other Params and Tags…', separated: true, run: () => actions.pickGroups() },
  ];
}

export function moreMenu(
  settings: TableSettings,
  passing: Passing,
  hiddenCount: number,
  actions: TableActions,
): MenuItem[] {
  const on = (checked: boolean): { checked: boolean } => ({ checked });
  const views: [Passing['deleted'], string][] = [
    ['ACTIVE_ONLY', 'Active Runs'],
    ['DELETED_ONLY', 'Deleted Runs'],
    ['ALL', 'All Runs'],
  ];
  return [
    { label: 'Nested Under Their Parents', ...on(settings.tree), run: () => actions.setTree(!settings.tree) },
    {
      label: 'Expand All',
      icon: 'expand-all',
      run: () => actions.setPassing({ expanded: true, toggled: [] }),
    },
    {
      label: 'Collapse All',
      icon: 'collapse-all',
      run: () => actions.setPassing({ expanded: false, toggled: [] }),
    },
    {
      label: 'Starred Only',
      separated: true,
      ...on(passing.starredOnly),
      run: () => actions.setPassing({ starredOnly: !passing.starredOnly }),
    },
    {
      label: 'Shown in Charts Only',
      ...on(passing.shownOnly),
      run: () => actions.setPassing({ shownOnly: !passing.shownOnly }),
    },
    {
      label: `With Runs Left Out (${hiddenCount})`,
      ...on(passing.withHidden),
      run: () => actions.setPassing({ withHidden: !passing.withHidden }),
    },
    ...views.map(([deleted, label], index) => ({
      label,
      separated: index === 0,
      ...on(passing.deleted === deleted),
      run: () => actions.setPassing({ deleted }),
    })),
    {
      label: 'Copy as CSV',
      icon: 'copy',
      separated: true,
      run: () => actions.exportRows('csv', 'clipboard'),
    },
    { label: 'Copy as Markdown', run: () => actions.exportRows('markdown', 'clipboard') },
    { label: 'Copy as JSON', run: () => actions.exportRows('json', 'clipboard') },
    { label: 'Save as CSV…', icon: 'save', run: () => actions.exportRows('csv', 'file') },
    { label: 'Save as Markdown…', run: () => actions.exportRows('markdown', 'file') },
    { label: 'Save as JSON…', run: () => actions.exportRows('json', 'file') },
    { label: 'Copy Python for This Search', icon: 'snake', run: () => actions.copySnippet() },
    { label: 'Keyboard Shortcuts', icon: 'keyboard', separated: true, run: () => actions.showKeys() },
  ];
}

/** What is done most with the selected runs. */
export function quickItems(actions: SelectionActions): MenuItem[] {
  return [
    { label: 'Charts', icon: 'graph-line', run: () => actions.charts() },
    { label: 'Diff', icon: 'diff', run: () => actions.diff() },
    { label: 'Show in Charts', icon: 'eye', run: () => actions.mark('shown') },
    { label: 'Star', icon: 'star-full', run: () => actions.mark('starred') },
    { label: 'Leave Out', icon: 'circle-slash', run: () => actions.mark('hidden') },
    { label: 'Copy IDs', icon: 'copy', run: () => actions.copyIds() },
  ];
}

/** What can be done with the selected runs beyond what has a button of its own. */
export function selectionMenu(runs: number, view: Passing['deleted'], actions: SelectionActions): MenuItem[] {
  const one = runs === 1;
  return [
    { label: 'Hide from Charts', icon: 'eye-closed', run: () => actions.mark('notShown') },
    { label: 'Unstar', icon: 'star-empty', run: () => actions.mark('notStarred') },
    {
      label: 'Sweep of These Runs',
      icon: 'graph-scatter',
      ...(one ? { disabled: 'A sweep takes several runs' } : {}),
      run: () => actions.onRuns('openSweep'),
    },
    {
      label: 'Register Model…',
      icon: 'package',
      separated: true,
      ...(one ? {} : { disabled: 'One run at a time' }),
      run: () => actions.onRun('registerModel'),
    },
    {
      label: 'Rename…',
      icon: 'edit',
      ...(one ? {} : { disabled: 'One run at a time' }),
      run: () => actions.onRun('renameRun'),
    },
    {
      label: 'Set Tag…',
      icon: 'tag',
      ...(one ? {} : { disabled: 'One run at a time' }),
      run: () => actions.onRun('setTag'),
    },
    {
      label: 'Copy to Another Store…',
      icon: 'export',
      separated: true,
      run: () => actions.onRuns('copyRuns'),
    },
    ...(['csv', 'markdown', 'json'] as const).map((format, index) => ({
      label: `Copy as ${{ csv: 'CSV', markdown: 'Markdown', json: 'JSON' }[format]}`,
      icon: 'copy',
      separated: index === 0,
      run: () => actions.exportRows(format, 'clipboard'),
    })),
    ...(view === 'ACTIVE_ONLY'
      ? []
      : [
          {
            label: `Restore ${count(runs, 'Run')}…`,
            icon: 'discard',
            separated: true,
            run: () => actions.onIds('restoreRuns'),
          },
        ]),
    ...(view === 'DELETED_ONLY'
      ? []
      : [
          {
            label: `Delete ${count(runs, 'Run')}…`,
            icon: 'trash',
            separated: true,
            run: () => actions.onIds('deleteRuns'),
          },
        ]),
  ];
}

export function filterMenu(settings: TableSettings, actions: TableActions): MenuItem[] {
  const current = settings.filter.trim();
  const saved = settings.savedFilters.includes(current);
  const entry = (filter: string, index: number): MenuItem => ({
    label: plainText(filter, 60),
    separated: index === 0,
    run: () => actions.useFilter(filter),
  });
  return [
    ...(current === ''
      ? [{ label: 'All Runs', icon: 'check', run: () => undefined }]
      : saved
        ? [{ label: 'Delete This Saved Filter', icon: 'trash', run: () => actions.forgetFilter(current) }]
        : [{ label: 'Save This Filter', icon: 'save', run: () => actions.saveFilter() }]),
    ...settings.savedFilters.map((filter, index) => ({ ...entry(filter, index), icon: 'star-full' })),
    ...settings.history
      .filter((filter) => !settings.savedFilters.includes(filter))
      .slice(0, 10)
      .map((filter, index) => ({ ...entry(filter, index), icon: 'history' })),
  ];
}

export const KEYS: readonly [string, string][] = [
  ['/', 'go to the filter'],
  ['↑ ↓ ← →, Home, End, Page Up, Page Down', 'move; Ctrl+Home and Ctrl+End to the first and last run'],
  ['Enter', 'open the run; on a column header: sort (Shift+Enter: by several)'],
  ['Alt+← Alt+→', 'collapse and expand a parent or group'],
  ['Space', 'show in or hide from charts'],
  ['Shift+↑ Shift+↓, x', 'select more; select or deselect this one; Ctrl+A selects all that match, Esc none'],
  ['Click, Ctrl+click, Shift+click', 'select one, one more, all from the last one to here'],
  ['*', 'star'],
  ['h', 'leave the run out of this table'],
  ['p', 'pin the run; on a column header: the column'],
  ['b', 'make the run the baseline'],
  ['c', 'charts of the selected runs'],
  ['d', 'diff of the selected runs'],
  ['s', 'sort by the column (Shift+S: add to the sort)'],
  ['m, Shift+F10', 'menu of the cell or column header'],
  ['Ctrl+C', 'copy the value'],
  ['Shift+C', 'choose the columns'],
  ['g', 'group the runs'],
  ['?', 'show these shortcuts'],
];
