import { html, nothing, svg, type TemplateResult } from 'lit';
import { formatNumber } from '../../src/mlflow/format';

const WIDTH = 80;
const HEIGHT = 16;

export interface SparklinePoints {
  steps: Float64Array;
  values: Float64Array;
}

/** A history as a line of text height; the space is reserved before the points are there. */
export function sparklineGraphic(points: SparklinePoints | undefined): TemplateResult {
  return html`<span class="sparkline"
    >${points && points.values.length > 1 ? graphic(points) : nothing}</span
  >`;
}

function graphic({ steps, values }: SparklinePoints): TemplateResult {
  const [left, width] = range(steps);
  const [bottom, height] = range(values);
  const place = (i: number): string => {
    const x = 1 + (width === 0 ? 0.5 : (steps[i]! - left) / width) * (WIDTH - 2);
    const y = HEIGHT - 1 - (height === 0 ? 0.5 : (values[i]! - bottom) / height) * (HEIGHT - 2);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  const line = Array.from(values, (_, i) => place(i)).join(' ');
  const label = `From ${formatNumber(values[0])} to ${formatNumber(values[values.length - 1])}`;
  return html`<svg
    width=${WIDTH}
    height=${HEIGHT}
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label=${label}
  >
    ${svg`<polyline points=${line} fill="none" stroke="currentColor" stroke-width="1.25" />`}
  </svg>`;
}

/** Least value and extent. */
function range(values: Float64Array): [least: number, extent: number] {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return [least, greatest - least];
}
