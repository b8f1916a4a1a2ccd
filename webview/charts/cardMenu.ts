import type { MenuItem } from '../ui/menu';
import type { CardHost } from './cardHost';

/** The actions of one chart. `picture` hands over what is drawn, at twice its size. */
export function cardMenu(
  host: CardHost,
  metric: string,
  picture: (use: (canvas: HTMLCanvasElement) => void) => void,
): MenuItem[] {
  return [
    { label: 'Reset Zoom', icon: 'discard', run: () => host.setRange(metric, null) },
    {
      label: 'Save Image…',
      icon: 'save',
      separated: true,
      run: () => picture((canvas) => host.savePicture(metric, canvas)),
    },
    {
      label: 'Copy Image',
      icon: 'copy',
      run: () => picture((canvas) => host.copyPicture(metric, canvas)),
    },
    { label: 'Save Data as CSV…', icon: 'table', run: () => host.saveCsv(metric) },
    { label: 'Move Forward', icon: 'arrow-left', separated: true, run: () => host.move(metric, -1) },
    { label: 'Move Back', icon: 'arrow-right', run: () => host.move(metric, 1) },
  ];
}

const DRAGGED = 'application/x-mlflow-lens-metric';

/** A chart's title is dragged onto another chart to stand in its place. */
export function startDrag(event: DragEvent, metric: string): void {
  event.dataTransfer?.setData(DRAGGED, metric);
}

export function dragOver(event: DragEvent): void {
  if (event.dataTransfer?.types.includes(DRAGGED)) {
    event.preventDefault();
  }
}

export function dropOn(event: DragEvent, onto: string, host: CardHost): void {
  const metric = event.dataTransfer?.getData(DRAGGED);
  if (metric && metric !== onto) {
    event.preventDefault();
    host.place(metric, onto);
  }
}
