import { fromPlainError, type StoreErrorCode } from '../mlflow/errors';
import type { SideFacts } from '../compare/types';
import { WorkerHost } from '../worker/host';
import type { Parsers, parsers } from './parsers';

/** A file of 8 MiB, parsed, and its answer. */
const HEAP_MEGABYTES = 512;

/**
 * Parsers in a worker thread, which is started when something is first asked.
 * @param script absolute path of the worker's bundle
 */
export function createRemoteParsers(script: string): Parsers & { dispose(): void } {
  const host = new WorkerHost<typeof parsers, StoreErrorCode>({
    script,
    name: 'mlflow-lens-parser',
    start: null,
    label: 'Reading these files',
    heapMegabytes: HEAP_MEGABYTES,
    toError: fromPlainError,
  });
  return {
    text: (args, signal) => host.ask('text', args, signal),
    delimited: (args, signal) => host.ask('delimited', args, signal),
    notebook: (args, signal) => host.ask('notebook', args, signal),
    model: (args, signal) => host.ask('model', args, signal),
    requirements: (args, signal) => host.ask('requirements', args, signal),
    example: (args, signal) => host.ask('example', args, signal),
    environments: (args, signal) => host.ask('environments', args, signal),
    diff: ({ facts, ...rest }, signal) => host.ask('diff', { facts: facts.map(plain), ...rest }, signal),
    changes: ({ facts }, signal) => host.ask('changes', { facts: facts.map(plain) }, signal),
    signatures: (args, signal) => host.ask('signatures', args, signal),
    comparison: ({ candidate, incumbent, ...rest }, signal) =>
      host.ask(
        'comparison',
        {
          candidate: { ...candidate, facts: plain(candidate.facts) },
          incumbent: { ...incumbent, facts: plain(incumbent.facts) },
          ...rest,
        },
        signal,
      ),
    dispose: () => host.dispose(),
  };
}

/** Without what cannot cross a thread. */
function plain({ changedSince: _, ...facts }: SideFacts): SideFacts {
  return facts;
}
