import type { RepeatedStep } from '../mlflow/earlyStopping';
import type { SampledSeries, Sampling } from '../mlflow/samples';
import type { RunCondition } from '../mlflow/runCondition';
import type { RunKey } from '../mlflow/runKey';
import type { RunColor } from '../state/colors';

/** A run whose histories are drawn. */
export interface ChartRun extends RunKey {
  /** The run's, with what tells it apart where others of the page have the same. */
  name: string;
  experimentId: string;
  experimentName: string;
  state: RunCondition;
  deleted: boolean;
  startTime: number | null;
  /** The step that repeats the best one's values, where early stopping logged such a step. */
  repeated: RepeatedStep | null;
  parentRunId: string | null;
  color: RunColor;
  /** First in every legend, drawn in front, and there whatever the filter says. */
  pinned: boolean;
  /** Params that differ between the runs of the page, to group by and to show in the legend. */
  params: { key: string; value: string }[];
}

export interface ChartMetric {
  key: string;
  /** Indices into the page's runs. */
  runs: number[];
}

export interface ChartsPageData {
  /** What the page is about, for the breadcrumb. */
  storeName: string;
  store: string;
  experiments: { experimentId: string; name: string }[];
  runs: ChartRun[];
  metrics: ChartMetric[];
  /** The metric that comes first; null for none. */
  headline: string | null;
  /** Runs that were asked for and are not there any more. */
  gone: RunKey[];
  /** Further runs that match and are not drawn; null where there are some and nobody counted them. */
  omitted: number | null;
  baseline: RunKey | null;
  /** What the user chose on this page before, as `saveSettings` got it. */
  settings: unknown;
  stale: { since: number; message: string } | null;
}

export interface ChartSampleRequest extends Sampling {
  series: {
    run: RunKey;
    key: string;
    origin: number | null;
    /** What the page has drawn already, as `stampOf` says it, with the same sampling: an equal series is not sent. */
    known?: string;
  }[];
  budget: number;
}

export interface ChartSeries extends SampledSeries {
  /** Why there is no picture of it: the run is gone, the store is unreachable… */
  problem: string | null;
}

/** Tells a series from what it was before it grew. */
export function stampOf({ complete, sampled, points, last, problem }: ChartSeries): string {
  return JSON.stringify([complete, sampled, points, last && Object.values(last).map(String), problem]);
}

export type ChartsProtocol = {
  requests: {
    load: { params: null; result: ChartsPageData };
    /** In the order of the request. */
    sample: { params: ChartSampleRequest; result: ChartSeries[] };
    /** The pictures of several charts in one answer; null for a series that is `known`. */
    sampleAll: { params: { requests: ChartSampleRequest[] }; result: (ChartSeries | null)[][] };
    /** Lights the run up in every view. */
    hover: { params: { run: RunKey | null }; result: null };
    pin: { params: { run: RunKey; pinned: boolean }; result: null };
    saveSettings: { params: { settings: unknown }; result: null };
    savePicture: { params: { name: string; png: Uint8Array }; result: null };
    /** Writes the whole histories: run_id, run_name, metric, step, timestamp, value. */
    saveCsv: { params: { name: string; series: { run: RunKey; key: string }[] }; result: null };
  };
  events: {
    hovered: RunKey | null;
  };
};
