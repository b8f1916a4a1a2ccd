import * as vscode from 'vscode';
import { copyText } from '../platform/clipboard';
import { pickOne } from '../platform/dialogs';
import { openFile, revealFile, saveBytes, saveCopy } from '../platform/files';
import { log } from '../platform/log';
import { readSettings, writeMetricDirection } from '../platform/settings';
import { showChanges, showTexts } from '../platform/showChanges';
import type { SourceService } from '../platform/sources';
import { localFolders } from '../platform/workspaceFolders';
import type { RegistryHistory } from '../registry/history';
import type { ViewState } from '../state/viewState';
import type { OpenStores } from '../stores/openStores';
import type { PageServices } from './page';
import type { Parsers } from './parsers';
import { runSources } from './runSources';

/** The editor behind the pages: the only place where what pages ask for meets `vscode`. */
export function createPageServices(
  stores: OpenStores,
  state: ViewState,
  sources: SourceService,
  history: RegistryHistory,
  parsers: Parsers,
): PageServices {
  return {
    stores,
    state,
    history,
    parsers,
    settings: readSettings,
    setMetricDirection: writeMetricDirection,
    runCommand: async (command, args) => void (await vscode.commands.executeCommand(command, args)),
    copyText,
    saveFile: saveBytes,
    files: { open: openFile, save: saveCopy, reveal: revealFile },
    uriScheme: vscode.env.uriScheme,
    renderMarkdown: async (text) =>
      (await vscode.commands.executeCommand<string>('markdown.api.render', text)) ?? '',
    showLog: () => log().show(),
    logError: (error) => log().error(error),
    isTrusted: () => vscode.workspace.isTrusted,
    workspaceFolders: localFolders,
    now: Date.now,
    code: {
      finder: () => sources.finder(),
      openChanges: showChanges,
      openTexts: showTexts,
      choose: async (title, choices) => (await pickOne(choices, { placeHolder: title })) ?? null,
    },
    runSources: async ({ store, runId }, signal) =>
      runSources(await (await stores.get(store)).getRun(runId, signal), sources.finder()),
  };
}
