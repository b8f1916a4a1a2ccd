import type { ScaleOptionsByType } from 'chart.js';
import { exactNumber, formatNumber, groupedDigits } from '../../src/mlflow/format';
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
    return groupedDigits(value.toFixed(digits));
  }
  return formatNumber(value, 4);
}

/** A colour with another opacity, 0 to 1. */
export function withAlpha(hex: string, alpha: number): string {
  const part = Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0');
  return /^#[0-9a-f]{6}$/i.test(hex) ? `${hex}${part}` : hex;
}
