import type { ChartDataset, Scale, ScaleOptions } from 'chart.js';
import { MARK_KINDS } from '../../src/mlflow/samples';
import type { ChartSeries } from '../../src/protocol/charts';
import { robustRange } from '../../src/series/robustRange';
import { keyOf, type RunKey } from '../../src/mlflow/runKey';
import { logTicks } from '../../src/series/ticks';
import { axisLook, tickLabel, withAlpha, type ChartLook } from '../ui/chartLook';
import { runColor, runDash } from '../ui/theme';
import { durationLabel, timeLabel, timeTicks, zoneOffset } from '../ui/timeTicks';
import { runKeyOf, strokeOf, type GroupLine, type RunLine } from './lines';
import { MANY_POINTS, setColumns, type Columns } from './historyController';
import type { MarkSeries } from './marks';
import type { ChartSettings } from './settings';

export interface Point {
  x: number;
  y: number;
}

export type LineDataset = ChartDataset<'line', Point[]>;

/** What a dataset stands for, so that a hovered run finds its lines. */
export interface DatasetRole {
  /** Keys of the runs. */
  runs: string[];
  kind: 'line' | 'raw' | 'band' | 'trace';
  width: number;
  color: string;
}

export interface Drawing {
  lines: readonly RunLine[];
  groups: readonly GroupLine[];
  settings: ChartSettings;
  baseline: RunKey | null;
  look: ChartLook;
}

/** `columns` are the dataset's points, where it is a plain line. */
type AddDataset = (dataset: LineDataset, role: DatasetRole, columns?: Columns) => void;

const LINE = 1.5;
const STRONG = 2.5;
/** Radius of a line's only point. */
const ALONE = 3.5;
/** Fewer visible points than this are drawn as dots too. */
const DOTS_UNDER = 60;

/** The lines as chart.js draws them; the later, the further in front. */
export function makeDatasets(drawing: Drawing): { datasets: LineDataset[]; roles: DatasetRole[] } {
  const datasets: LineDataset[] = [];
  const roles: DatasetRole[] = [];
  const add: AddDataset = (dataset, role, columns) => {
    const whole = { ...base(), ...dataset, borderColor: role.color, borderWidth: role.width };
    if (columns && columns.x.length > MANY_POINTS) {
      Object.assign(whole, { type: 'history' });
      setColumns(whole, columns);
    }
    datasets.push(whole);
    roles.push(role);
  };
  for (const group of drawing.groups) {
    addGroup(group, add);
  }
  if (drawing.groups.length > 0) {
    return { datasets, roles };
  }
  const baseline = drawing.baseline && keyOf(drawing.baseline);
  const inFront = drawing.lines.toSorted((a, b) => Number(a.run.pinned) - Number(b.run.pinned));
  for (const line of inFront) {
    const { run, series } = line;
    const color = runColor(run.color);
    const runs = [runKeyOf(line)];
    const width = runs[0] === baseline ? STRONG : LINE;
    const dash = { borderDash: runDash(run.color) };
    const addLine = (columns: Columns, label: string, role: DatasetRole, all: boolean): void => {
      const dots = radii(columns.y, all);
      const look = { ...dash, ...dots, pointBackgroundColor: role.color };
      const data = points(columns.x, columns.y);
      add({ label, data, ...look }, role, dots.pointRadius === 0 ? columns : undefined);
    };
    const stroke = strokeOf(line);
    if (series.smoothed) {
      const raw = { runs, kind: 'raw', width: 1, color: withAlpha(color, 0.25) } as const;
      addLine(stroke, `${run.name} (raw)`, raw, false);
      addLine(series.smoothed, run.name, { runs, kind: 'line', width, color }, false);
    } else {
      const all = series.exact && series.visible < DOTS_UNDER;
      addLine(stroke, run.name, { runs, kind: 'line', width, color }, all);
    }
  }
  return { datasets, roles };
}

function addGroup(group: GroupLine, add: AddDataset): void {
  const { band, members } = group;
  const runs = members.map(runKeyOf);
  const run = members[0]!.run;
  const color = runColor(run.color);
  const label = group.label ?? 'undefined';
  const edge = { runs, kind: 'band', width: 0, color: 'transparent' } as const;
  for (const member of members) {
    add(
      { label: member.run.name, data: points(member.series.line.x, member.series.line.y) },
      { runs: [runKeyOf(member)], kind: 'trace', width: 0, color: withAlpha(color, 0.5) },
    );
  }
  add({ label: `${label} (high)`, data: points(band.x, band.high) }, { ...edge, runs: [...runs] });
  add(
    {
      label: `${label} (low)`,
      data: points(band.x, band.low),
      fill: '-1',
      backgroundColor: withAlpha(color, 0.2),
    },
    { ...edge, runs: [...runs] },
  );
  add(
    {
      label,
      data: points(band.x, band.mean),
      ...radii(band.mean, band.x.length < DOTS_UNDER),
      pointBackgroundColor: color,
      borderDash: runDash(run.color),
    },
    { runs, kind: 'line', width: LINE, color },
  );
}

function base(): Partial<LineDataset> {
  // Dots at an edge are drawn whole.
  return {
    clip: 4,
    pointRadius: 0,
    pointHitRadius: 0,
    pointBorderWidth: 0,
    tension: 0,
    fill: false,
    spanGaps: false,
  };
}

function points(x: Float64Array, y: Float64Array): Point[] {
  const out = new Array<Point>(x.length);
  for (let i = 0; i < x.length; i++) {
    out[i] = { x: x[i]!, y: y[i]! };
  }
  return out;
}

/** Dots where there are few points, and always where a point has no neighbour that a line could reach. */
function radii(y: Float64Array, all: boolean): { pointRadius: number | number[] } {
  if (all) {
    return { pointRadius: y.length === 1 ? ALONE : 2 };
  }
  let alone = false;
  const sizes = Array.from(y, (value, i) => {
    const isolated =
      !Number.isNaN(value) && !(Number.isFinite(y[i - 1] ?? NaN) || Number.isFinite(y[i + 1] ?? NaN));
    alone ||= isolated;
    return isolated ? (y.length === 1 ? ALONE : 2) : 0;
  });
  return { pointRadius: alone ? sizes : 0 };
}

export function makeMarks({ lines }: Drawing, robust: boolean): MarkSeries[] {
  return lines.map(({ run, series }) => ({
    color: runColor(run.color),
    x: series.marks.x,
    kinds: Array.from(series.marks.kinds, (kind) => MARK_KINDS[kind]!),
    // Only the robust range leaves points off the scale.
    line: robust ? series.line : null,
  }));
}

/** On either side of a single x: a step, or ms. */
const AROUND: Readonly<Record<ChartSettings['x'], number>> = { step: 1, time: 30_000, relative: 1000 };

/**
 * The x range of a picture: what was zoomed to, else all that is there; padded where it is one instant. Times in another
 * unit than milliseconds leave the others their width.
 */
export function xExtent(
  lines: readonly RunLine[],
  range: readonly [number, number] | null,
  { x, logX }: Pick<ChartSettings, 'x' | 'logX'>,
): [number, number] | null {
  if (range && (!logX || range[0] > 0)) {
    return [range[0], range[1]];
  }
  let low = Infinity;
  let high = -Infinity;
  const usual = lines.filter(({ series }) => oddPoints(series) < series.points);
  for (const { series } of usual.length > 0 ? usual : lines) {
    if (series.extent) {
      low = Math.min(low, series.extent[0]);
      high = Math.max(high, series.extent[1]);
    }
  }
  if (low > high) {
    return null;
  }
  return low === high ? (logX ? [low / 2, high * 2] : around(low, AROUND[x])) : [low, high];
}

/** A single x with air: more than its last bit, where it is very large. */
function around(x: number, least: number): [number, number] {
  const air = Math.max(least, Math.abs(x) * 2 ** -40);
  return [x - air, x + air];
}

/** Points of a series whose times look as if they were in another unit. */
export function oddPoints({ oddTimes }: ChartSeries): number {
  return oddTimes.reduce((sum, { points: count }) => sum + count, 0);
}

/** The y range of what is visible, before padding; null where nothing is. */
export function yExtent(
  drawing: Drawing,
  x: readonly [number, number] | null,
  robust: boolean,
): [number, number] | null {
  const visible = visibleValues(drawing, x);
  if (robust) {
    return robustRange(visible);
  }
  let low = Infinity;
  let high = -Infinity;
  for (const values of visible) {
    for (const value of values) {
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
  }
  return low <= high ? [low, high] : null;
}

function visibleValues(drawing: Drawing, x: readonly [number, number] | null): number[][] {
  const columns = [
    ...drawing.groups.flatMap(({ band }) => [
      { x: band.x, y: band.mean },
      { x: band.x, y: band.low },
      { x: band.x, y: band.high },
    ]),
    ...(drawing.groups.length > 0 ? [] : drawing.lines).flatMap(({ series }) =>
      series.smoothed ? [series.line, series.smoothed] : [series.line],
    ),
  ];
  return columns.map((column) => {
    const values: number[] = [];
    for (let i = 0; i < column.x.length; i++) {
      const y = column.y[i]!;
      if (Number.isFinite(y) && (!x || (column.x[i]! >= x[0] && column.x[i]! <= x[1]))) {
        values.push(y);
      }
    }
    return values;
  });
}

/** With air above and below; a single value gets its own scale. */
export function padded([low, high]: readonly [number, number], log: boolean): [number, number] {
  if (log) {
    const factor = low === high ? 2 : (high / low) ** 0.05;
    return [low / factor, high * factor];
  }
  const pad = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.05;
  return [low - pad, high + pad];
}

export function xScale(
  settings: ChartSettings,
  range: readonly [number, number],
  look: ChartLook,
): ScaleOptions<'linear' | 'logarithmic'> {
  const common = axisLook(look);
  const span = range[1] - range[0];
  const time = settings.x !== 'step' && !settings.logX;
  return {
    type: settings.logX ? 'logarithmic' : 'linear',
    min: range[0],
    max: range[1],
    ...common,
    ticks: {
      ...common.ticks,
      // Between two steps there is nothing.
      ...(settings.x === 'step' && !settings.logX ? { precision: 0 } : {}),
      callback: (value, index, ticks) => {
        const number = Number(value);
        if (settings.x === 'time') {
          return timeLabel(number, span);
        }
        const next = ticks[index + 1] ?? ticks[index - 1];
        return settings.x === 'relative'
          ? durationLabel(number)
          : tickLabel(number, next ? Math.abs(next.value - number) : 0);
      },
    },
    ...(settings.logX ? logBuild((scale) => scale.width / 60) : {}),
    ...(time
      ? {
          afterBuildTicks: (scale) => {
            const zone = settings.x === 'time' ? zoneOffset(scale.min) : 0;
            scale.ticks = timeTicks(scale.min, scale.max, Math.max(2, scale.width / 90), zone).map(
              (value) => ({
                value,
              }),
            );
          },
        }
      : {}),
  };
}

export function yScale(
  settings: ChartSettings,
  range: readonly [number, number],
  look: ChartLook,
): ScaleOptions<'linear' | 'logarithmic'> {
  const common = axisLook(look);
  return {
    type: settings.logY ? 'logarithmic' : 'linear',
    min: range[0],
    max: range[1],
    ...(settings.logY ? logBuild(() => 7) : {}),
    ...common,
    ticks: {
      ...common.ticks,
      maxTicksLimit: 7,
      includeBounds: false,
      callback: (value, index, ticks) => {
        const next = ticks[index + 1] ?? ticks[index - 1];
        return tickLabel(Number(value), next && !settings.logY ? Math.abs(next.value - Number(value)) : 0);
      },
    },
  };
}

/** Round ticks for a logarithmic axis: chart.js's own end with the limits, which overlap their neighbours. */
export function logBuild(most: (scale: Scale) => number): {
  afterBuildTicks: (scale: Scale) => void;
} {
  return {
    afterBuildTicks: (scale) => {
      scale.ticks = logTicks(scale.min, scale.max, Math.max(2, most(scale))).map((value) => ({ value }));
    },
  };
}
