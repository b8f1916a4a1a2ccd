import { sameRun } from '../mlflow/runKey';
import type { ViewState } from '../state/viewState';
import type { RunNode } from './nodes';

/** What of the view state a run is drawn with. */
export interface RunLook {
  shown: boolean;
  starred: boolean;
  /** Its menu offers to clear it. */
  baseline: boolean;
  /** Its dot; empty where it has none. */
  color: string;
  metric: string | undefined;
}

/** How a run of the tree looks now. */
export function runLook(state: ViewState, { store, runId, row }: RunNode): RunLook {
  const run = { store, runId };
  const shown = state.isShown(run);
  return {
    shown,
    starred: state.isStarred(run),
    baseline: state.baseline !== null && sameRun(state.baseline, run),
    color: shown ? JSON.stringify(state.colorOf(run)) : '',
    metric: state.headlineMetric(store, row.info.experimentId),
  };
}

/** Whether a run must be drawn again; another headline metric draws all. */
export function looksDifferent(now: RunLook, seen: RunLook): boolean {
  return (
    now.shown !== seen.shown ||
    now.starred !== seen.starred ||
    now.baseline !== seen.baseline ||
    now.color !== seen.color
  );
}
