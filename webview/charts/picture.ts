import type { Chart } from 'chart.js';
import type { ChartLook } from '../ui/chartLook';

const SCALE = 2;
const LINE = 18;
const HEAD = 28;
const MOST_ROWS = 20;

/** A chart at twice its size with its title and legend, on the theme's background. */
export function pictureOf(
  chart: Chart,
  look: ChartLook,
  title: string,
  legend: readonly { label: string; color: string }[],
): HTMLCanvasElement {
  chart.options.devicePixelRatio = SCALE;
  chart.resize();
  const rows = legend.slice(0, MOST_ROWS);
  const canvas = document.createElement('canvas');
  canvas.width = chart.width * SCALE;
  canvas.height = (HEAD + chart.height + rows.length * LINE + 8) * SCALE;
  const ctx = canvas.getContext('2d')!;
  ctx.scale(SCALE, SCALE);
  ctx.fillStyle = look.background;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = look.text;
  ctx.font = `600 ${look.font.size + 2}px ${look.font.family}`;
  ctx.fillText(title, 10, 19);
  ctx.drawImage(chart.canvas, 0, HEAD, chart.width, chart.height);
  ctx.font = `${look.font.size}px ${look.font.family}`;
  rows.forEach(({ label, color }, i) => {
    const y = HEAD + chart.height + i * LINE + 4;
    ctx.fillStyle = color;
    ctx.fillRect(10, y + 4, 12, 3);
    ctx.fillStyle = look.text;
    ctx.fillText(label, 28, y + 10);
  });
  chart.options.devicePixelRatio = window.devicePixelRatio;
  chart.resize();
  return canvas;
}
