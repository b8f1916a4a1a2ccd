import type { TemplateResult } from 'lit';
import type { ChartsPageData } from '../../src/protocol/charts';
import { emptyState, type StateAction } from '../ui/states';

/** Why no chart is drawn, and the way out of it; null where there is something to draw. */
export function emptyReason(
  data: ChartsPageData,
  shown: number,
  filtered: boolean,
  actions: { tryAgain: StateAction; showAll: StateAction; clearFilter: StateAction },
): TemplateResult | null {
  if (data.runs.length === 0) {
    return emptyState(
      data.gone.length > 0
        ? 'The runs of this page were removed from the store.'
        : 'No runs to chart: check runs in the sidebar, or open the charts of an experiment.',
      actions.tryAgain,
    );
  }
  if (data.metrics.length === 0) {
    const live = data.runs.some((run) => run.state === 'running');
    return emptyState(
      live ? 'These runs have not logged a metric yet.' : 'These runs logged no metrics.',
      actions.tryAgain,
    );
  }
  if (shown > 0) {
    return null;
  }
  return filtered
    ? emptyState('No metrics match the filter.', actions.clearFilter)
    : emptyState('No run here logged this metric.', actions.showAll);
}
