import type { Sampling, Smoothing, XKind } from '../../src/mlflow/samples';
import type { BandKind } from '../../src/series/bands';

/** What the user chose for all charts; kept with the workspace. */
export interface ChartSettings {
  x: XKind;
  logX: boolean;
  logY: boolean;
  smoothing: Smoothing;
  /** `free`: each chart its own; `shared`: one for all charts of a section; `robust`: without outliers. */
  yRange: 'free' | 'shared' | 'robust';
  /** Zooming one chart zooms all. */
  shareX: boolean;
  /** A param's key, or `parent`; null for single runs. */
  groupBy: { kind: 'param'; key: string } | { kind: 'parent' } | null;
  band: BandKind;
}

export const DEFAULT_SETTINGS: ChartSettings = {
  x: 'step',
  logX: false,
  logY: false,
  smoothing: { kind: 'twema', weight: 0 },
  yRange: 'free',
  shareX: true,
  groupBy: null,
  band: 'interval',
};

/** Settings as they were stored, by this version or another: what is not understood is the default. */
export function readSettings(stored: unknown): ChartSettings {
  const known = (typeof stored === 'object' && stored !== null ? stored : {}) as Partial<ChartSettings>;
  const one = <T>(value: T | undefined, allowed: readonly T[], fallback: T): T =>
    value !== undefined && allowed.includes(value) ? value : fallback;
  const weight = known.smoothing?.weight;
  const group = known.groupBy;
  return {
    x: one(known.x, ['step', 'time', 'relative'], DEFAULT_SETTINGS.x),
    logX: known.logX === true,
    logY: known.logY === true,
    smoothing: {
      kind: one(known.smoothing?.kind, ['ema', 'twema', 'mean'], 'twema'),
      weight: typeof weight === 'number' && weight >= 0 && weight <= 1 ? weight : 0,
    },
    yRange: one(known.yRange, ['free', 'shared', 'robust'], 'free'),
    shareX: known.shareX !== false,
    groupBy:
      group?.kind === 'parent'
        ? { kind: 'parent' }
        : group?.kind === 'param' && typeof group.key === 'string'
          ? { kind: 'param', key: group.key }
          : null,
    band: one(known.band, ['minmax', 'std', 'interval'], 'interval'),
  };
}

/** How a chart's histories are sampled for a picture of `width` CSS pixels. */
export function samplingOf(
  { x, logX, logY, smoothing }: ChartSettings,
  range: [number, number] | null,
  width: number,
): Sampling {
  return {
    x,
    logX,
    logY,
    range,
    // Columns of the picture in steps, so that a width that changes a little asks for nothing.
    buckets: Math.max(100, Math.ceil((width - 60) / 50) * 50),
    smoothing: smoothing.weight > 0 ? smoothing : null,
  };
}

/** The key of the range that all charts share. */
export const ALL_CHARTS = '*';

/** What the page remembers while it is hidden, and over a reload of the window. */
export interface ChartsView {
  filter: string;
  folded: string[];
  hidden: string[];
  /** By metric; `ALL_CHARTS` where all share x. */
  ranges: [string, [number, number]][];
  enlarged: string | null;
  /** Metrics that the user moved, first to last. */
  order: string[];
}
