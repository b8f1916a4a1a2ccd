import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { plainText } from '../../src/mlflow/format';
import type { SweepColumn } from '../../src/protocol/sweep';
import { chartLook, withAlpha } from '../ui/chartLook';
import { styles } from '../ui/styles';
import { drawnBrush, type AxisBrush } from './brush';
import { canBeLog, isCategory, valueAt, type Sweep } from './model';
import { drawAxes, leastWidth, leftOut, marginsOf } from './parallelAxes';
import {
  drawLines,
  drawOne,
  layoutOf,
  linePlaces,
  nearestLine,
  placeAt,
  type Layout,
  type Margins,
} from './parallelDrawing';

export interface ParallelHost {
  readonly brush: (axis: string, brush: AxisBrush | null) => void;
  readonly hover: (run: number | null) => void;
  readonly open: (run: number) => void;
  readonly reorder: (axes: string[]) => void;
  readonly setLog: (axis: string, log: boolean) => void;
}

const HEIGHT = 320;
/** Half the width of an axis that a brush is drawn on, CSS pixels. */
const AXIS_REACH = 14;
const LINE_REACH = 12;

/** Each run a line through its params and metrics. Drag along an axis to brush, drag its title to move it. */
@customElement('parallel-coordinates')
export class ParallelCoordinates extends LitElement {
  @property({ attribute: false }) host!: ParallelHost;
  @property({ attribute: false }) sweep!: Sweep;
  @property({ attribute: false }) axes: readonly SweepColumn[] = [];
  @property({ attribute: false }) brushes: ReadonlyMap<string, AxisBrush> = new Map();
  /** Changes with the theme. */
  @property({ type: Number }) theme = 0;

  private layout: Layout | undefined;
  private places: Float32Array[] = [];
  /** All lines faint, drawn once: brushing draws only what is inside on top of it. */
  private faint: ImageBitmap | undefined;
  private dragging: { axis: number; from: number } | undefined;
  private moved: number | undefined;
  private readonly resizer = new ResizeObserver(() => this.rebuild());

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    this.resizer.disconnect();
    super.disconnectedCallback();
  }

  protected override firstUpdated(): void {
    this.resizer.observe(this.querySelector('.parallel-plot')!);
  }

  protected override updated(changed: Map<string, unknown>): void {
    const before = changed.get('sweep') as Sweep | undefined;
    const lines =
      changed.has('axes') ||
      changed.has('theme') ||
      (changed.has('sweep') && (before?.data !== this.sweep.data || before.goodness !== this.sweep.goodness));
    if (lines || !this.layout) {
      this.rebuild();
    } else {
      this.draw();
    }
  }

  protected override render(): TemplateResult {
    const { axes } = this;
    const margins = this.margins();
    const layout = layoutOf(this.layout?.width ?? 900, HEIGHT, axes.length, margins);
    return html`<div class="parallel">
        <div ${styles({ 'min-width': `${leastWidth(axes, margins, HEIGHT, chartLook())}px` })}>
          <div class="axis-titles" role="list" aria-label="Axes">
            ${axes.map(
              (column, i) =>
                html`<button
                  type="button"
                  role="listitem"
                  class="axis-title"
                  draggable="true"
                  title=${this.titleOf(column)}
                  aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight Enter Delete L"
                  ${styles({ left: `${layout.x[i]}px`, 'max-width': `${this.titleWidth(i, layout)}px` })}
                  @dragstart=${(event: DragEvent) => this.startMove(event, i)}
                  @dragover=${(event: DragEvent) => event.preventDefault()}
                  @drop=${(event: DragEvent) => this.drop(event, i)}
                  @keydown=${(event: KeyboardEvent) => this.onAxisKey(event, i)}
                >
                  <bdi class="cut">${plainText(column.name, 60)}</bdi>${column.kind === 'log' ? ' (log)' : ''}
                </button>`,
            )}
          </div>
          <div
            class="parallel-plot ${axes.some(({ missing, notFinite }) => missing + notFinite > 0) ? '' : 'whole'}"
            role="img"
            aria-label=${this.summary()}
            @pointerdown=${this.onDown}
            @pointermove=${this.onMove}
            @pointerup=${this.onUp}
            @pointerleave=${() => this.host.hover(null)}
            @click=${this.onClick}
            @dblclick=${this.onDoubleClick}
          >
            <canvas aria-hidden="true"></canvas>
          </div>
        </div>
      </div>
      ${this.bounds()}`;
  }

  private margins(): Margins {
    return marginsOf(this.axes, HEIGHT, chartLook());
  }

  private titleOf(column: SweepColumn): string {
    return [
      `${plainText(column.name, 500)}: drag to move${canBeLog(column) ? ', L for linear or logarithmic' : ''}`,
      'Keys: Alt+Left and Alt+Right move, Enter brushes, Delete removes the brush',
      leftOut(column, HEIGHT),
    ]
      .filter(Boolean)
      .join('\n');
  }

  /** To its neighbours, or as far as there is room on both sides of an outer one. */
  private titleWidth(axis: number, { x, width }: Layout): number {
    const spacing = x.length > 1 ? x[1]! - x[0]! : width;
    const outer = axis === 0 ? x[0]! : axis === x.length - 1 ? width - x[axis]! : Infinity;
    return Math.max(60, Math.min(2 * outer, x.length > 1 ? spacing - 8 : width));
  }

  private summary(): string {
    const { sweep } = this;
    const inside = sweep.selected ? `, ${sweep.selected.size} of them inside the brushes` : '';
    return `Parallel coordinates of ${sweep.data.runs.length} runs over ${this.axes
      .map(({ name }) => plainText(name))
      .join(', ')}${inside}.`;
  }

  /** Typed bounds of the numeric axes that are brushed, and a way to begin without a mouse. */
  private bounds(): TemplateResult | typeof nothing {
    const brushed = this.axes.filter(({ id }) => this.brushes.has(id));
    if (brushed.length === 0) {
      return nothing;
    }
    return html`<div class="bounds">
      ${brushed.map((column) => {
        const brush = this.brushes.get(column.id)!;
        const name = plainText(column.name, 40);
        const input = (end: 'from' | 'to'): TemplateResult | typeof nothing =>
          'missing' in brush ? nothing : this.boundInput(column, brush, end);
        return html`<span class="bound">
          <bdi>${name}</bdi> ${input('from')} ${'missing' in brush ? 'none' : 'to'} ${input('to')}
          <button
            type="button"
            class="icon-button"
            title=${`Remove the brush of ${name}`}
            aria-label=${`Remove the brush of ${name}`}
            @click=${() => this.host.brush(column.id, null)}
          >
            <span class="codicon codicon-close" aria-hidden="true"></span>
          </button>
        </span>`;
      })}
    </div>`;
  }

  private boundInput(
    column: SweepColumn,
    brush: { from: number; to: number },
    end: 'from' | 'to',
  ): TemplateResult {
    const label = `${plainText(column.name, 40)} ${end}`;
    if (!isCategory(column)) {
      return html`<input
        type="text"
        inputmode="decimal"
        aria-label=${label}
        .value=${String(brush[end])}
        @change=${(event: Event) => this.type(column, brush, end, (event.target as HTMLInputElement).value)}
      />`;
    }
    const chosen = end === 'from' ? Math.ceil(brush.from) : Math.floor(brush.to);
    return html`<select
      aria-label=${label}
      @change=${(event: Event) => this.type(column, brush, end, (event.target as HTMLSelectElement).value)}
    >
      ${column.categories.map(
        (text, index) =>
          html`<option value=${index} ?selected=${index === chosen}>${plainText(text, 40)}</option>`,
      )}
    </select>`;
  }

  private type(
    column: SweepColumn,
    brush: { from: number; to: number },
    end: 'from' | 'to',
    text: string,
  ): void {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value)) {
      this.host.brush(column.id, { ...brush, [end]: value });
    } else {
      this.requestUpdate();
    }
  }

  private rebuild(): void {
    const plot = this.querySelector<HTMLElement>('.parallel-plot');
    const canvas = this.querySelector('canvas');
    if (!plot || !canvas || plot.clientWidth === 0) {
      return;
    }
    if (this.layout?.width !== plot.clientWidth) {
      // The titles stand where the axes are.
      this.requestUpdate();
    }
    this.layout = layoutOf(plot.clientWidth, HEIGHT, this.axes.length, this.margins());
    this.places = linePlaces(this.axes, this.layout);
    size(canvas, this.layout);
    this.faint = undefined;
    this.draw();
  }

  private draw(): void {
    const { layout, sweep } = this;
    const ctx = this.querySelector('canvas')?.getContext('2d');
    if (!layout || !ctx) {
      return;
    }
    const look = chartLook();
    ctx.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    ctx.clearRect(0, 0, layout.width, layout.height);
    if (sweep.selected) {
      ctx.drawImage(this.faintLines(), 0, 0, layout.width, layout.height);
    }
    drawLines(ctx, sweep, this.places, layout, sweep.selected, null);
    if (sweep.hovered !== null && sweep.hovered < sweep.data.runs.length) {
      drawOne(ctx, sweep.hovered, this.places, layout, look.text, look.background);
    }
    drawAxes(ctx, this.axes, this.brushes, layout, look);
  }

  /** As pixels: a canvas would be drawn line by line again each time. */
  private faintLines(): ImageBitmap {
    if (!this.faint) {
      const { width, height } = this.layout!;
      const canvas = new OffscreenCanvas(
        Math.round(width * devicePixelRatio),
        Math.round(height * devicePixelRatio),
      );
      const ctx = canvas.getContext('2d')!;
      ctx.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
      drawLines(ctx, this.sweep, this.places, this.layout!, null, withAlpha('#808080', 0.18));
      this.faint = canvas.transferToImageBitmap();
    }
    return this.faint;
  }

  private place(event: MouseEvent): { x: number; y: number } {
    const box = this.querySelector('.parallel-plot')!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private axisAt(x: number): number {
    return this.layout?.x.findIndex((axis) => Math.abs(axis - x) <= AXIS_REACH) ?? -1;
  }

  private readonly onDown = (event: PointerEvent): void => {
    const { x, y } = this.place(event);
    const axis = this.axisAt(x);
    if (axis >= 0 && event.button === 0 && y <= this.layout!.bottom + 8) {
      this.dragging = { axis, from: y };
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      event.preventDefault();
    }
  };

  private readonly onMove = (event: PointerEvent): void => {
    const { x, y } = this.place(event);
    if (this.dragging) {
      this.brushTo(y);
      return;
    }
    if (this.layout) {
      const run = nearestLine(x, y, this.places, this.layout, this.sweep.selected, LINE_REACH);
      this.host.hover(run < 0 ? null : run);
      (event.currentTarget as HTMLElement).classList.toggle('on-axis', this.axisAt(x) >= 0);
    }
  };

  private brushTo(y: number): void {
    const { axis, from } = this.dragging!;
    if (Math.abs(y - from) < 3) {
      return;
    }
    const column = this.axes[axis]!;
    const places = [placeAt(from, this.layout!), placeAt(y, this.layout!)].sort((a, b) => a - b);
    this.host.brush(column.id, drawnBrush(column, valueAt(column, places[0]!), valueAt(column, places[1]!)));
  }

  private readonly onUp = (event: PointerEvent): void => {
    if (this.dragging) {
      const { axis, from } = this.dragging;
      this.dragging = undefined;
      if (Math.abs(this.place(event).y - from) < 3) {
        // A click on an axis takes its brush away.
        this.host.brush(this.axes[axis]!.id, null);
      }
    }
  };

  private readonly onClick = (event: MouseEvent): void => {
    const { x, y } = this.place(event);
    const axis = this.axisAt(x);
    if (axis >= 0 && y > this.layout!.bottom + 8) {
      this.host.brush(this.axes[axis]!.id, { missing: true });
    }
  };

  private readonly onDoubleClick = (event: MouseEvent): void => {
    const { x, y } = this.place(event);
    const run = this.layout
      ? nearestLine(x, y, this.places, this.layout, this.sweep.selected, LINE_REACH)
      : -1;
    if (run >= 0) {
      this.host.open(run);
    }
  };

  private startMove(event: DragEvent, axis: number): void {
    this.moved = axis;
    event.dataTransfer?.setData('text/plain', this.axes[axis]!.name);
  }

  private drop(event: DragEvent, axis: number): void {
    event.preventDefault();
    if (this.moved !== undefined) {
      this.move(this.moved, axis);
      this.moved = undefined;
    }
  }

  private move(from: number, to: number): void {
    const ids = this.axes.map(({ id }) => id);
    if (to >= 0 && to < ids.length && from !== to) {
      ids.splice(to, 0, ...ids.splice(from, 1));
      this.host.reorder(ids);
    }
  }

  private onAxisKey(event: KeyboardEvent, axis: number): void {
    const column = this.axes[axis]!;
    if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      const to = axis + (event.key === 'ArrowLeft' ? -1 : 1);
      this.move(axis, to);
      void this.updateComplete.then(() => this.querySelectorAll<HTMLElement>('.axis-title')[to]?.focus());
    } else if (event.key === 'Enter' && column.range) {
      // Begins with the whole axis; the bounds below are typed.
      this.host.brush(column.id, { from: column.range[0], to: column.range[1] });
    } else if (event.key === 'l' && canBeLog(column)) {
      this.host.setLog(column.id, column.kind !== 'log');
    } else if (event.key === 'Escape' || event.key === 'Delete') {
      this.host.brush(column.id, null);
    } else {
      return;
    }
    event.preventDefault();
  }
}

function size(canvas: HTMLCanvasElement, { width, height }: Layout): void {
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}
