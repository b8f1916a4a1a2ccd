/** The menus of the table, as items. */
import { formatNumber, plainText } from '../../src/mlflow/format';
import { columnId, type TableColumn } from '../../src/mlflow/runTable';
import type { ExportFormat, TableSettings } from '../../src/protocol/table';
import type { Field } from '../../src/search/syntax';
import { equalsText, fieldText } from '../../src/search/text';
import type { Direction, DirectionOrigin } from '../../src/state/metrics';
import type { MenuItem } from '../ui/menu';
import type { CellValue } from './chunk';
import { columnTitle, sameColumn } from './columns';
import type { Passing } from './choices';

/** What the menus can have the page do. */
export interface TableActions {
  sort(column: TableColumn, descending: boolean | null, add: boolean): void;
  hideColumn(column: TableColumn): void;
  pinColumn(column: TableColumn): void;
  moveColumn(column: TableColumn, by: -1 | 1): void;
  resizeColumn(column: TableColumn, by: number): void;
  showRule(column: TableColumn, rule: TableColumn['rule']): void;
  group(columns: TableColumn[]): void;
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
  run(command: string, args: unknown): void;
}

export function headMenu(
  column: TableColumn,
  place: number,
  pinned: boolean,
  { direction, origin }: { direction: Direction; origin: DirectionOrigin },
  actions: TableActions,
): MenuItem[] {
  const isName = place === -1;
  const metric = column.kind === 'metric';
  const best = direction === 'higher' ? 'max' : 'min';
  return [
    { label: 'Sort Ascending', icon: 'arrow-up', run: () => actions.sort(column, false, false) },
    { label: 'Sort Descending', icon: 'arrow-down', run: () => actions.sort(column, true, false) },
    { label: 'Add to Sort', icon: 'add', run: () => actions.sort(column, false, true) },
    { label: 'Do Not Sort', run: () => actions.sort(column, null, true) },
    ...(metric
      ? [
          { label: 'Show Last Value', separated: true, run: () => actions.showRule(column, undefined) },
          ...(direction === 'unknown'
            ? []
            : [{ label: 'Show Best Value', run: () => actions.showRule(column, best) }]),
          { label: 'Show Minimum', run: () => actions.showRule(column, 'min') },
          { label: 'Show Maximum', run: () => actions.showRule(column, 'max') },
          { label: 'Show Value at Step…', run: () => actions.showRule(column, 'step') },
          ...directionItems(column.key, direction, origin, actions),
        ]
      : [{ label: 'Group by This', icon: 'list-tree', separated: true, run: () => actions.group([column]) }]),
    ...(isName
      ? []
      : [
          {
            label: pinned ? 'Unpin Column' : 'Pin Column',
            icon: pinned ? 'pinned' : 'pin',
            separated: true,
            run: () => actions.pinColumn(column),
          },
          { label: 'Move Left', run: () => actions.moveColumn(column, -1) },
          { label: 'Move Right', run: () => actions.moveColumn(column, 1) },
          { label: 'Hide Column', icon: 'eye-closed', run: () => actions.hideColumn(column) },
        ]),
    { label: 'Wider', separated: true, run: () => actions.resizeColumn(column, 40) },
    { label: 'Narrower', run: () => actions.resizeColumn(column, -40) },
    { label: 'Copy Name', icon: 'copy', run: () => actions.copy(column.key, 'the name') },
  ];
}

function directionItems(
  metric: string,
  direction: Direction,
  origin: DirectionOrigin,
  actions: TableActions,
): MenuItem[] {
  const item = (label: string, better: 'higher' | 'lower'): MenuItem => ({
    label,
    checked: direction === better,
    ...(origin === 'experiment' ? { disabled: 'Said by the experiment, whose primary metric this is' } : {}),
    run: () => actions.setDirection(metric, direction === better && origin === 'setting' ? null : better),
  });
  return [{ ...item('Higher Is Better', 'higher'), separated: true }, item('Lower Is Better', 'lower')];
}

/** The field of the search language that a column's cells can be filtered by. */
export function fieldOfColumn({ kind, key, rule }: TableColumn): Field | undefined {
  if (kind === 'metric') {
    return rule === undefined || rule === 'last' ? { entity: kind, key } : undefined;
  }
  if (kind !== 'attribute') {
    return { entity: kind, key };
  }
  const tag = { user: 'mlflow.user', source: 'mlflow.source.name', autologged: 'mlflow.autologging' }[key];
  if (tag !== undefined) {
    return { entity: 'tag', key: tag };
  }
  const attribute = {
    name: 'run_name',
    status: 'status',
    start: 'start_time',
    duration: 'duration',
    commit: 'commit',
    runId: 'run_id',
  }[key];
  return attribute === undefined ? undefined : { entity: 'attribute', key: attribute };
}

export function cellMenu(
  column: TableColumn,
  cell: CellValue,
  full: string,
  actions: TableActions,
  runItems: readonly MenuItem[],
): MenuItem[] {
  const field = fieldOfColumn(column);
  const filters = field ? filterItems(field, cell, actions) : [];
  const items: MenuItem[] = [
    ...filters,
    ...(full === ''
      ? []
      : [{ label: 'Copy Value', icon: 'copy', run: () => actions.copy(full, 'the value') }]),
  ];
  const [first, ...rest] = runItems;
  return first ? [...items, { ...first, separated: items.length > 0 }, ...rest] : items;
}

function filterItems(field: Field, cell: CellValue, actions: TableActions): MenuItem[] {
  const name = fieldText(field);
  const item = (label: string, condition: string, icon?: string): MenuItem => ({
    label,
    ...(icon ? { icon } : {}),
    run: () => actions.narrow(condition),
  });
  switch (cell.type) {
    case 'number': {
      if (Number.isNaN(cell.value)) {
        return [item('Only NaN', `${name} IS NAN`, 'filter'), item('Not NaN', `${name} IS NOT NAN`)];
      }
      const value = Number.isFinite(cell.value)
        ? String(cell.value).replace('e+', 'e')
        : cell.value > 0
          ? '1e999'
          : '-1e999';
      const shown = formatNumber(cell.value);
      return [
        item(`Only ${shown}`, `${name} = ${value}`, 'filter'),
        item(`Not ${shown}`, `${name} != ${value}`),
        item(`Greater Than ${shown}`, `${name} > ${value}`),
        item(`Less Than ${shown}`, `${name} < ${value}`),
      ];
    }
    case 'text': {
      const shown = plainText(cell.text, 24);
      const number = cell.numeric ? Number(cell.text) : NaN;
      const equals = equalsText(field, cell.text);
      return [
        item(`Only "${shown}"`, equals, 'filter'),
        item(`Not "${shown}"`, `not ${equals}`),
        ...(Number.isFinite(number) && (field.entity === 'param' || field.entity === 'tag')
          ? [
              item(`Greater Than ${shown}`, `${name} > ${number}`),
              item(`Less Than ${shown}`, `${name} < ${number}`),
            ]
          : []),
      ];
    }
    case 'missing':
      return [
        item('Only Runs Without It', `${name} IS NULL`, 'filter'),
        item('Only Runs With It', `${name} IS NOT NULL`),
      ];
    case 'group':
      return [];
  }
}

export function groupMenu(
  columns: readonly TableColumn[],
  current: readonly TableColumn[],
  actions: TableActions,
): MenuItem[] {
  const can = columns.filter(({ kind }) => kind === 'param' || kind === 'tag');
  const dataset: TableColumn = { kind: 'attribute', key: 'dataset' };
  const entry = (column: TableColumn): MenuItem => {
    const on = current.some((other) => sameColumn(other, column));
    return {
      label: columnTitle(column),
      checked: on,
      run: () =>
        actions.group(on ? current.filter((other) => !sameColumn(other, column)) : [...current, column]),
    };
  };
  const listed = new Map([...current, ...can.slice(0, 30)].map((column) => [columnId(column), column]));
  listed.set(columnId(dataset), dataset);
  const all = can.filter(({ kind }) => kind === 'param');
  return [
    { label: 'No Groups', checked: current.length === 0, run: () => actions.group([]) },
    ...(all.length > 1
      ? [{ label: 'By All Shown Params (Seeds of One Configuration)', run: () => actions.group(all) }]
      : []),
    ...[...listed.values()].map((column, index) => ({ ...entry(column), separated: index === 0 })),
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
      label: 'Shown Only',
      ...on(passing.shownOnly),
      run: () => actions.setPassing({ shownOnly: !passing.shownOnly }),
    },
    {
      label: `With Hidden Runs (${hiddenCount})`,
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
        ? [{ label: 'Forget This Filter', icon: 'trash', run: () => actions.forgetFilter(current) }]
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
  ['Enter', 'open the run; on a head: sort (Shift+Enter: by several)'],
  ['Alt+← Alt+→', 'close and open a parent or group'],
  ['Space', 'show in or hide from pictures'],
  ['x, Shift+↑ Shift+↓', 'select; Ctrl+A all that are found; Esc none'],
  ['*', 'star'],
  ['h', 'hide the run from this table'],
  ['p', 'pin the run; on a head: the column'],
  ['b', 'make the run the baseline'],
  ['c', 'charts of the selected runs'],
  ['d', 'diff of the selected runs'],
  ['s', 'sort by the column (Shift+S: add to the sort)'],
  ['m, Shift+F10', 'menu of the cell or head'],
  ['Ctrl+C', 'copy the value'],
  ['?', 'these keys'],
];
