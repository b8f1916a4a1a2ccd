import type { Page } from 'playwright-core';

/** A chart read back from chart.js. */
export interface DrawnChart {
  datasets: { label: string; color: string; width: number; points: [x: number, y: number][] }[];
  x: { min: number; max: number; type: string };
  y: { min: number; max: number; type: string };
}

interface ScaleLike {
  min: number;
  max: number;
  type: string;
}

interface CardElement extends Element {
  view?: {
    chart: {
      data: {
        datasets: {
          label: string;
          borderColor: string;
          borderWidth: number;
          data: { x: number; y: number }[];
        }[];
      };
      scales: { x: ScaleLike; y: ScaleLike };
    };
  };
}

/** The chart of a metric as it is drawn now. */
export async function readChart(page: Page, metric: string): Promise<DrawnChart> {
  await page.waitForFunction(
    (key) =>
      document.querySelector<CardElement>(`chart-card[data-metric="${CSS.escape(key)}"]`)?.view !== undefined,
    metric,
    { timeout: 60_000 },
  );
  const text = await page.evaluate((key) => {
    const { chart } = document.querySelector<CardElement>(
      `chart-card[data-metric="${CSS.escape(key)}"]`,
    )!.view!;
    const scale = ({ min, max, type }: ScaleLike): ScaleLike => ({ min, max, type });
    return JSON.stringify({
      datasets: chart.data.datasets.map(({ label, borderColor, borderWidth, data }) => ({
        label,
        color: borderColor,
        width: borderWidth,
        points: data.map(({ x, y }) => [x, y]),
      })),
      x: scale(chart.scales.x),
      y: scale(chart.scales.y),
    });
  }, metric);
  return JSON.parse(text) as DrawnChart;
}

/** Waits until the chart is as `ready` says; fails where it never is. */
export async function chartWhere(
  page: Page,
  metric: string,
  ready: (chart: DrawnChart) => boolean,
): Promise<DrawnChart> {
  const end = Date.now() + 60_000;
  for (;;) {
    const chart = await readChart(page, metric);
    if (ready(chart)) {
      return chart;
    }
    if (Date.now() > end) {
      throw new Error(
        `The chart of ${metric} is not as expected after 60 s: ${JSON.stringify(chart).slice(0, 2000)}`,
      );
    }
    await page.waitForTimeout(50);
  }
}

/** y of every point, breaks (null on its way out of the page) left out. */
export function valuesOf(chart: DrawnChart, dataset = 0): number[] {
  return chart.datasets[dataset]!.points.flatMap(([, y]) => (typeof y === 'number' ? [y] : []));
}

/** Pixels of a colour (#rrggbb, within a tolerance a channel) on a canvas, in a part of its height from 0 to 1. */
export async function countPixels(
  page: Page,
  selector: string,
  color: string,
  part: [from: number, to: number] = [0, 1],
): Promise<number> {
  return page.evaluate(
    ({ canvasSelector, wanted, from, to }) => {
      const canvas = document.querySelector<HTMLCanvasElement>(canvasSelector)!;
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
    { canvasSelector: selector, wanted: color, from: part[0], to: part[1] },
  );
}

export function canvasOf(metric: string): string {
  return `chart-card[data-metric="${metric}"] canvas`;
}

export function plotOf(metric: string): string {
  return `chart-card[data-metric="${metric}"] .plot`;
}

export async function saidOf(page: Page, metric: string): Promise<string> {
  return (await page.locator(`chart-card[data-metric="${metric}"] .said`).textContent()) ?? '';
}

/** A text on a canvas, from where to where, CSS pixels. */
export interface DrawnText {
  text: string;
  from: number;
  to: number;
  y: number;
}

/** From now on what is written on canvases inside an element is noted; the function returned reads it, each once. */
export async function recordTexts(page: Page, within: string): Promise<() => Promise<DrawnText[]>> {
  await page.evaluate((selector) => {
    const drawn = new Map<string, DrawnText>();
    Object.assign(window, { drawn });
    const { prototype } = CanvasRenderingContext2D;
    const fillText = Object.getOwnPropertyDescriptor(prototype, 'fillText')!.value as (
      this: CanvasRenderingContext2D,
      text: string,
      x: number,
      y: number,
    ) => void;
    prototype.fillText = function (text: string, x: number, y: number) {
      if (this.canvas.closest(selector)) {
        const { width } = this.measureText(text);
        const from = this.textAlign === 'right' ? x - width : this.textAlign === 'center' ? x - width / 2 : x;
        drawn.set(`${text} ${Math.round(from)} ${Math.round(y)}`, { text, from, to: from + width, y });
      }
      fillText.call(this, text, x, y);
    };
  }, within);
  return () =>
    page.evaluate(() => [...(window as Window & { drawn?: Map<string, DrawnText> }).drawn!.values()]);
}
