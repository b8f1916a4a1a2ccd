import type { Scale, ScaleOptions } from 'chart.js';
import { formatNumber, plainText } from '../../src/mlflow/format';
import type { SweepColumn } from '../../src/protocol/sweep';
import { evenTicks, logTicks } from '../../src/series/ticks';
import { axisLook, tickLabel, type ChartLook } from '../ui/chartLook';
import { isCategory, shortCategory, unitOf, valueText } from './model';

export interface PlotAxis {
  title: string;
  log: boolean;
  /** Formats ticks and knows categories; missing for counts. */
  column?: SweepColumn;
  range: [number, number];
}

export function scale(
  axis: PlotAxis,
  name: 'x' | 'y',
  look: ChartLook,
): ScaleOptions<'linear' | 'logarithmic'> {
  const common = axisLook(look);
  const { column } = axis;
  const categories = column && isCategory(column) ? column.categories.length : 0;
  return {
    type: axis.log ? 'logarithmic' : 'linear',
    min: axis.range[0],
    max: axis.range[1],
    ...common,
    ...ownTicks(axis, name, categories),
    title: { display: true, text: plainText(axis.title, 60), color: look.text, font: look.font, padding: 2 },
    ticks: {
      ...common.ticks,
      // Each category has its name: those that lie too close are turned.
      ...(categories > 0 ? { autoSkip: false, maxRotation: 60 } : {}),
      maxTicksLimit: name === 'x' ? 9 : 7,
      includeBounds: false,
      callback: (value, index, ticks) => {
        const number = Number(value);
        if (categories > 0) {
          return Number.isInteger(number) && column ? shortCategory(column, number) : '';
        }
        const next = ticks[index + 1] ?? ticks[index - 1];
        return column?.kindOf === 'attribute'
          ? valueText(column, number, 3)
          : tickLabel(number, next && !axis.log ? Math.abs(next.value - number) : 0);
      },
    },
  };
}

/** Names of categories closer than this would overlap, CSS pixels. */
const LEAST_CATEGORY = 16;

/** Ticks that chart.js would put elsewhere: at each category, at round values of a logarithmic axis, minutes, KiB. */
function ownTicks(
  axis: PlotAxis,
  name: 'x' | 'y',
  categories: number,
): { afterBuildTicks?: (scale: Scale) => void } {
  if (categories > 0) {
    return {
      afterBuildTicks: (scale) => {
        const room = name === 'x' ? scale.chart.width - 100 : scale.chart.height - 60;
        const every = Math.max(1, Math.ceil((categories * LEAST_CATEGORY) / Math.max(1, room)));
        scale.ticks = Array.from({ length: Math.ceil(categories / every) }, (_, i) => ({ value: i * every }));
      },
    };
  }
  const unit = axis.column ? unitOf(axis.column) : 'number';
  if (!axis.log && unit === 'number') {
    return {};
  }
  return {
    afterBuildTicks: (scale) => {
      const most = Math.max(2, name === 'x' ? scale.width / 60 : 7);
      const { min, max } = scale;
      const ticks = axis.log ? logTicks(min, max, most) : evenTicks(min, max, most, unit);
      scale.ticks = ticks.map((value) => ({ value }));
    },
  };
}

export function axisText({ column }: PlotAxis, value: number): string {
  return column ? valueText(column, value, 6) : formatNumber(value, 6);
}

/** The axis of a column: padded a little, logarithmic where the column is. */
export function plotAxis(column: SweepColumn): PlotAxis {
  const [low, high] = column.range ?? [0, 1];
  const title = column.name;
  if (isCategory(column)) {
    return { title, log: false, column, range: [low - 0.5, high + 0.5] };
  }
  if (column.kind === 'log') {
    const factor = (high / low) ** 0.04;
    return { title: `${title} (log)`, log: true, column, range: [low / factor, high * factor] };
  }
  const pad = low === high ? Math.max(Math.abs(low) * 0.05, 0.5) : (high - low) * 0.04;
  return { title, log: false, column, range: [low - pad, high + pad] };
}
