import { formatDuration, formatNumber, formatSize, plainText } from '../../src/mlflow/format';
import { metricText, unitOfMetric } from '../../src/mlflow/units';
import type { SweepColumn, SweepPageData } from '../../src/protocol/sweep';
import type { Cell } from '../../src/series/columns';
import { roundRange, type TickUnit } from '../../src/series/ticks';
import { shortNames } from '../ui/shortNames';
import { rankColors, type Ramp } from './ramp';

/** What the user chose; kept with the workspace. */
export interface SweepSettings {
  objective: string | null;
  /** Set where the user contradicts the guess. */
  directions: Record<string, 'higher' | 'lower'>;
  /** Axes of the parallel coordinates, in order; null: chosen by importance. */
  axes: string[] | null;
  /** Axes that are to be linear or logarithmic against what their values suggest, by column. */
  scales: Record<string, 'number' | 'log'>;
  colorBy: 'value' | 'rank';
  scatter: { x: string | null; y: string | null; color: string | null; size: string | null };
  contour: { x: string | null; y: string | null };
  /** Objectives of the choice of a model. */
  objectives: string[] | null;
}

export const DEFAULT_SETTINGS: SweepSettings = {
  objective: null,
  directions: {},
  axes: null,
  scales: {},
  colorBy: 'rank',
  scatter: { x: null, y: null, color: null, size: null },
  contour: { x: null, y: null },
  objectives: null,
};

/** Settings as they were stored, by this version or another. */
export function readSettings(stored: unknown): SweepSettings {
  const known = (typeof stored === 'object' && stored !== null ? stored : {}) as Partial<SweepSettings>;
  const texts = (value: unknown): string[] | null =>
    Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
  return {
    ...DEFAULT_SETTINGS,
    objective: typeof known.objective === 'string' ? known.objective : null,
    directions: typeof known.directions === 'object' && known.directions ? known.directions : {},
    axes: texts(known.axes),
    scales: typeof known.scales === 'object' && known.scales ? known.scales : {},
    colorBy: known.colorBy === 'value' ? 'value' : 'rank',
    scatter: { ...DEFAULT_SETTINGS.scatter, ...known.scatter },
    contour: { ...DEFAULT_SETTINGS.contour, ...known.contour },
    objectives: texts(known.objectives),
  };
}

/** A sweep as its pictures draw it: what the host sent, and what the user chose. */
export interface Sweep {
  data: SweepPageData;
  columns: ReadonlyMap<string, SweepColumn>;
  settings: SweepSettings;
  objective: SweepColumn | undefined;
  direction: 'higher' | 'lower';
  /** By run: 0 for the worst to 1 for the best; NaN without an objective. */
  goodness: Float64Array;
  /** Runs inside every brush; null where there is none. */
  selected: ReadonlySet<number> | null;
  hovered: number | null;
  ramp: Ramp;
}

export function directionOf(column: SweepColumn | undefined, settings: SweepSettings): 'higher' | 'lower' {
  const chosen = column && settings.directions[column.id];
  return chosen ?? (column?.direction === 'higher' ? 'higher' : 'lower');
}

/** How good each run is among all, 0 to 1, by rank or by value. */
export function goodnessOf(
  objective: SweepColumn | undefined,
  direction: 'higher' | 'lower',
  colorBy: 'value' | 'rank',
  runs: number,
): Float64Array {
  return objective ? rankColors(objective.values, direction, colorBy) : new Float64Array(runs).fill(NaN);
}

/** A column's cells again, for what reads texts; categories that were cut alike stay apart. */
export function cellsOf(column: SweepColumn): Cell[] {
  if (column.categories.length === 0) {
    return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
  }
  const seen = new Map<string, number>();
  const texts = column.categories.map((text) => {
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return count === 1 ? text : `${text} (${count})`;
  });
  return Array.from(column.values, (value) => (Number.isNaN(value) ? null : texts[value]!));
}

const shortened = new WeakMap<SweepColumn, string[]>();

/** A category at an axis. */
export function shortCategory(column: SweepColumn, index: number): string {
  let texts = shortened.get(column);
  if (!texts) {
    texts = shortNames(column.categories, LONGEST_LABEL);
    shortened.set(column, texts);
  }
  return texts[index] ?? '';
}

const LONGEST_LABEL = 14;

/** A cell as it is shown. */
export function cellText(column: SweepColumn, run: number, digits = 4): string {
  const value = column.values[run]!;
  if (Number.isNaN(value)) {
    return '–';
  }
  return valueText(column, value, digits);
}

export function valueText(column: SweepColumn, value: number, digits = 4): string {
  if (column.categories.length > 0) {
    const text = column.categories[Math.round(value)];
    return text === undefined ? '' : plainText(text, 60);
  }
  if (column.id === 'attribute:duration') {
    return formatDuration(value * 1000);
  }
  if (column.id === 'attribute:modelSize') {
    return formatSize(value);
  }
  return column.kindOf === 'metric' ? metricText(column.name, value, digits) : formatNumber(value, digits);
}

/** Whether a column's axis can be logarithmic. */
export function canBeLog({ kind, range }: SweepColumn): boolean {
  return (kind === 'number' || kind === 'log') && range !== null && range[0] > 0 && range[1] > range[0];
}

/** The columns with the scales that the user chose for them. */
export function scaledColumns(
  columns: readonly SweepColumn[],
  scales: SweepSettings['scales'],
): Map<string, SweepColumn> {
  return new Map(
    columns.map((column) => {
      const kind = canBeLog(column) ? (scales[column.id] ?? column.kind) : column.kind;
      return [column.id, kind === column.kind ? column : { ...column, kind }];
    }),
  );
}

/** Columns that say something: not constant, not empty. */
export function varying(columns: Iterable<SweepColumn>): SweepColumn[] {
  return [...columns].filter(({ kind }) => kind !== 'constant' && kind !== 'empty');
}

/** Labels of a parallel axis at most: more would crowd it. */
export const MOST_TICKS = 8;

export function unitOf({ id, kindOf, name }: SweepColumn): TickUnit {
  const isSize = id === 'attribute:modelSize' || (kindOf === 'metric' && unitOfMetric(name) === 'bytes');
  return id === 'attribute:duration' ? 'seconds' : isSize ? 'bytes' : 'number';
}

const ranges = new WeakMap<SweepColumn, [number, number]>();

/** From where to where a column's parallel axis goes: to round values near its least and greatest. */
export function axisRange(column: SweepColumn): [number, number] {
  let range = ranges.get(column);
  if (!range) {
    const own = column.range ?? [0, 1];
    range = isCategory(column) ? own : roundRange(own, column.kind === 'log', MOST_TICKS, unitOf(column));
    ranges.set(column, range);
  }
  return range;
}

/** Where a value stands on its parallel axis, 0 to 1; NaN where it has no place. */
export function placeOf(column: SweepColumn, value: number): number {
  if (Number.isNaN(value) || !column.range) {
    return NaN;
  }
  const [low, high] = axisRange(column);
  if (low === high) {
    return 0.5;
  }
  return column.kind === 'log' ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** The value at a place, 0 to 1, of a parallel axis. */
export function valueAt(column: SweepColumn, place: number): number {
  const [low, high] = axisRange(column);
  return column.kind === 'log' ? low * (high / low) ** place : low + place * (high - low);
}

export function isCategory(column: SweepColumn): boolean {
  return column.categories.length > 0;
}

/**
 * What a model is chosen by at first: the objective, the model's size (a metric of it where the runs kept no
 * model), the training time.
 */
export function defaultObjectives({ objective, columns }: Sweep): string[] {
  const known = (id: string): boolean => (columns.get(id)?.kind ?? 'empty') !== 'empty';
  const logged = [...columns.values()].find(
    ({ kindOf, name }) => kindOf === 'metric' && /model/i.test(name) && /size|bytes/i.test(name),
  );
  const size = known('attribute:modelSize') ? 'attribute:modelSize' : logged?.id;
  return [objective?.id, size, 'attribute:duration'].flatMap((id) => id ?? []);
}
