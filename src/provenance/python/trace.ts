import { callFunction, callValue } from './calls';
import { attributeOf } from './expressions';
import { resolveLazy, runModule } from './imports';
import { decoratedCall, entryKind } from './libraries/decorators';
import { mentionsLogging } from './libraries/mlflow';
import { commandLine } from './libraries/options';
import type { AutologEvent, LogEvent, ModelEvent, RunToken } from './events';
import { dirname, Exhausted, Machine, noArguments, unknownArguments } from './machine';
import { type Choice, type Files } from './files';
import type { Value } from './values';

export interface Trace {
  events: readonly LogEvent[];
  autologs: readonly AutologEvent[];
  models: readonly ModelEvent[];
  /** All runs that it starts. */
  runs: readonly RunToken[];
  /** Something of the program could not be followed: a value may have been set there. */
  incomplete: boolean;
  /** What was decided outside of the code. */
  choices: readonly Choice[];
  usesHydra: boolean;
  /** Files that are too large to be followed. */
  tooLarge: ReadonlySet<string>;
  /** The text of a line, for what is shown. */
  lineText(origin: { file: string; line: number; cell?: number }): string;
}

export interface TraceOptions {
  /** Folders that Python looks for modules in; the script's own is always first. */
  searchPath?: readonly string[];
  /** Arguments of the command line, where they are known. */
  arguments?: readonly Value[] | null;
  /** What is supposed of decisions outside of the code, by the ids of Trace.choices. */
  chosen?: ReadonlyMap<string, string>;
  /** The command line that Hydra recorded for the run. */
  hydraOverrides?: readonly string[] | null;
  /** What starts the program is a function of it, called without arguments: that of a console script. */
  call?: string;
  /** Milliseconds that the trace may take. */
  timeLimit?: number;
}

/** Of one trace, ms. */
export const TIME_LIMIT = 2500;

/**
 * Follows a program from its script or notebook to every param that it logs, in Python's own order, with all that
 * is not known left open. Nothing of the program is run.
 * @throws MissingFile where a file of the commit has to be read first
 */
export function trace(files: Files, entry: string, options: TraceOptions = {}): Trace {
  const now = () => performance.now();
  const m = new Machine(
    files,
    [dirname(entry), ...(options.searchPath ?? ['', 'src', 'lib'])],
    now() + (options.timeLimit ?? TIME_LIMIT),
    now,
  );
  m.commandLine = options.arguments ? commandLine(options.arguments) : null;
  m.chosen = options.chosen ?? m.chosen;
  m.hydraOverrides = options.hydraOverrides ?? null;
  m.entry = entry;
  const module = m.module(entry);
  module.isMain = options.call === undefined;
  try {
    runModule(m, module);
    if (options.call !== undefined) {
      const [first, ...rest] = options.call.split('.');
      const target = rest.reduce(
        (value, name) => attributeOf(m, value, name),
        resolveLazy(m, module, first!),
      );
      callValue(m, target, noArguments(), null);
    }
    enterFromOutside(m, entry);
  } catch (error) {
    if (!(error instanceof Exhausted) && !(error instanceof RangeError)) {
      throw error;
    }
    m.incomplete = true;
  }
  return {
    events: m.events,
    autologs: m.autologs,
    models: m.models,
    runs: m.runs,
    incomplete: m.incomplete,
    choices: [...m.choices.values()],
    usesHydra: m.usesHydra,
    tooLarge: m.tooLarge,
    lineText: (origin) => m.source(origin.file).lineText(origin),
  };
}

/** Functions that the program defines and leaves to a framework to call. */
function enterFromOutside(m: Machine, entry: string): void {
  for (const target of [...m.functions]) {
    if (m.called.has(target) || !target.node) {
      continue;
    }
    const { file } = target.scope.module;
    if (entryKind(target) !== null && file === entry) {
      m.uncertain(
        () =>
          decoratedCall(m, target, { positional: [], named: new Map(), open: false }, null) ??
          callFunction(m, target, unknownArguments()),
      );
    } else if (mentionsLogging(m, file, target.node.at, target.node.end)) {
      m.uncertain(() => callFunction(m, target, unknownArguments()));
    }
  }
}
