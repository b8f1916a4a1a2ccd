import type { Page } from 'playwright-core';

/** A chart read back from chart.js. */
export interface DrawnChart {
  datasets: {
    label: string;
    color: string;
    points: [x: number, y: number][];
  }[];
  x: { min: number; max: number; type: string };
  y: { min: number; max: number; type: string };
}

/** The chart of a metric as it is drawn now; the page's own Chart.getChart is found through the canvas. */
export async function readChart(page: Page, metric: string): Promise<DrawnChart> {
  await page.waitForFunction(
    (key) => {
      const card = document.querySelector(`chart-card[data-metric="${CSS.escape(key)}"]`);
      return (card as unknown as { drawn?: unknown } | null)?.drawn !== undefined;
    },
    metric,
    { timeout: 10_000 },
  );
  return page.evaluate((key) => {
    const card = document.querySelector(`chart-card[data-metric="${CSS.escape(key)}"]`)!;
    const chart = (card as unknown as { drawn: ChartLike }).drawn;
    const scale = ({ min, max, type }: ChartLike['scales']['x']): DrawnChart['x'] => ({ min, max, type });
    return {
      datasets: chart.data.datasets.map(({ label, borderColor, data }) => ({
        label,
        color: borderColor,
        points: data.map(({ x, y }): [number, number] => [x, y]),
      })),
      x: scale(chart.scales.x),
      y: scale(chart.scales.y),
    };
  }, metric);
}

interface ScaleLike {
  min: number;
  max: number;
  type: string;
}

interface ChartLike {
  data: { datasets: { label: string; borderColor: string; data: { x: number; y: number }[] }[] };
  scales: { x: ScaleLike; y: ScaleLike };
}

/** Pixels of a colour (#rrggbb, within a tolerance a channel) on a chart's canvas, in a part of its height from 0 to 1. */
export async function countPixels(
  page: Page,
  metric: string,
  color: string,
  part: [from: number, to: number] = [0, 1],
): Promise<number> {
  return page.evaluate(
    ({ key, wanted, from, to }) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`chart-card[data-metric="${CSS.escape(key)}"] canvas`)!;
      const { width, height } = canvas;
      const top = Math.floor(from * height);
      const { data } = canvas.getContext('2d')!.getImageData(0, top, width, Math.ceil((to - from) * height));
      const channels = [1, 3, 5].map((at) => Number.parseInt(wanted.slice(at, at + 2), 16));
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        const near = channels.every((channel, c) => Math.abs(data[i + c]! - channel) < 24);
        count += near && data[i + 3]! > 128 ? 1 : 0;
      }
      return count;
    },
    { key: metric, wanted: color, from: part[0], to: part[1] },
  );
}
