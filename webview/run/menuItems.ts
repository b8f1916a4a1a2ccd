import type { ShownRun } from './shownRun';
import type { RunKey } from '../../src/state/viewState';
import type { MenuItem } from '../ui/menu';

/** The page's "…" menu. */
export function menuItems(
  { run, marks, link }: ShownRun,
  target: RunKey,
  command: (name: string, args: unknown) => void,
  copy: (text: string, what: string) => void,
): MenuItem[] {
  const one = { runs: [target] };
  return [
    {
      label: marks.starred ? 'Remove Star' : 'Star',
      icon: marks.starred ? 'star-full' : 'star-empty',
      run: () => command('starRuns', one),
    },
    { label: 'Set as Baseline', icon: 'bookmark', run: () => command('setBaseline', one) },
    { label: 'Show in Charts and Comparison', icon: 'eye', run: () => command('showRuns', one) },
    { label: 'Copy Run ID', icon: 'copy', separated: true, run: () => copy(target.runId, 'Run ID') },
    { label: 'Copy Artifact URI', run: () => copy(run.info.artifactUri, 'Artifact URI') },
    { label: 'Copy Link to Run', icon: 'link', run: () => copy(link, 'Link to run') },
  ];
}
