import type { ChartSampleRequest, ChartSeries } from '../../src/protocol/charts';
import type { RunActions } from './runsLine';

/** What a card asks of its page. */
export interface CardHost {
  /** Null for a series that is `known`. @param signal null where the answer serves in any case */
  readonly sample: (
    request: ChartSampleRequest,
    signal: AbortSignal | null,
  ) => Promise<(ChartSeries | null)[]>;
  readonly actions: RunActions;
  readonly setRange: (metric: string, range: [number, number] | null) => void;
  /** The crosshair stands at x in all charts; null: nowhere. */
  readonly setCursor: (x: number | null) => void;
  /** What the card's lines span, for a y range that charts share. */
  readonly setYExtent: (metric: string, extent: [number, number] | null) => void;
  /** All charts over relative time; the one that it was asked for keeps the keyboard. */
  readonly showOverTime: (metric: string) => void;
  readonly enlarge: (metric: string | null) => void;
  readonly saveCsv: (metric: string) => void;
  readonly savePicture: (metric: string, canvas: HTMLCanvasElement) => void;
  readonly copyPicture: (metric: string, canvas: HTMLCanvasElement) => void;
  readonly move: (metric: string, by: -1 | 1) => void;
  /** Puts a metric where another stands. */
  readonly place: (metric: string, onto: string) => void;
}
