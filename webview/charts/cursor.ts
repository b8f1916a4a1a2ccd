import type { XKind } from '../../src/mlflow/samples';
import { formatDateTime, formatDuration, formatNumber, plainText } from '../../src/mlflow/format';
import { isUsual } from '../../src/mlflow/times';
import { wholeText } from '../../src/mlflow/wholeNumbers';
import { keyOf, type RunKey } from '../../src/mlflow/runKey';
import { dotStyles } from '../ui/runDot';
import type { ChartView } from './chartView';
import {
  nearestIndex,
  nearestPoint,
  repeatsBest,
  type GroupLine,
  type NearestPoint,
  type RunLine,
} from './lines';

/** More dots than this say nothing. */
const MOST_DOTS = 20;
/** How near to a line the pointer lights it up, CSS pixels. */
const REACH = 24;

/**
 * The crosshair of one chart: a line, a dot on each run's nearest point, and the exact values in the legend. It
 * moves elements of its own and never has the chart drawn again.
 */
export class Cursor {
  /** Where the crosshair stands; null: nowhere. */
  x: number | null = null;

  show(
    card: HTMLElement,
    view: ChartView,
    lines: readonly RunLine[],
    groups: readonly GroupLine[],
    x: number | null,
    kind: XKind,
    hovered: string | null,
  ): void {
    const layer = card.querySelector<HTMLElement>('.cursor-layer');
    if (!layer) {
      return;
    }
    this.x = x;
    const [min, max] = view.xRange;
    if (x === null || x < min || x > max) {
      this.clear(card);
      return;
    }
    const { top, bottom } = view.area;
    const line = element(layer, 0, 'cursor-line');
    line.style.transform = `translate(${view.toPixel(x, 0).x}px, ${top}px)`;
    line.style.height = `${bottom - top}px`;
    layer.hidden = false;
    showGroups(card, groups, x);
    const cells = new Map(
      [...card.querySelectorAll<HTMLElement>('[data-cursor]')].map((cell) => [cell.dataset.cursor, cell]),
    );
    let dots = 0;
    let named: { text: string; x: number; y: number } | null = null;
    for (const runLine of lines) {
      const point = nearestPoint(runLine.series, x);
      const cell = cells.get(keyOf(runLine.run));
      if (cell) {
        cell.textContent = point ? readout(runLine, point, kind) : '–';
      }
      if (point && keyOf(runLine.run) === hovered) {
        const { x: left, y: height } = view.toPixel(point.x, point.smoothed ?? point.y);
        named = {
          text: `${plainText(runLine.run.name, 40)}  ${readout(runLine, point, kind)}`,
          x: left,
          y: height,
        };
      }
      if (point && point.x >= min && point.x <= max && dots < MOST_DOTS) {
        const dot = element(layer, ++dots, 'cursor-dot');
        const place = view.toPixel(point.x, point.smoothed ?? point.y);
        dot.style.transform = `translate(${place.x}px, ${place.y}px)`;
        Object.entries(dotStyles(runLine.run.color)).forEach(([name, value]) =>
          dot.style.setProperty(name, value),
        );
        dot.hidden = place.y < top || place.y > bottom;
      }
    }
    for (let i = dots + 1; i < layer.children.length; i++) {
      (layer.children[i] as HTMLElement).hidden = true;
    }
    showName(card, view, named);
  }

  clear(card: HTMLElement): void {
    this.x = null;
    const layer = card.querySelector<HTMLElement>('.cursor-layer');
    if (layer && !layer.hidden) {
      layer.hidden = true;
      showName(card, null, null);
      for (const cell of card.querySelectorAll<HTMLElement>('[data-cursor], [data-group]')) {
        cell.textContent = '';
      }
    }
  }

  /** The run whose line is nearest to the pointer, if any is near. */
  nearestRun(view: ChartView, lines: readonly RunLine[], x: number, pixelY: number): RunKey | null {
    let best: RunKey | null = null;
    let distance = REACH;
    for (const { run, series } of lines) {
      const point = nearestPoint(series, x);
      if (point) {
        const away = Math.abs(view.toPixel(point.x, point.smoothed ?? point.y).y - pixelY);
        if (away < distance) {
          distance = away;
          best = { store: run.store, runId: run.runId };
        }
      }
    }
    return best;
  }

  /** The next drawn x to the left or right, for the keyboard; the middle of the picture at first. */
  step(view: ChartView, lines: readonly RunLine[], direction: -1 | 1): number | null {
    const [min, max] = view.xRange;
    if (this.x === null) {
      const middle = lines[0] && nearestPoint(lines[0].series, (min + max) / 2);
      return middle?.x ?? null;
    }
    let next: number | null = null;
    for (const { series } of lines) {
      for (const x of series.line.x) {
        const beyond = direction > 0 ? x > this.x && x <= max : x < this.x && x >= min;
        if (beyond && (next === null || (direction > 0 ? x < next : x > next))) {
          next = x;
        }
      }
    }
    return next ?? this.x;
  }
}

/** Names the run that is lit up beside its point: the legend may be far, or full. */
function showName(
  card: HTMLElement,
  view: ChartView | null,
  named: { text: string; x: number; y: number } | null,
): void {
  const label = card.querySelector<HTMLElement>('.cursor-label');
  if (!label) {
    return;
  }
  label.hidden = !named;
  if (named && view) {
    const { left, right, top, bottom } = view.area;
    label.textContent = named.text;
    const width = label.offsetWidth;
    const beside = named.x > (left + right) / 2 ? named.x - 10 - width : named.x + 10;
    const x = Math.max(0, Math.min(beside, right - width));
    label.style.transform = `translate(${x}px, ${Math.min(bottom - 24, Math.max(top, named.y - 28))}px)`;
  }
}

/** Of each group the mean and its band at x, and how many runs stand behind it there. */
function showGroups(card: HTMLElement, groups: readonly GroupLine[], x: number): void {
  const cells = card.querySelectorAll<HTMLElement>('[data-group]');
  groups.forEach(({ band }, i) => {
    const at = nearestIndex(band.x, band.mean, x);
    const cell = cells[i];
    if (cell && at >= 0) {
      const spread = Number.isNaN(band.low[at]!)
        ? ''
        : ` (${formatNumber(band.low[at])} to ${formatNumber(band.high[at])})`;
      cell.textContent = `${formatNumber(band.mean[at], 6)}${spread}, n = ${band.n[at]}`;
    }
  });
}

function readout(line: RunLine, point: NearestPoint, kind: XKind): string {
  const isRepeat = line.run.repeated?.step === point.step && repeatsBest(line);
  const smoothed = point.smoothed === null ? '' : ` (${formatNumber(point.smoothed, 6)})`;
  const at =
    kind === 'step'
      ? wholeText(point.step, point.stepRest)
      : kind === 'time'
        ? `${clock(point)}, step ${wholeText(point.step, point.stepRest)}`
        : `${formatDuration(point.x)}, step ${wholeText(point.step, point.stepRest)}`;
  return `${formatNumber(point.y, 8)}${smoothed} @ ${at}${isRepeat ? ', the best again' : ''}`;
}

/** The time of day; of a time that is none in ms, what it is. */
function clock({ timestamp, timestampRest }: NearestPoint): string {
  const text = isUsual(timestamp) ? formatDateTime(timestamp).slice(11) : '';
  return text === '' ? `time ${wholeText(timestamp, timestampRest)}` : text;
}

function element(layer: HTMLElement, index: number, className: string): HTMLElement {
  while (layer.children.length <= index) {
    layer.append(document.createElement('div'));
  }
  const child = layer.children[index] as HTMLElement;
  child.className = className;
  child.hidden = false;
  return child;
}
