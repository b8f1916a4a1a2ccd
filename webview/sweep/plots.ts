import { contours } from 'd3-contour';
import { paretoFront, type Objective } from '../../src/series/pareto';
import { median } from '../../src/series/statistics';
import { interpolate, type Surface, type SurfacePoint } from '../../src/series/surface';
import type { SweepColumn } from '../../src/protocol/sweep';
import { count, plainText } from '../../src/mlflow/format';
import { withAlpha, type ChartLook } from '../ui/chartLook';
import { directionOf, isCategory, type Sweep } from './model';
import type { Plot, PlotArea, PlotPoint } from './plot';
import { plotAxis } from './plotAxes';
import { rankColors, stepOf } from './ramp';

const DOT = 4;
const GREY = '#8a8a8a';

export interface ScatterChoice {
  x: SweepColumn;
  y: SweepColumn;
  color: SweepColumn | undefined;
  size: SweepColumn | undefined;
}

/** Any two columns; colour and size by others; the Pareto front where both have a direction. */
export function scatterPlot(sweep: Sweep, choice: ScatterChoice, look: ChartLook): Plot {
  const { x, y, color, size } = choice;
  const colors = color
    ? rankColors(color.values, directionOf(color, sweep.settings), sweep.settings.colorBy)
    : sweep.goodness;
  const points = runsWith(sweep, x, y).map((run): PlotPoint => ({
    run,
    x: x.values[run]!,
    y: y.values[run]!,
    color: colorOf(sweep, colors[run]!),
    radius: size ? radiusOf(size, run) : DOT,
  }));
  const objectives = [x, y].filter(({ kindOf }) => kindOf !== 'param');
  const front =
    objectives.length === 2
      ? paretoFront(
          objectives.map((column): Objective => ({
            name: column.name,
            direction: directionOf(column, sweep.settings),
            values: column.values,
          })),
          points.map(({ run }) => run),
        ).toSorted((a, b) => x.values[a]! - x.values[b]!)
      : [];
  return {
    label: `Scatter of ${plainText(y.name)} over ${plainText(x.name)}, ${count(points.length, 'run')}${front.length > 0 ? `, ${front.length} of them on the Pareto front` : ''}.`,
    x: plotAxis(x),
    y: plotAxis(y),
    points,
    lines:
      front.length > 1
        ? [
            {
              label: 'Pareto front',
              points: front.map((run) => ({ x: x.values[run]!, y: y.values[run]! })),
              color: look.text,
              dash: [4, 3],
              stepped: false,
            },
          ]
        : [],
  };
}

/** The objective by trial, and the best so far. */
export function historyPlot(sweep: Sweep, objective: SweepColumn, look: ChartLook): Plot {
  const points: PlotPoint[] = [];
  const best: { x: number; y: number }[] = [];
  const sign = sweep.direction === 'lower' ? 1 : -1;
  sweep.data.runs.forEach((_, run) => {
    const value = objective.values[run]!;
    if (Number.isNaN(value)) {
      return;
    }
    points.push({ run, x: run + 1, y: value, color: colorOf(sweep, sweep.goodness[run]!), radius: DOT });
    const last = best.at(-1);
    best.push({ x: run + 1, y: last && sign * last.y < sign * value ? last.y : value });
  });
  const runs = sweep.data.runs.length;
  if (best.length > 0) {
    best.push({ x: runs, y: best.at(-1)!.y });
  }
  return {
    label: `${plainText(objective.name)} by trial in the order of start, ${count(points.length, 'run')}, with the best so far.`,
    x: { title: 'trial', log: false, range: [0.5, runs + 0.5] },
    y: plotAxis(objective),
    points,
    lines: [{ label: 'best so far', points: best, color: look.text, dash: [], stepped: true }],
  };
}

export interface ContourResult {
  plot: Plot;
  /** What the picture says about itself. */
  note: string;
}

const GRID = 60;
const LEVELS = 10;

/** The objective over two params: interpolated between the runs, blank elsewhere; tiles where a param is a category. */
export function contourPlot(
  sweep: Sweep,
  x: SweepColumn,
  y: SweepColumn,
  objective: SweepColumn,
): ContourResult {
  const runs = runsWith(sweep, x, y).filter((run) => !Number.isNaN(objective.values[run]!));
  const points = runs.map((run): PlotPoint => ({
    run,
    x: x.values[run]!,
    y: y.values[run]!,
    color: colorOf(sweep, sweep.goodness[run]!),
    radius: DOT,
  }));
  const plot: Plot = {
    label: `${plainText(objective.name)} over ${plainText(x.name)} and ${plainText(y.name)}, ${count(points.length, 'run')}.`,
    x: plotAxis(x),
    y: plotAxis(y),
    points,
    lines: [],
  };
  if (isCategory(x) || isCategory(y)) {
    return tiles(sweep, plot, runs, x, y, objective);
  }
  const places = runs.map((run): SurfacePoint => ({
    x: share(plot.x, x.values[run]!),
    y: share(plot.y, y.values[run]!),
    value: sweep.settings.colorBy === 'rank' ? sweep.goodness[run]! : objective.values[run]!,
  }));
  const direction = sweep.settings.colorBy === 'rank' ? 'higher' : sweep.direction;
  const surface = interpolate(places, direction, GRID, GRID);
  if ('refused' in surface) {
    return { plot, note: surface.refused };
  }
  const by = sweep.settings.colorBy === 'rank' ? 'rank' : 'value';
  return {
    plot: { ...plot, ground: surfaceGround(surface, sweep, direction) },
    note: `Interpolated by ${by} between the runs; blank where none is near.`,
  };
}

/** Draws the surface once for each size of the picture. */
function surfaceGround(surface: Surface, sweep: Sweep, direction: 'higher' | 'lower'): Plot['ground'] {
  let layer: HTMLCanvasElement | undefined;
  return (ctx, area) => {
    if (layer?.width !== Math.ceil(area.width) || layer.height !== Math.ceil(area.height)) {
      layer = surfaceLayer(area, surface, sweep, direction);
    }
    ctx.globalAlpha = 0.75;
    ctx.drawImage(layer, area.left, area.top);
    ctx.globalAlpha = 1;
  };
}

function surfaceLayer(
  area: PlotArea,
  surface: Surface,
  sweep: Sweep,
  direction: 'higher' | 'lower',
): HTMLCanvasElement {
  const finite = surface.values.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const layer = document.createElement('canvas');
  layer.width = Math.ceil(area.width);
  layer.height = Math.ceil(area.height);
  const paint = layer.getContext('2d')!;
  const thresholds = Array.from({ length: LEVELS }, (_, i) => low + ((high - low) * i) / LEVELS);
  const bands = contours().size([surface.columns, surface.rows]).smooth(true).thresholds(thresholds)(
    Array.from(surface.values),
  );
  const toX = (column: number): number => (column / surface.columns) * area.width;
  const toY = (row: number): number => area.height - (row / surface.rows) * area.height;
  bands.forEach((band, i) => {
    const place = (i + 0.5) / LEVELS;
    paint.fillStyle = sweep.ramp[stepOf(direction === 'higher' ? place : 1 - place)]!;
    paint.beginPath();
    for (const ring of band.coordinates.flat()) {
      ring.forEach(([column, row], at) => {
        if (at === 0) {
          paint.moveTo(toX(column!), toY(row!));
        } else {
          paint.lineTo(toX(column!), toY(row!));
        }
      });
    }
    paint.fill();
  });
  fade(paint, area, surface);
  return layer;
}

/** Fades the surface with the distance to the nearest run. */
function fade(paint: CanvasRenderingContext2D, area: PlotArea, surface: Surface): void {
  const mask = document.createElement('canvas');
  mask.width = surface.columns;
  mask.height = surface.rows;
  const pixels = mask.getContext('2d')!;
  const image = pixels.createImageData(surface.columns, surface.rows);
  for (let row = 0; row < surface.rows; row++) {
    for (let column = 0; column < surface.columns; column++) {
      const nearness = surface.nearness[row * surface.columns + column]!;
      const target = ((surface.rows - 1 - row) * surface.columns + column) * 4;
      image.data[target + 3] = Math.round(255 * Math.min(1, nearness * 1.6));
    }
  }
  pixels.putImageData(image, 0, 0);
  paint.globalCompositeOperation = 'destination-in';
  paint.drawImage(mask, 0, 0, area.width, area.height);
  paint.globalCompositeOperation = 'source-over';
}

/** For categories: a tile a pair, coloured by the median, with how many runs it holds. Nothing is interpolated. */
function tiles(
  sweep: Sweep,
  plot: Plot,
  runs: readonly number[],
  x: SweepColumn,
  y: SweepColumn,
  objective: SweepColumn,
): ContourResult {
  const bin = (column: SweepColumn, run: number): number =>
    isCategory(column)
      ? column.values[run]!
      : Math.min(BINS - 1, Math.floor(share(plotAxis(column), column.values[run]!) * BINS));
  const cells = new Map<string, { x: number; y: number; runs: number[] }>();
  for (const run of runs) {
    const cell = { x: bin(x, run), y: bin(y, run) };
    const key = `${cell.x} ${cell.y}`;
    const known = cells.get(key) ?? { ...cell, runs: [] };
    known.runs.push(run);
    cells.set(key, known);
  }
  const sizeOf = (column: SweepColumn): number => (isCategory(column) ? column.categories.length : BINS);
  const ground: Plot['ground'] = (ctx, area, look) => {
    const width = area.width / sizeOf(x);
    const height = area.height / sizeOf(y);
    for (const cell of cells.values()) {
      const goodness = median(cell.runs.map((run) => sweep.goodness[run]!)) ?? NaN;
      const left = area.left + cell.x * width;
      const top = area.top + area.height - (cell.y + 1) * height;
      ctx.fillStyle = withAlpha(colorOf(sweep, goodness), 0.45);
      ctx.fillRect(left + 1, top + 1, width - 2, height - 2);
      ctx.fillStyle = look.text;
      ctx.font = `${look.font.size}px ${look.font.family}`;
      ctx.textAlign = 'right';
      ctx.textBaseline = 'bottom';
      ctx.fillText(`n=${cell.runs.length}`, left + width - 4, top + height - 3);
    }
  };
  return {
    plot: { ...plot, ground },
    note: `Tiles show the median ${plainText(objective.name)} and how many runs; nothing is interpolated.`,
  };
}

const BINS = 6;

function share(axis: Plot['x'], value: number): number {
  const [low, high] = axis.range;
  return axis.log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

function runsWith(sweep: Sweep, x: SweepColumn, y: SweepColumn): number[] {
  return sweep.data.runs.flatMap((_, run) =>
    Number.isNaN(x.values[run]!) || Number.isNaN(y.values[run]!) ? [] : [run],
  );
}

function colorOf(sweep: Sweep, goodness: number): string {
  return Number.isNaN(goodness) ? GREY : sweep.ramp[stepOf(goodness)]!;
}

function radiusOf(column: SweepColumn, run: number): number {
  const value = column.values[run]!;
  const [low, high] = column.range ?? [0, 1];
  // The area, not the radius, follows the value.
  return Number.isNaN(value) ? 2 : 3 + 7 * Math.sqrt(high === low ? 0.5 : (value - low) / (high - low));
}
