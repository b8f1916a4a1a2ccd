import {
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type ChartConfiguration,
} from 'chart.js';
import zoomPlugin from 'chartjs-plugin-zoom';
import { withAlpha, type ChartLook } from '../ui/chartLook';
import {
  makeDatasets,
  makeMarks,
  xScale,
  yScale,
  type DatasetRole,
  type Drawing,
  type Point,
} from './drawing';
import { HistoryController } from './historyController';
import { marksPlugin, setMarks } from './marks';
import { pictureOf, type PictureItem } from './picture';

Chart.register(
  LineController,
  HistoryController,
  LineElement,
  PointElement,
  LinearScale,
  LogarithmicScale,
  Filler,
  zoomPlugin,
);

const FADED = 0.22;
const HOVERED = 2.5;

export interface ChartViewEvents {
  /** The user zoomed or panned to this. */
  onRange(range: [number, number]): void;
  /** The scales are others than before, on the way to a range or there. */
  onScales(): void;
}

/** A chart.js chart of histories, on a canvas of its own. */
export class ChartView {
  private readonly chart: Chart<'line', Point[]>;
  private roles: DatasetRole[] = [];
  private hovered: string | null = null;

  constructor(
    canvas: HTMLCanvasElement,
    private readonly events: ChartViewEvents,
    look: ChartLook,
  ) {
    const moved = (): void => this.events.onScales();
    const report = ({ chart }: { chart: Chart }): void => {
      const { min, max } = chart.scales.x!;
      this.events.onRange([min, max]);
    };
    const configuration: ChartConfiguration<'line', Point[]> = {
      type: 'line',
      data: { datasets: [] },
      plugins: [marksPlugin],
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        responsive: true,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { top: 6, right: 10 } },
        plugins: {
          zoom: {
            limits: { x: { min: 'original', max: 'original' } },
            pan: { enabled: true, mode: 'x', modifierKey: 'shift', onPan: moved, onPanComplete: report },
            zoom: {
              mode: 'x',
              wheel: { enabled: true, modifierKey: 'ctrl' },
              pinch: { enabled: true },
              drag: { enabled: true, threshold: 8, ...dragLook(look) },
              onZoom: moved,
              onZoomComplete: report,
            },
          },
        },
      },
    };
    this.chart = new Chart(canvas, configuration);
  }

  /** Draws anew what is known. */
  update(
    drawing: Drawing,
    x: [number, number],
    y: [number, number],
    limits: [number, number],
    robust: boolean,
  ): void {
    const { chart } = this;
    const { datasets, roles } = makeDatasets(drawing);
    this.roles = roles;
    chart.data.datasets = datasets;
    const options = chart.options;
    options.scales = {
      x: xScale(drawing.settings, x, drawing.look),
      y: yScale(drawing.settings, y, drawing.look),
    };
    const zoom = options.plugins!.zoom!;
    zoom.limits = { x: { min: limits[0], max: limits[1] } };
    Object.assign(zoom.zoom!.drag!, dragLook(drawing.look));
    setMarks(chart, drawing.groups.length > 0 ? [] : makeMarks(drawing, robust));
    this.style();
    chart.update('none');
    this.events.onScales();
  }

  /** Lights one run's lines up and lets the others fade; null for all alike. */
  setHovered(run: string | null): void {
    if (run === this.hovered) {
      return;
    }
    this.hovered = run;
    this.style();
    this.chart.data.datasets.forEach((dataset, i) => {
      // Only the line's own options change, so the points need not be gone through again.
      const element = this.chart.getDatasetMeta(i).dataset;
      if (element) {
        element.options = {
          ...element.options,
          borderColor: dataset.borderColor as string,
          borderWidth: dataset.borderWidth as number,
        };
      }
    });
    this.chart.draw();
  }

  /** Round the middle: half of what is seen, or twice as much. */
  zoomStep(direction: 'in' | 'out'): void {
    // The plug-in takes away (amount - 1) of the width.
    this.chart.zoom({ x: direction === 'in' ? 1.5 : 0 });
    this.events.onRange(this.xRange);
  }

  /** By a share of the width, to the right where positive. */
  panBy(share: number): void {
    this.chart.pan({ x: -share * this.chart.chartArea.width }, undefined, 'none');
    this.events.onRange(this.xRange);
  }

  /** Where the plot lies on the canvas, CSS pixels. */
  get area(): { left: number; right: number; top: number; bottom: number } {
    return this.chart.chartArea;
  }

  get xRange(): [number, number] {
    const { min, max } = this.chart.scales.x!;
    return [min, max];
  }

  toPixel(x: number, y: number): { x: number; y: number } {
    return {
      x: this.chart.scales.x?.getPixelForValue(x) ?? 0,
      y: this.chart.scales.y?.getPixelForValue(y) ?? 0,
    };
  }

  toX(pixel: number): number {
    return this.chart.scales.x?.getValueForPixel(pixel) ?? NaN;
  }

  /** The chart at twice its size, on the theme's background. */
  picture(look: ChartLook, title: string, legend: readonly PictureItem[]): HTMLCanvasElement {
    return pictureOf(this.chart, look, title, legend);
  }

  destroy(): void {
    this.chart.destroy();
  }

  private style(): void {
    const { hovered } = this;
    const lit = this.roles.some(({ runs }) => hovered !== null && runs.includes(hovered));
    this.chart.data.datasets.forEach((dataset, i) => {
      const role = this.roles[i]!;
      const mine = hovered !== null && role.runs.includes(hovered);
      const trace = role.kind === 'trace';
      const width = trace ? (mine || (lit && this.sharesGroup(role)) ? 1 : 0) : role.width;
      dataset.borderWidth = lit && mine && role.kind === 'line' ? HOVERED : width;
      dataset.borderColor =
        lit && !mine && !trace && role.kind !== 'band' ? withAlpha(role.color, FADED) : role.color;
    });
  }

  /** The single traces of a group show while any of its runs is hovered. */
  private sharesGroup(role: DatasetRole): boolean {
    return this.roles.some(
      ({ kind, runs }) =>
        kind === 'line' &&
        this.hovered !== null &&
        runs.includes(this.hovered) &&
        runs.includes(role.runs[0]!),
    );
  }
}

function dragLook(look: ChartLook): { backgroundColor: string; borderColor: string; borderWidth: number } {
  return { backgroundColor: withAlpha(look.accent, 0.2), borderColor: look.accent, borderWidth: 1 };
}
