import type { KeyLine } from '../ui/keySheet';
import type { ChartView } from './chartView';

/** What the keys of a chart do, besides zooming and panning it. */
export interface ChartKeys {
  /** Moves the crosshair to the next point. */
  readonly step: (direction: -1 | 1) => void;
  readonly reset: () => void;
  readonly enlarge: () => void;
  readonly escape: () => void;
}

/** The page's keys, as "?" lists them. */
export const CHARTS_KEYS: readonly KeyLine[] = [
  ['/', 'go to the filter of the metrics'],
  ['+ and −', 'on a chart: zoom in and out; 0 resets the zoom'],
  ['← and →', 'on a chart: move the crosshair to the next point'],
  ['Shift+← and →', 'on a chart: move what is shown; so does a touch pad, and dragging with Shift'],
  ['Enter, Esc', 'on a chart: enlarge it, and back'],
  ['Ctrl+wheel, drag', 'on a chart: zoom; a double-click resets the zoom'],
  ['← and →', 'in the runs: the next run'],
  ['↑ ↓ ← →', 'in a legend: the next run, its pin and its eye'],
  ['Space', 'on a run: show or hide it'],
  ['o', 'on a run: hide all others but the pinned'],
  ['p', 'on a run: pin it, so that it is first, in front, and there whatever the filter says'],
  ['b', 'on a run: make it the baseline'],
  ['c', 'on a run: set its color'],
  ['Enter', 'on a run: open it'],
  ['?', 'show these shortcuts'],
];

/** For `aria-keyshortcuts`. */
export const CHART_KEYS = '+ - ArrowLeft ArrowRight Shift+ArrowLeft Shift+ArrowRight 0 Enter Escape';

/** Handles a key on a focused chart; `view` is missing where there is nothing to zoom. */
export function onChartKey(event: KeyboardEvent, view: ChartView | undefined, keys: ChartKeys): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const action = actionOf(event, view, keys);
  if (action) {
    event.preventDefault();
    action();
  }
}

function actionOf(
  { key, shiftKey }: KeyboardEvent,
  view: ChartView | undefined,
  keys: ChartKeys,
): (() => void) | undefined {
  const direction = key === 'ArrowLeft' ? -1 : 1;
  switch (key) {
    case '+':
    case '=':
      return view && (() => view.zoomStep('in'));
    case '-':
    case '_':
      return view && (() => view.zoomStep('out'));
    case 'ArrowLeft':
    case 'ArrowRight':
      return view && (() => (shiftKey ? view.panBy(direction * 0.25) : keys.step(direction)));
    case '0':
    case 'Home':
      return keys.reset;
    case 'Enter':
      return keys.enlarge;
    case 'Escape':
      return keys.escape;
    default:
      return undefined;
  }
}
