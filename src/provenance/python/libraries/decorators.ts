import { callFunction } from '../calls';
import type { Machine, Site } from '../machine';
import { pathOf } from '../records';
import type { CallArguments, FunctionData, Value } from '../values';
import { hydraConfig } from './hydra';
import { callClick, callStarted, isClickCommand } from './click';
import { callWithOptions } from './options';

/** Decorators that give arguments of their own: from a file of gin's, a configuration of sacred's. */
const FEEDING =
  /^gin(\.config)?\.configurable$|Experiment\(\)\.(capture|main|automain|command)$|^hydra_zen\./;

/** A decorator of a library, or one that is not known, leaves what it decorates callable as it is written. */
export function isTransparent(decorator: Value): boolean {
  return ['library', 'object', 'unknown', 'method', 'any'].includes(decorator.data.kind);
}

/** What calls the function with a command line or a configuration, by its decorators. */
export type EntryKind = 'click' | 'hydra' | 'typer' | 'flow';

export function entryKind(target: FunctionData): EntryKind | null {
  for (const decorator of target.decorators) {
    const path = pathOf(decorator);
    if (isClickCommand(decorator)) {
      return 'click';
    }
    if (/^hydra\.main$/.test(path)) {
      return 'hydra';
    }
    if (/^typer\.Typer\(\)\.(command|callback)$/.test(path)) {
      return 'typer';
    }
    if (
      /^(prefect|metaflow|zenml|dagster|airflow)(\.\w+)*\.(flow|task|step|pipeline|op|job|asset|dag)$/.test(
        path,
      )
    ) {
      return 'flow';
    }
  }
  return null;
}

/** A call of a function that its decorators feed; null where it is called as it is. */
export function decoratedCall(
  m: Machine,
  target: FunctionData,
  args: CallArguments,
  _site: Site | null,
): Value | null {
  if (!args.open && target.decorators.some((decorator) => FEEDING.test(pathOf(decorator)))) {
    return callFunction(m, target, { ...args, open: true });
  }
  if (args.named.size > 0 && entryKind(target) === 'click') {
    return callStarted(m, target, args);
  }
  if (target.decorators.length === 0 || args.positional.length > 0 || args.named.size > 0) {
    return null;
  }
  switch (entryKind(target)) {
    case 'click':
      return callClick(m, target);
    case 'typer':
      return callWithOptions(m, target);
    case 'hydra':
      return callFunction(m, target, {
        positional: [hydraConfig(m, target)],
        named: new Map(),
        open: false,
      });
    default:
      return null;
  }
}
