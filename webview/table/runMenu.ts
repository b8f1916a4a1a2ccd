import type { TableRow } from '../../src/mlflow/runTable';
import type { MenuItem } from '../ui/menu';
import type { RunActions } from './menus';
import type { TableModel } from './model';

/** What can be done with the run of a row; nothing for a group. */
export function runMenu(row: TableRow | undefined, model: TableModel, actions: RunActions): MenuItem[] {
  if (row?.type !== 'run') {
    return [];
  }
  const { runId } = row;
  const run = { store: actions.store, runId };
  const pinned = model.settings.pinnedRuns.includes(runId);
  const hidden = model.settings.hidden.includes(runId);
  const baseline = model.chunk?.answer.baseline === runId;
  return [
    { label: 'Open Run', icon: 'go-to-file', run: () => actions.openRun(row) },
    {
      label: baseline ? 'Clear Baseline' : 'Make Baseline',
      icon: 'bookmark',
      run: () => actions.setBaseline(runId),
    },
    { label: pinned ? 'Unpin Run' : 'Pin Run', icon: 'pin', run: () => actions.pinRun(runId) },
    {
      label: hidden ? 'Put Back into the Table' : 'Leave Out of the Table',
      icon: 'eye-closed',
      run: () => void model.mark(hidden ? 'notHidden' : 'hidden', { runIds: [runId] }),
    },
    { label: 'Set Color…', icon: 'symbol-color', run: () => actions.run('setRunColor', { runs: [run] }) },
    { label: 'Copy Run ID', icon: 'copy', run: () => actions.copy(runId, 'the run ID') },
    { label: 'Copy Link', icon: 'link', run: () => actions.run('copyRunLink', { runs: [run] }) },
    {
      label: 'Copy to Another Store…',
      icon: 'export',
      run: () => actions.run('copyRuns', { runs: [run] }),
    },
    { label: 'Open Source', icon: 'code', run: () => actions.run('openSource', run) },
    {
      label: 'Promote…',
      icon: 'rocket',
      separated: true,
      run: () => actions.run('promoteModelVersion', run),
    },
    { label: 'Mark as Ready…', icon: 'pass', run: () => actions.run('markReady', run) },
    { label: 'Register Model…', icon: 'package', run: () => actions.run('registerModel', run) },
    { label: 'Rename…', icon: 'edit', separated: true, run: () => actions.run('renameRun', run) },
    { label: 'Set Tag…', icon: 'tag', run: () => actions.run('setTag', run) },
    row.deleted
      ? {
          label: 'Restore Run…',
          icon: 'discard',
          separated: true,
          run: () => actions.run('restoreRuns', { store: run.store, runIds: [runId] }),
        }
      : {
          label: 'Delete Run…',
          icon: 'trash',
          separated: true,
          run: () => actions.run('deleteRuns', { store: run.store, runIds: [runId] }),
        },
  ];
}
