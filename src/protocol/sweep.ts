import type { Column } from '../series/columns';
import type { RunCondition } from '../mlflow/runCondition';
import type { RunKey } from '../mlflow/runKey';

export interface SweepRun {
  runId: string;
  name: string;
  state: RunCondition;
  startTime: number | null;
}

/** A param, a metric or an attribute of the runs, read as an axis. */
export interface SweepColumn extends Column {
  /** `param:lr`, `metric:rmse`, `attribute:duration`, `attribute:modelSize`. */
  id: string;
  kindOf: 'param' | 'metric' | 'attribute';
  name: string;
  /** Metrics and attributes: whether more is better, as tags, settings or the name say. */
  direction: 'higher' | 'lower' | 'unknown';
}

export interface SweepPageData {
  store: string;
  storeName: string;
  experiments: { experimentId: string; name: string }[];
  /** The run whose children these are. */
  parent: { runId: string; name: string } | null;
  runs: SweepRun[];
  columns: SweepColumn[];
  /** The id of the column that is judged by at first; null where there is no metric. */
  objective: string | null;
  /** Further runs that match and are not drawn. */
  omitted: number;
  /** Params and metrics that fewer runs have than those of `columns`. */
  omittedColumns: number;
  /** Runs that were asked for and are not there any more. */
  gone: number;
  settings: unknown;
  /** Another view ended the brush that this page drew last, perhaps while the page was hidden. */
  brushCleared: boolean;
  stale: { since: number; message: string } | null;
}

export type SweepProtocol = {
  requests: {
    load: { params: null; result: SweepPageData };
    /** Bytes by run, NaN where unknown; reads the runs' models, so it is asked for when it is wanted. */
    modelSizes: { params: null; result: { bytes: Float64Array; problem: string | null } };
    hover: { params: { runId: string | null }; result: null };
    /** The runs that are brushed, for every view that follows; null for no brush. */
    brush: { params: { runIds: string[] | null }; result: null };
    saveSettings: { params: { settings: unknown }; result: null };
  };
  events: {
    hovered: RunKey | null;
    /** Another view ended the brush. */
    brushCleared: null;
  };
};
