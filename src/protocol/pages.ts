import type { RunKey } from '../mlflow/runKey';
import type { PageProtocol } from './messages';
import type { RunArguments } from './runList';
import type { CommandId } from './commands';

/**
 * Which pages there are, and what each is opened with. `args` is all that a page needs to come back after the
 * window was reloaded: the serializer stores it, nothing else.
 */
export interface PageArguments {
  run: RunArguments;
  charts: ChartsArguments;
  diff: DiffArguments;
  table: TableArguments;
  sweep: SweepArguments;
  model: ModelArguments;
  loggedModel: { store: string; modelId: string };
  modelDiff: { store: string; name: string; versions: string[] };
}

export type PageName = keyof PageArguments;

export interface ChartsArguments {
  runs?: RunKey[];
  store?: string;
  experimentIds?: string[];
  filter?: string;
  metrics?: string[];
}

export interface DiffArguments {
  runs: RunKey[];
  /** Index into `runs`, or the working copy. */
  baseline?: number | 'workingTree';
}

export interface TableArguments {
  store: string;
  /** Empty for all. */
  experimentIds: string[];
  filter?: string;
}

export interface SweepArguments {
  store: string;
  experimentIds?: string[];
  parentRunId?: string;
  runIds?: string[];
}

export interface ModelArguments {
  store: string;
  name: string;
}

/** What the host writes into a page's document before its script runs. */
export interface PageBootstrap<Name extends PageName = PageName> {
  page: Name;
  args: PageArguments[Name];
}

/** Requests that every page may make of its host. */
export type CommonRequests = {
  /** Runs one of our commands with its arguments, as a click in a tree would. */
  runCommand: { params: { command: CommandId; args?: unknown }; result: null };
  /** Copies text to the clipboard. */
  copyText: { params: { text: string; what: string }; result: null };
  /** Gives the tab its title. */
  setTitle: { params: { title: string }; result: null };
  showLog: { params: null; result: null };
  /** Writes an error of the page itself to the log. */
  logError: { params: { trace: string }; result: null };
};

export type CommonEvents = {
  /** The store committed something: ask again for what is shown. */
  storeChanged: null;
  /** Shown runs, colours, stars, baseline or directions changed. */
  viewStateChanged: null;
  /** The tab shows something else now: its host answers for these arguments. */
  argumentsChanged: { args: unknown };
};

/** What each page's protocol has in common with the others. */
export type WithCommon<P extends PageProtocol> = {
  requests: P['requests'] & CommonRequests;
  events: P['events'] & CommonEvents;
};
