import type { ScaleOptionsByType } from 'chart.js';
import { exactNumber, formatNumber } from '../../src/mlflow/format';
import { themeColor, themeKind } from './theme';

/** The theme's colours and font for a canvas, which knows no CSS. */
export interface ChartLook {
  text: string;
  muted: string;
  grid: string;
  axis: string;
  background: string;
  accent: string;
  font: { family: string; size: number };
  highContrast: boolean;
}

export function chartLook(): ChartLook {
  const kind = themeKind();
  const highContrast = kind === 'highContrast' || kind === 'highContrastLight';
  const text = themeColor('--vscode-foreground');
  const border = themeColor('--vscode-panel-border', themeColor('--vscode-contrastBorder', '#80808059'));
  return {
    text,
    muted: highContrast ? text : themeColor('--vscode-descriptionForeground', text),
    grid: highContrast ? 'transparent' : border,
    axis: highContrast ? themeColor('--vscode-contrastBorder', text) : border,
    background: themeColor('--vscode-editor-background', kind === 'light' ? '#ffffff' : '#1e1e1e'),
    accent: themeColor('--vscode-focusBorder'),
    font: {
      family: themeColor('--vscode-font-family', 'sans-serif'),
      size: Math.max(10, Number.parseFloat(themeColor('--vscode-font-size', '13px')) - 2),
    },
    highContrast,
  };
}

type AxisLook = Pick<ScaleOptionsByType<'linear'>, 'grid' | 'border' | 'ticks'>;

/** What the axes of all our charts have in common. */
export function axisLook(look: ChartLook): {
  grid: Partial<AxisLook['grid']>;
  border: Partial<AxisLook['border']>;
  ticks: Partial<AxisLook['ticks']>;
} {
  return {
    grid: { color: look.grid, lineWidth: 0.5, tickLength: 4, tickColor: look.axis },
    border: { color: look.axis },
    ticks: { color: look.muted, font: look.font, maxRotation: 0, autoSkipPadding: 16 },
  };
}

/** An axis label: short, with the digits that tell it from its neighbours. */
export function tickLabel(value: number, spacing: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e6 && magnitude < 1e9 && Number.isInteger(value)) {
    return `${formatNumber(value / 1e6, 6)}M`;
  }
  if (magnitude >= 1e9 && spacing > 0 && spacing < magnitude / 1000 && Number.isInteger(value)) {
    return exactNumber(BigInt(value));
  }
  if (spacing > 0 && magnitude >= 1e-3 && magnitude < 1e6) {
    const digits = Math.min(8, Math.max(0, Math.ceil(-Math.log10(spacing) - 1e-9)));
    return value.toFixed(digits).replace('-', '−');
  }
  return formatNumber(value, 4);
}

/** Digits that the ticks of a decade have, from few to many. */
const LOG_DIGITS = [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]];

/** Round places on a logarithmic axis, at most `most`: as many a decade as there is room for. */
export function logTicks(min: number, max: number, most: number): number[] {
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  const inDecades = LOG_DIGITS.map((digits) => {
    const ticks: number[] = [];
    for (let exponent = first; exponent <= last; exponent++) {
      ticks.push(...digits.map((digit) => Number(`${digit}e${exponent}`)));
    }
    return ticks.filter((tick) => tick >= min && tick <= max);
  });
  const powers = inDecades[0]!;
  if (powers.length > most) {
    const every = Math.ceil(powers.length / most);
    return powers.filter((_, i) => i % every === 0);
  }
  const fitting = inDecades.filter((ticks) => ticks.length >= 2 && ticks.length <= most).at(-1);
  return fitting ?? evenTicks(min, max, most);
}

/** Within less than a decade the axis is nearly linear. */
function evenTicks(min: number, max: number, most: number): number[] {
  const least = (max - min) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least) ?? least;
  const ticks: number[] = [];
  for (let i = Math.ceil(min / step); i * step <= max && ticks.length <= most; i++) {
    ticks.push(Number((i * step).toPrecision(12)));
  }
  return ticks;
}

/** A colour with another opacity, 0 to 1. */
export function withAlpha(hex: string, alpha: number): string {
  const part = Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0');
  return /^#[0-9a-f]{6}$/i.test(hex) ? `${hex}${part}` : hex;
}
