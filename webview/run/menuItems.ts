import { html, type TemplateResult } from 'lit';
import { plainText } from '../../src/mlflow/format';
import { isServerUri } from '../../src/mlflow/workspace';
import type { LinkedVersion } from '../../src/protocol/loggedModel';
import type { RunPageData } from '../../src/protocol/run';
import type { RunKey } from '../../src/mlflow/runKey';
import '../ui/menu';
import type { MenuItem } from '../ui/menu';
import type { CommandName } from '../../src/protocol/commands';

/** Versions that are offered for promotion; of more the model's page knows. */
const VERSIONS = 3;

export interface MenuOptions {
  data: RunPageData;
  target: RunKey;
  versions: readonly LinkedVersion[];
  run: (command: CommandName, args: unknown) => void;
  copy: (text: string, what: string) => void;
  showKeys: () => void;
}

/** What is done most, and the page's "…" menu with the rest. */
export function actions(options: MenuOptions): TemplateResult {
  const { target, run } = options;
  const charts = (): void => run('openCharts', { runs: [target] });
  const diff = (): void => run('diffRuns', { runs: [target] });
  return html`<vscode-button class="foldable" appearance="secondary" @click=${charts}>Charts</vscode-button>
    <vscode-button class="foldable" appearance="secondary" @click=${diff}>Diff With…</vscode-button>
    <lens-menu
      .items=${[
        { label: 'Charts', icon: 'graph-line', folded: true, run: charts },
        { label: 'Diff With…', icon: 'diff', folded: true, run: diff },
        ...menuItems(options),
      ]}
    ></lens-menu>`;
}

function menuItems(options: MenuOptions): MenuItem[] {
  const { data, target, versions, run, copy, showKeys } = options;
  const { run: shown, marks, link } = data;
  const { store, runId } = target;
  const one = { runs: [target] };
  const deleted = shown.info.lifecycleStage === 'deleted';
  return [
    {
      label: marks.starred ? 'Unstar' : 'Star',
      icon: marks.starred ? 'star-full' : 'star-empty',
      run: () => run(marks.starred ? 'unstarRuns' : 'starRuns', one),
    },
    {
      label: marks.baseline ? 'Clear Baseline' : 'Make Baseline',
      icon: 'bookmark',
      run: () => run(marks.baseline ? 'clearBaseline' : 'setBaseline', one),
    },
    {
      label: marks.shown ? 'Hide from Charts and Comparison' : 'Show in Charts and Comparison',
      icon: marks.shown ? 'eye-closed' : 'eye',
      run: () => run(marks.shown ? 'hideRuns' : 'showRuns', one),
    },
    { label: 'Set Color…', icon: 'symbol-color', run: () => run('setRunColor', one) },
    {
      label: 'Open Run Table of the Experiment',
      icon: 'table',
      separated: true,
      run: () => run('openRunTable', { store, experimentIds: [shown.info.experimentId] }),
    },
    ...(isServerUri(store)
      ? [{ label: 'Open MLflow UI', icon: 'link-external', run: () => run('openMlflowUi', target) }]
      : []),
    { label: 'Reveal in Sidebar', icon: 'list-tree', run: () => run('revealRun', target) },
    { label: 'Rename…', icon: 'edit', separated: true, run: () => run('renameRun', target) },
    { label: 'Edit Note…', icon: 'note', run: () => run('editDescription', target) },
    { label: 'Add Tag…', icon: 'tag', run: () => run('setTag', target) },
    ...(deleted
      ? []
      : [
          {
            label: 'Register Model…',
            icon: 'package',
            separated: true,
            run: () => run('registerModel', target),
          },
        ]),
    ...versions.slice(0, VERSIONS).map(({ name, version }) => ({
      label: `Promote v${plainText(version)} of ${plainText(name, 40)}…`,
      icon: 'arrow-circle-up',
      run: () => run('promoteModelVersion', { store, name, version }),
    })),
    { label: 'Copy Run ID', icon: 'copy', separated: true, run: () => copy(runId, 'run ID') },
    { label: 'Copy Artifact URI', run: () => copy(shown.info.artifactUri, 'artifact URI') },
    { label: 'Copy Link', icon: 'link', run: () => copy(link, 'the link to the run') },
    ...(deleted
      ? []
      : [{ label: 'Copy to Another Store…', icon: 'export', run: () => run('copyRuns', one) }]),
    { label: 'Keyboard Shortcuts', icon: 'keyboard', separated: true, run: showKeys },
    deleted
      ? {
          label: 'Restore Run…',
          icon: 'history',
          separated: true,
          run: () => run('restoreRuns', { store, runIds: [runId] }),
        }
      : {
          label: 'Delete Run…',
          icon: 'trash',
          separated: true,
          run: () => run('deleteRuns', { store, runIds: [runId] }),
        },
  ];
}
