import { toStoreError } from '../mlflow/errors';
import { plainText } from '../mlflow/format';
import type { PageProtocol, RequestHandlers } from '../protocol/messages';
import type { PageArguments, PageName, CommonEvents, CommonRequests } from '../protocol/pages';
import type { OpenStores } from '../stores/openStores';
import type { RunSources } from '../protocol/run';
import type { ShownChanges } from '../platform/showChanges';
import type { SourceFinder } from '../provenance/finder';
import type { Parsers } from './parsers';
import type { RegistryHistory } from '../registry/history';
import type { RunKey } from '../mlflow/runKey';
import type { ViewState } from '../state/viewState';
import { isCommandId, type CommandId } from '../protocol/commands';

export interface PageSettings {
  metricDirections: Readonly<Record<string, unknown>>;
  headlineMetric: string;
}

/** What pages get from the extension; none of it is `vscode`, so their handlers run in plain Node too. */
export interface PageServices {
  stores: OpenStores;
  state: ViewState;
  settings(): PageSettings;
  /** Keeps which direction of a metric is the better one; null forgets. Missing where there is no editor. */
  setMetricDirection?(metric: string, direction: 'higher' | 'lower' | null): Promise<void>;
  runCommand(command: CommandId, args?: unknown): Promise<void>;
  /** Copies, and says `what` was copied in the status bar. */
  copyText(text: string, what: string): Promise<void>;
  /** Asks where to, writes, and says so; nothing where the user cancels. Missing where there is no editor. */
  saveFile?(suggestedName: string, data: Uint8Array): Promise<void>;
  showLog(): void;
  /** Writes an error to the log, with its stack. */
  logError(error: unknown): void;
  /** Reads what artifacts and models hold. */
  parsers: Parsers;
  /** Whether the workspace is trusted: without it no process is started. */
  isTrusted(): boolean;
  /** Folders of the workspace, absolute paths. */
  workspaceFolders(): string[];
  now(): number;
  /** `vscode`, `vscode-insiders`…: the scheme of links that open this VS Code. */
  uriScheme?: string;
  /** Where a run's params came from; missing while the workspace has no repository to look in. */
  runSources?(run: RunKey, signal: AbortSignal): Promise<RunSources>;
  /** Missing where no repository can be looked in. */
  code?: CodeServices;
  /** Markdown to HTML, by VS Code's own renderer, which lets HTML through: the page cleans it. */
  renderMarkdown?(text: string): Promise<string>;
  /** What the editor does with a file on this machine. */
  files?: FileServices;
  /** What was done to registered models, here and elsewhere. */
  history?: RegistryHistory;
}

/** The code behind runs: git's history, and VS Code's editors for it. */
export interface CodeServices {
  finder(): SourceFinder;
  openChanges(request: ShownChanges): Promise<void>;
  /** VS Code's own diff of two texts. */
  openTexts(title: string, left: string, right: string): Promise<void>;
  /** Asks the user for one of several; null where the user cancels. */
  choose<T extends Choice>(title: string, choices: readonly T[]): Promise<T | null>;
}

export interface Choice {
  label: string;
  description: string;
}

export interface FileServices {
  /** In VS Code's own editor for its kind. */
  open(file: string): Promise<void>;
  /** A copy of the file or folder, at a place that the user names. */
  save(file: string, suggestedName: string): Promise<void>;
  /** In the Explorer where it lies in the workspace, else in the system's file manager. */
  reveal(file: string): Promise<void>;
}

/** A page's title as a tab may carry it: names of a store are in it. */
export function tabTitle(title: string): string {
  return plainText(title, 120);
}

/** One open page. */
export interface PageSession {
  setTitle(title: string): void;
  /** Shows something else in this tab: handlers are made anew, the page hears `argumentsChanged`. */
  replace(args: PageArguments[PageName]): void;
  /** Sends an event of the page's own protocol. */
  emit(name: string, payload: unknown): void;
  /** Lights a run up in all views, or none any more; it goes out with the page's sight. */
  hover(run: RunKey | null): void;
  /** Called when the page is closed or shows something else. */
  onDispose(callback: () => void): void;
}

/** A page, host side. Registered in panels/index.ts. */
export interface PageDefinition<Name extends PageName = PageName, P extends PageProtocol = PageProtocol> {
  name: Name;
  /** File in media/ without `-light.svg`/`-dark.svg`. */
  icon: string;
  /** The tab's title before the page's data is there. */
  initialTitle(args: PageArguments[Name]): string;
  /** Two openings with the same key show the same tab. */
  key(args: PageArguments[Name]): string;
  /** The stores whose commits the page wants to hear of. */
  stores(args: PageArguments[Name]): string[];
  /** What an open tab shows after it was opened again with other arguments of the same key; null for the same. */
  reopened?: (open: PageArguments[Name], args: PageArguments[Name]) => PageArguments[Name] | null;
  handlers: (args: PageArguments[Name], services: PageServices, session: PageSession) => RequestHandlers<P>;
}

/** A definition as the registry keeps it: its messages' types are known only to the page and its handlers. */
export function registered<Name extends PageName, P extends PageProtocol>(
  definition: PageDefinition<Name, P>,
): PageDefinition {
  const { handlers, reopened, ...rest } = definition;
  return {
    ...rest,
    ...(reopened && {
      reopened: (open, args) => reopened(open as PageArguments[Name], args as PageArguments[Name]),
    }),
    handlers: (args, services, session) => handlers(args as PageArguments[Name], services, session),
  };
}

/**
 * Hears of each error that a page's request is answered with. A filter or a step that the user typed wrong is told where it
 * was typed, and is no fault of anything: the log keeps what may be one.
 */
export function failureLog(services: Pick<PageServices, 'logError'>): (error: unknown) => void {
  return (error) => {
    if (toStoreError(error).code !== 'INVALID_PARAMETER_VALUE') {
      services.logError(error);
    }
  };
}

/** The handlers that every page has. */
export function commonHandlers(
  services: PageServices,
  session: PageSession,
): RequestHandlers<{ requests: CommonRequests; events: CommonEvents }> {
  return {
    runCommand: async ({ command, args }) => {
      // The type is ours; the message is the page's.
      if (!isCommandId(command)) {
        throw new Error(`"${String(command)}" is not a command that a page may run.`);
      }
      await services.runCommand(command, args);
      return null;
    },
    copyText: async ({ text, what }) => {
      await services.copyText(text, what);
      return null;
    },
    setTitle: async ({ title }) => {
      session.setTitle(title);
      return null;
    },
    showLog: async () => {
      services.showLog();
      return null;
    },
    logError: async ({ trace }) => {
      services.logError(trace);
      return null;
    },
  };
}
