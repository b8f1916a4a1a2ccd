import type { Chart } from 'chart.js';
import type { ChartLook } from '../ui/chartLook';
import { runColor, runDash } from '../ui/theme';
import type { RunLine } from './lines';

const SCALE = 2;
const LINE = 18;
const HEAD = 28;
const MOST_ROWS = 20;
/** So long is a line in the legend that each dash is seen twice. */
const SAMPLE = 32;

/** A line of a picture's legend, as it is drawn. */
export interface PictureItem {
  label: string;
  color: string;
  dash: readonly number[];
}

/** What a picture's legend says of the lines. */
export function legendOf(lines: readonly RunLine[]): PictureItem[] {
  return lines.map(({ run }) => ({
    label: run.name,
    color: runColor(run.color),
    dash: runDash(run.color),
  }));
}

/** A chart at twice its size with its title and legend, on the theme's background. */
export function pictureOf(
  chart: Chart,
  look: ChartLook,
  title: string,
  legend: readonly PictureItem[],
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
  ctx.lineWidth = 2;
  rows.forEach(({ label, color, dash }, i) => {
    const y = HEAD + chart.height + i * LINE + 4;
    ctx.strokeStyle = color;
    ctx.setLineDash([...dash]);
    ctx.beginPath();
    ctx.moveTo(10, y + 6);
    ctx.lineTo(10 + SAMPLE, y + 6);
    ctx.stroke();
    ctx.fillStyle = look.text;
    ctx.fillText(label, 10 + SAMPLE + 8, y + 10);
  });
  chart.options.devicePixelRatio = window.devicePixelRatio;
  chart.resize();
  return canvas;
}
