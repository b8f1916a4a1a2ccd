/**
 * The console of the pure parts: `npm run --silent inspect -- COMMAND …`. JSON on standard output; a failure is one
 * sentence on standard error and exit code 1. To add a command: a file in scripts/inspect, named in COMMANDS.
 */
import { parseArgs } from 'node:util';
import { StoreError, toStoreError } from '../src/mlflow/errors';
import { redact } from '../src/mlflow/redact';
import type { TrackingStore } from '../src/mlflow/store';
import { answers, readSearches } from './inspect/answers';
import { diff } from './inspect/diff';
import { toJson } from './inspect/json';
import { consoleFinder, sources } from './inspect/sources';
import { withStore } from './inspect/store';

type Command = (args: string[]) => Promise<unknown>;

const COMMANDS: Record<string, { usage: string; run: Command }> = {
  answers: { usage: 'answers URI [--searches answers.json]', run: runAnswers },
  sources: { usage: 'sources URI RUN_ID [--repo DIR]', run: runSources },
  diff: { usage: 'diff URI#RUN_ID URI#RUN_ID… [--repo DIR]', run: runDiff },
  'diff-versions': { usage: 'diff-versions URI MODEL VERSION VERSION… [--repo DIR]', run: runDiffVersions },
};

async function runAnswers(args: string[]): Promise<unknown> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { searches: { type: 'string' } },
  });
  const [uri] = positionals;
  if (uri === undefined || positionals.length > 1) {
    throw new StoreError('INVALID_PARAMETER_VALUE', `Usage: ${COMMANDS['answers']!.usage}`);
  }
  const searches = values.searches === undefined ? undefined : readSearches(values.searches);
  return withStore(uri, (store) => answers(store, searches));
}

function withRepository(args: string[], least: number, command: string): { named: string[]; repo?: string } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { repo: { type: 'string' } },
  });
  if (positionals.length < least) {
    throw new StoreError('INVALID_PARAMETER_VALUE', `Usage: ${COMMANDS[command]!.usage}`);
  }
  return { named: positionals, repo: values.repo };
}

async function runSources(args: string[]): Promise<unknown> {
  const { named, repo } = withRepository(args, 2, 'sources');
  const [uri, runId] = named as [string, string];
  return withStore(uri, (store) => sources(store, runId, consoleFinder(uri, repo)));
}

async function runDiff(args: string[]): Promise<unknown> {
  const { named, repo } = withRepository(args, 2, 'diff');
  const sides = named.map((text) => {
    const hash = text.lastIndexOf('#');
    if (hash < 0) {
      throw new StoreError('INVALID_PARAMETER_VALUE', `"${text}" names no run: write URI#RUN_ID.`);
    }
    return { uri: text.slice(0, hash), runId: text.slice(hash + 1) };
  });
  const uris = [...new Set(sides.map(({ uri }) => uri))];
  return withStores(uris, (stores) =>
    diff(
      sides.map(({ uri, runId }) => ({ store: stores.get(uri)!, runId, version: null })),
      consoleFinder(uris[0]!, repo),
    ),
  );
}

async function runDiffVersions(args: string[]): Promise<unknown> {
  const { named, repo } = withRepository(args, 4, 'diff-versions');
  const [uri, name, ...versions] = named as [string, string, ...string[]];
  return withStore(uri, async (store) => {
    const model = await store.getRegisteredModel(name);
    const sides = versions.map((version) => {
      const found = model.versions.find((each) => each.version === version);
      if (!found) {
        throw new StoreError('RESOURCE_DOES_NOT_EXIST', `${name} has no version ${version}.`);
      }
      return { store, runId: found.runId, version: found };
    });
    return diff(sides, consoleFinder(uri, repo));
  });
}

/** Opens several stores, one inside the other. */
async function withStores<T>(
  uris: readonly string[],
  use: (stores: Map<string, TrackingStore>) => Promise<T>,
  opened = new Map<string, TrackingStore>(),
): Promise<T> {
  const [uri, ...rest] = uris;
  return uri === undefined
    ? use(opened)
    : withStore(uri, (store) => withStores(rest, use, new Map([...opened, [uri, store]])));
}

async function main([name, ...args]: string[]): Promise<void> {
  const command = name === undefined ? undefined : COMMANDS[name];
  if (!command) {
    const usages = Object.values(COMMANDS).map(({ usage }) => usage);
    throw new StoreError('INVALID_PARAMETER_VALUE', `Usage: ${usages.join(' | ')}`);
  }
  process.stdout.write(`${toJson(await command.run(args))}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${redact(toStoreError(error).message)}\n`);
  process.exitCode = 1;
});
