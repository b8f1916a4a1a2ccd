import { formatDate, formatDateTime, plainText } from '../../src/mlflow/format';
import type { TrialState } from '../../src/mlflow/optunaTrial';
import type { TableColumn } from '../../src/mlflow/runTable';
import type { Field } from '../../src/search/syntax';
import { equalsText, fieldText } from '../../src/search/text';
import type { MenuItem } from '../ui/menu';
import type { CellValue } from './chunk';
import type { TableActions } from './menus';

/** The field of the search language that a column's cells can be filtered by. */
export function fieldOfColumn({ kind, key, rule }: TableColumn): Field | undefined {
  if (kind === 'metric') {
    return rule === undefined || rule === 'last' ? { entity: kind, key } : undefined;
  }
  if (kind !== 'attribute') {
    return { entity: kind, key };
  }
  if (key === 'dataset') {
    return { entity: 'dataset', key: 'name' };
  }
  const tag = { user: 'mlflow.user', source: 'mlflow.source.name', autologged: 'mlflow.autologging' }[key];
  if (tag !== undefined) {
    return { entity: 'tag', key: tag };
  }
  const attribute = {
    name: 'run_name',
    registered: 'registered',
    status: 'status',
    start: 'start_time',
    duration: 'duration',
    commit: 'commit',
    runId: 'run_id',
  }[key];
  return attribute === undefined ? undefined : { entity: 'attribute', key: attribute };
}

/**
 * What a cell offers: filters by its value, then what can be done with its run.
 *
 * @param text as it is shown
 * @param copy null where there is nothing to copy
 * @param trial how the run's trial of Optuna's ended: MLflow's own status does not say it
 */
export function cellMenu(
  column: TableColumn,
  cell: CellValue,
  text: string,
  copy: (() => void) | null,
  actions: TableActions,
  runItems: readonly MenuItem[],
  trial: TrialState | null = null,
): MenuItem[] {
  const ofTrial = trial !== null && column.kind === 'attribute' && column.key === 'status';
  const field: Field | undefined = ofTrial ? { entity: 'tag', key: 'state' } : fieldOfColumn(column);
  const value: CellValue = ofTrial ? { type: 'text', text: trial, numeric: false } : cell;
  const filters = field ? filterItems(column, field, value, text, actions) : [];
  const items: MenuItem[] = [...filters, ...(copy ? [{ label: 'Copy Value', icon: 'copy', run: copy }] : [])];
  const [first, ...rest] = runItems;
  return first ? [...items, { ...first, separated: items.length > 0 }, ...rest] : items;
}

/** "Only this", "not this", "greater than" and the like. */
function filterItems(
  column: TableColumn,
  field: Field,
  cell: CellValue,
  shown: string,
  actions: TableActions,
): MenuItem[] {
  const name = fieldText(field);
  const items = (...choices: [string, string][]): MenuItem[] =>
    choices.map(([label, condition], index) => ({
      label,
      ...(index === 0 ? { icon: 'filter' } : {}),
      run: () => actions.narrow(condition),
    }));
  switch (cell.type) {
    case 'number':
      return items(...numberChoices(column, name, cell.value, shown));
    case 'text':
      return items(...textChoices(column, field, cell.text, cell.numeric));
    case 'missing':
      return items(['Only Runs Without It', `${name} IS NULL`], ['Only Runs With It', `${name} IS NOT NULL`]);
    case 'group':
      return [];
  }
}

function numberChoices(column: TableColumn, name: string, value: number, shown: string): [string, string][] {
  if (Number.isNaN(value)) {
    return [
      ['Only NaN', `${name} IS NAN`],
      ['Not NaN', `${name} IS NOT NAN`],
    ];
  }
  const text = Number.isFinite(value) ? String(value).replace('e+', 'e') : value > 0 ? '1e999' : '-1e999';
  if (column.kind === 'attribute' && column.key === 'start') {
    const time = formatDateTime(value);
    return [
      [`Started After ${time}`, `${name} > ${text}`],
      [`Started Before ${time}`, `${name} < ${text}`],
      [`Started on ${formatDate(value)}`, `${name} = '${formatDate(value)}'`],
    ];
  }
  if (column.kind === 'attribute') {
    return [
      [`Longer Than ${shown}`, `${name} > ${text}`],
      [`Shorter Than ${shown}`, `${name} < ${text}`],
    ];
  }
  return [
    [`Only ${shown}`, `${name} = ${text}`],
    [`Not ${shown}`, `${name} != ${text}`],
    [`Greater Than ${shown}`, `${name} > ${text}`],
    [`Less Than ${shown}`, `${name} < ${text}`],
  ];
}

function textChoices(column: TableColumn, field: Field, text: string, numeric: boolean): [string, string][] {
  // Several datasets or versions stand in one cell.
  const parts =
    column.kind === 'attribute' && column.key === 'registered'
      ? [...new Set(text.split(', ').map((part) => part.replace(/ v\d+$/, '')))]
      : column.kind === 'attribute' && column.key === 'dataset'
        ? text.split(', ')
        : [text];
  const number = numeric ? Number(text) : NaN;
  const name = fieldText(field);
  return [
    ...parts.flatMap((part): [string, string][] => {
      const shown = plainText(part, 24);
      const equals = equalsText(field, part);
      return [
        [`Only "${shown}"`, equals],
        [`Not "${shown}"`, `not ${equals}`],
      ];
    }),
    ...(Number.isFinite(number) && (field.entity === 'param' || field.entity === 'tag')
      ? ([
          [`Greater Than ${plainText(text, 24)}`, `${name} > ${number}`],
          [`Less Than ${plainText(text, 24)}`, `${name} < ${number}`],
        ] as [string, string][])
      : []),
  ];
}
