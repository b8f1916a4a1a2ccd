import * as vscode from 'vscode';
import { StoreError } from '../mlflow/errors';
import type { TableColumn } from '../mlflow/runTable';
import type { PanelHost } from '../panels/panelHost';
import type { CommandRegistry } from '../platform/commands';
import { pickOne, showStatus } from '../platform/dialogs';
import type { OpenStores } from '../stores/openStores';
import { exportTable, type TableFormat } from '../stores/runTable/export';
import { cancelled, experimentIdsOf, fieldsOf, storeOf, textOf } from './arguments';
import { pickExperiments } from './experiments';

export interface TableCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  panels: PanelHost;
}

const FORMATS: { label: string; format: TableFormat; extension: string }[] = [
  { label: 'CSV', format: 'csv', extension: 'csv' },
  { label: 'Markdown', format: 'markdown', extension: 'md' },
  { label: 'JSON', format: 'json', extension: 'json' },
];
/** Columns of an export that was asked without the page. */
const COLUMNS = 40;

/** openRunTable and exportTable (design.md, section 4). */
export function registerTableCommands({ commands, stores, panels }: TableCommandDeps): void {
  commands.register('openRunTable', async (args, selection) => {
    const store = await storeOf(args, stores);
    const given = Array.isArray(fieldsOf(args).experimentIds);
    const experimentIds = experimentIdsOf(args, selection);
    const filter = textOf(args, 'filter');
    await panels.show('table', {
      store,
      experimentIds:
        given || experimentIds.length > 0 || isStoreItem(args)
          ? experimentIds
          : await pickExperiments(stores, store),
      ...(filter === undefined ? {} : { filter }),
    });
  });

  commands.register('exportTable', async (args, selection) => {
    const store = await storeOf(args, stores);
    const format = await formatOf(args);
    // The table's page has made the text already, of what it shows.
    const made = textOf(args, 'text') ?? (await textOfTable(args, selection, store, format.format));
    const to = textOf(args, 'to') ?? (await pickTarget(format.extension));
    if (to === 'clipboard') {
      await vscode.env.clipboard.writeText(made);
      showStatus('Runs copied', 3000);
      return;
    }
    const uri = /^[a-z][a-z+.-]+:\//i.test(to) ? vscode.Uri.parse(to) : vscode.Uri.file(to);
    await vscode.workspace.fs.writeFile(uri, Buffer.from(made, 'utf8'));
    showStatus(`Runs saved to ${vscode.workspace.asRelativePath(uri)}`, 3000);
  });

  async function textOfTable(
    args: unknown,
    selection: unknown,
    store: string,
    format: TableFormat,
  ): Promise<string> {
    const { runTable } = await stores.get(store);
    if (!runTable) {
      throw new StoreError('UNSUPPORTED', 'This kind of store has no run table yet.');
    }
    const given = Array.isArray(fieldsOf(args).experimentIds);
    const chosen = experimentIdsOf(args, selection);
    const experimentIds = given || chosen.length > 0 ? chosen : await pickExperiments(stores, store);
    const scope = { experimentIds, view: 'ACTIVE_ONLY' as const };
    const attributes: TableColumn[] = ['name', 'status', 'start', 'duration'].map((key) => ({
      kind: 'attribute',
      key,
    }));
    const columns = [...attributes, ...(await runTable.suggestColumns(scope)).slice(0, COLUMNS)];
    const view = {
      ...scope,
      filter: textOf(args, 'filter') ?? '',
      now: Date.now(),
      sort: [],
      tree: false,
      group: [],
      expanded: false,
      toggled: [],
      hidden: [],
      only: null,
    };
    return (await exportTable(runTable, { view, columns, format, only: null })).text;
  }
}

/** An item of the tree that stands for a whole store. */
function isStoreItem(args: unknown): boolean {
  return textOf(args, 'store') !== undefined && textOf(args, 'experimentId') === undefined;
}

async function formatOf(args: unknown): Promise<(typeof FORMATS)[number]> {
  const named = textOf(args, 'format');
  const known = FORMATS.find(({ format }) => format === named);
  if (named !== undefined && !known) {
    throw new StoreError('INVALID_PARAMETER_VALUE', `"${named}" is not a format: use csv, markdown or json.`);
  }
  const picked = known ?? (await pickOne(FORMATS, { placeHolder: 'Export as' }));
  if (!picked) {
    throw cancelled();
  }
  return picked;
}

async function pickTarget(extension: string): Promise<string> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, `runs.${extension}`) } : {}),
    filters: { Runs: [extension] },
    title: 'Export Runs',
  });
  if (!uri) {
    throw cancelled();
  }
  return uri.toString();
}
