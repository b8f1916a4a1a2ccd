import type { ChartView } from './chartView';

/** What the keys of a chart do, besides zooming and panning it. */
export interface ChartKeys {
  /** Moves the crosshair to the next point. */
  readonly step: (direction: -1 | 1) => void;
  readonly reset: () => void;
  readonly enlarge: () => void;
  readonly escape: () => void;
}

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
