import { html, type TemplateResult } from 'lit';
import { plainText } from '../../../src/mlflow/format';
import type { DiffPageData } from '../../../src/protocol/diff';
import { breadcrumb, type Crumb } from '../breadcrumb';
import { filterBox } from '../filterBox';
import '../menu';
import type { MenuItem } from '../menu';
import type { CommandName } from '../../../src/protocol/commands';

export interface HeaderActions {
  run: (command: CommandName, args: unknown) => void;
  openChanges: () => void;
  openCharts: () => void;
  copyDiff: (format: 'markdown' | 'json') => void;
  copySummary: () => void;
  transpose: () => void;
  showKeys: () => void;
}

/** Where the runs come from, and what can be done with the whole diff. */
export function header(data: DiffPageData, actions: HeaderActions): TemplateResult {
  const hasChanges = data.commits.some((range) => range.files.length > 0);
  const noChanges = hasChanges
    ? undefined
    : data.pending
      ? 'Reading the commits…'
      : 'No commits lie between these runs';
  return html`<header class="page-header">
    ${breadcrumb(crumbs(data, actions))}
    <div class="actions">
      <vscode-button
        class="foldable"
        appearance="secondary"
        ?disabled=${!hasChanges}
        title=${noChanges ?? 'All files changed between the two commits'}
        @click=${() => hasChanges && actions.openChanges()}
      >
        Open Changes
      </vscode-button>
      <vscode-button class="foldable" appearance="secondary" @click=${() => actions.copyDiff('markdown')}
        >Copy Markdown</vscode-button
      >
      <lens-menu .items=${menuItems(actions, noChanges)}></lens-menu>
    </div>
  </header>`;
}

function crumbs(data: DiffPageData, { run }: HeaderActions): Crumb[] {
  const base = data.runs[data.baseline];
  const store = base?.store ?? '';
  const labels = data.runs.map(({ label }) => label);
  return [
    {
      label: data.storeName,
      title: store,
      open: () => run('openRunTable', { store, experimentIds: [] }),
    },
    data.model === null
      ? {
          label: base?.experiment ?? '',
          open: () => run('openRunTable', { store, experimentIds: [base?.experimentId ?? ''] }),
        }
      : { label: data.model, open: () => run('openModel', { store, name: data.model }) },
    {
      label:
        labels.length === 2
          ? labels.join(' ↔ ')
          : `${labels.length} ${data.model === null ? 'runs' : 'versions'}`,
    },
  ];
}

/** @param noChanges why the changed files cannot be opened */
function menuItems(actions: HeaderActions, noChanges: string | undefined): MenuItem[] {
  return [
    {
      label: 'Open Changes',
      icon: 'diff-multiple',
      folded: true,
      run: actions.openChanges,
      ...(noChanges === undefined ? {} : { disabled: noChanges }),
    },
    { label: 'Copy Markdown', icon: 'markdown', folded: true, run: () => actions.copyDiff('markdown') },
    { label: 'Transpose (T)', icon: 'arrow-swap', run: actions.transpose },
    { label: 'Open Charts', icon: 'graph-line', run: actions.openCharts },
    { label: 'Copy as JSON', icon: 'json', separated: true, run: () => actions.copyDiff('json') },
    { label: 'Copy Summary', icon: 'copy', run: actions.copySummary },
    { label: 'Keyboard Shortcuts (?)', icon: 'keyboard', separated: true, run: actions.showKeys },
  ];
}

export interface ToolbarOptions {
  filter: string;
  onlyDifferent: boolean;
  setFilter: (filter: string) => void;
  setOnlyDifferent: (value: boolean) => void;
  setBaseline: (side: number) => void;
}

/** What of the diff is shown, and against which run. */
export function toolbar(data: DiffPageData, options: ToolbarOptions): TemplateResult {
  const rows = data.sections.reduce((sum, section) => sum + section.rows.length, 0);
  const equal = data.sections.reduce((sum, section) => sum + section.same.length, 0);
  return html`<div class="diff-toolbar">
    ${filterBox({ value: options.filter, placeholder: 'Filter rows', onChange: options.setFilter })}
    <label
      ><input
        type="checkbox"
        .checked=${options.onlyDifferent}
        @change=${(event: Event) => options.setOnlyDifferent((event.target as HTMLInputElement).checked)}
      />Only what differs <span class="muted">(${rows} of ${rows + equal} rows)</span></label
    >
    <label
      >Baseline
      <select
        @change=${(event: Event) => options.setBaseline(Number((event.target as HTMLSelectElement).value))}
      >
        ${data.runs.map(
          (run, index) =>
            html`<option value=${index} ?selected=${index === data.baseline}>
              ${plainText(run.label, 60)}
            </option>`,
        )}
      </select></label
    >
  </div>`;
}
