import { fieldsOf, isAmount } from '../../src/mlflow/shape';
import type { SweepColumn } from '../../src/protocol/sweep';
import { valueText } from './model';

/** Values from and to, in the column's own measure, both inside; `missing` for runs without a value. */
export type AxisBrush = { from: number; to: number } | { missing: true };

export function isAxisBrush(value: unknown): value is AxisBrush {
  const { from, to, missing } = fieldsOf(value);
  return missing === true || (isAmount(from) && isAmount(to));
}

/** What is brushed: on axes (all must hold), and a set of runs that was drawn round in a picture. */
export interface Brushes {
  axes: ReadonlyMap<string, AxisBrush>;
  runs: ReadonlySet<number> | null;
}

export const NO_BRUSH: Brushes = { axes: new Map(), runs: null };

/** The runs inside every brush; null where nothing is brushed. */
export function selectedRuns(
  brushes: Brushes,
  columns: ReadonlyMap<string, SweepColumn>,
  runs: number,
): ReadonlySet<number> | null {
  if (brushes.axes.size === 0 && !brushes.runs) {
    return null;
  }
  const axes = [...brushes.axes].flatMap(([id, brush]) => {
    const column = columns.get(id);
    return column ? [{ values: column.values, brush }] : [];
  });
  const selected = new Set<number>();
  for (let run = 0; run < runs; run++) {
    if (
      (!brushes.runs || brushes.runs.has(run)) &&
      axes.every(({ values, brush }) => inside(values[run]!, brush))
    ) {
      selected.add(run);
    }
  }
  return selected;
}

function inside(value: number, brush: AxisBrush): boolean {
  return 'missing' in brush ? Number.isNaN(value) : value >= brush.from && value <= brush.to;
}

/** The brushes in words: "learning_rate 0.01 to 0.1". */
export function brushText(column: SweepColumn, brush: AxisBrush): string {
  if ('missing' in brush) {
    return `${column.name}: none`;
  }
  if (column.categories.length > 0) {
    const first = Math.ceil(brush.from);
    const names = column.categories.slice(Math.max(0, first), Math.floor(brush.to) + 1);
    return `${column.name}: ${names.slice(0, 3).join(', ')}${names.length > 3 ? '…' : ''}`;
  }
  return `${column.name}: ${valueText(column, brush.from, ALL_DIGITS)} to ${valueText(column, brush.to, ALL_DIGITS)}`;
}

const ALL_DIGITS = 17;
/** Of the bounds of a brush that is drawn: a pixel has no more. */
const DRAWN_DIGITS = 6;

/** A brush from one value to another, with bounds that can be read off; it holds what lies between the two. */
export function drawnBrush(column: SweepColumn, from: number, to: number): AxisBrush {
  return column.categories.length > 0
    ? { from, to }
    : { from: roundedTo(from, Math.floor), to: roundedTo(to, Math.ceil) };
}

function roundedTo(value: number, round: (value: number) => number): number {
  if (value === 0) {
    return 0;
  }
  const unit = Math.floor(Math.log10(Math.abs(value))) + 1 - DRAWN_DIGITS;
  return Number((round(value / 10 ** unit) * 10 ** unit).toPrecision(DRAWN_DIGITS));
}

/** The runs as a filter of the search language, for the run table. Ids are hex digits, which need no quoting. */
export function runFilter(runIds: readonly string[]): string {
  return `attributes.run_id IN (${runIds.map((id) => `'${id.replaceAll("'", '')}'`).join(', ')})`;
}
