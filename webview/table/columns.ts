/** Columns as the page shows them: names, widths, places. */
import type { ColumnShape } from '../../src/mlflow/columnNumbers';
import { columnId, type TableAttribute, type TableColumn } from '../../src/mlflow/runTable';
import type { Direction } from '../../src/state/metrics';
import { numberFont, pageFont, textWidth } from '../ui/textWidth';

export const NAME_COLUMN: TableColumn = { kind: 'attribute', key: 'name' };
/** Attributes that runs often have in common. */
export const GROUP_ATTRIBUTES: readonly TableAttribute[] = [
  'user',
  'status',
  'source',
  'commit',
  'dataset',
  'experiment',
];
/** Columns to begin with, attributes included. */
const DEFAULT_COLUMNS = 12;
const MIN_WIDTH = 48;
const MAX_WIDTH = 1200;

const TITLES: Record<string, string> = {
  name: 'Run',
  status: 'Status',
  start: 'Start',
  duration: 'Duration',
  user: 'User',
  source: 'Source',
  commit: 'Commit',
  dataset: 'Dataset',
  registered: 'Registered',
  model: 'Model',
  modelSize: 'Model size',
  autologged: 'Autologged by',
  experiment: 'Experiment',
  runId: 'Run ID',
};

export function columnTitle({ kind, key }: TableColumn): string {
  return kind === 'attribute' ? (TITLES[key] ?? key) : key;
}

/** Which value of the metric is shown, where it is not the latest: "min", "best (min)", "at step 3". */
export function ruleTitle({ rule, step }: TableColumn, direction: Direction = 'unknown'): string {
  if (rule === undefined || rule === 'last') {
    return '';
  }
  return rule === 'step'
    ? `at step ${step ?? 0}`
    : direction !== 'unknown' && rule === bestRule(direction)
      ? `best (${rule})`
      : rule;
}

/** Which value of a metric's history is its best. */
export function bestRule(direction: 'higher' | 'lower'): 'min' | 'max' {
  return direction === 'higher' ? 'max' : 'min';
}

export function kindTitle(kind: TableColumn['kind']): string {
  return { attribute: '', metric: 'metrics', param: 'params', tag: 'tags' }[kind];
}

/** Start and duration, then the metrics and params that vary, half and half as far as there are. */
export function defaultColumns(
  suggested: readonly TableColumn[],
  severalExperiments: boolean,
): TableColumn[] {
  const attributes: TableColumn[] = ['start', 'duration', ...(severalExperiments ? ['experiment'] : [])].map(
    (key) => ({ kind: 'attribute', key }),
  );
  const room = DEFAULT_COLUMNS - 1 - attributes.length;
  const metrics = suggested.filter(({ kind }) => kind === 'metric');
  const params = suggested.filter(({ kind }) => kind === 'param');
  const ofMetrics = Math.min(metrics.length, Math.max(Math.ceil(room / 2), room - params.length));
  return [...attributes, ...metrics.slice(0, ofMetrics), ...params.slice(0, room - ofMetrics)];
}

/** What a column needs room for. */
export interface Needs {
  /** What a metric differs from the baseline by. */
  compared: boolean;
  /** A mean and its deviation. */
  grouped: boolean;
  /** How long its values are; null where that is not known. */
  shape: ColumnShape | null;
}

/** px beside a value and beside a title, with the sign of its sorting. */
const AROUND_VALUE = 18;
const AROUND_TITLE = 36;
/** px: the word for the best value. */
const BEST = 32;
const LEAST_WIDTH = 72;
const MOST_BY_TITLE = 180;
const MOST_BY_VALUES = 280;

const ATTRIBUTE_WIDTHS: Partial<Record<string, number>> = {
  name: 240,
  start: 92,
  duration: 84,
  status: 96,
  commit: 84,
  source: 140,
  modelSize: 96,
};

/** px, as wide as title and values need. */
export function defaultWidth(column: TableColumn, { compared, grouped, shape }: Needs): number {
  if (column.kind === 'attribute') {
    const fixed = ATTRIBUTE_WIDTHS[column.key];
    if (fixed !== undefined) {
      return grouped && (column.key === 'duration' || column.key === 'modelSize') ? 170 : fixed;
    }
  }
  const title = [columnTitle(column), ruleTitle(column)].join(' ').trim();
  const byTitle = Math.min(textWidth(title, pageFont(600)) + AROUND_TITLE, MOST_BY_TITLE);
  const byValues = shape ? Math.min(valueWidth(column, shape, compared, grouped), MOST_BY_VALUES) : 0;
  const least = shape ? LEAST_WIDTH : column.kind === 'metric' && (compared || grouped) ? 140 : 84;
  return Math.ceil(Math.max(byTitle, byValues, least));
}

function valueWidth(
  { kind }: TableColumn,
  { longest, decimals }: ColumnShape,
  compared: boolean,
  grouped: boolean,
): number {
  const isNumber = decimals !== null || kind === 'metric';
  const value = textWidth(longest, isNumber ? numberFont() : pageFont());
  if (kind !== 'metric') {
    return value + AROUND_VALUE;
  }
  const digit = textWidth('0', numberFont());
  // A mean of whole numbers has a decimal.
  const mean = value + (decimals === 0 ? 2 * digit : 0);
  return (
    AROUND_VALUE +
    Math.max(grouped ? 2 * mean + 3 * digit : 0, value + BEST) +
    (compared ? (value + 2 * digit) * 0.9 : 0)
  );
}

export function clampWidth(width: number): number {
  return Math.round(Math.min(Math.max(width, MIN_WIDTH), MAX_WIDTH));
}

export function sameColumn(a: TableColumn, b: TableColumn): boolean {
  return columnId(a) === columnId(b);
}

/** The list with one column moved to another place. */
export function moved(columns: readonly TableColumn[], from: number, to: number): TableColumn[] {
  const list = [...columns];
  const [column] = list.splice(from, 1);
  if (column) {
    list.splice(Math.max(0, Math.min(to, list.length)), 0, column);
  }
  return list;
}
