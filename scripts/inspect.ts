/**
 * The console of the pure parts: `npm run --silent inspect -- COMMAND …`. JSON on standard output; a failure is one
 * sentence on standard error and exit code 1. To add a command: a file in scripts/inspect, named in COMMANDS.
 */
import { parseArgs } from 'node:util';
import { StoreError, toStoreError } from '../src/mlflow/errors';
import { answers, readSearches } from './inspect/answers';
import { toJson } from './inspect/json';
import { withStore } from './inspect/store';

type Command = (args: string[]) => Promise<unknown>;

const COMMANDS: Record<string, { usage: string; run: Command }> = {
  answers: { usage: 'answers URI [--searches answers.json]', run: runAnswers },
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

async function main([name, ...args]: string[]): Promise<void> {
  const command = name === undefined ? undefined : COMMANDS[name];
  if (!command) {
    const usages = Object.values(COMMANDS).map(({ usage }) => usage);
    throw new StoreError('INVALID_PARAMETER_VALUE', `Usage: ${usages.join(' | ')}`);
  }
  process.stdout.write(`${toJson(await command.run(args))}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${toStoreError(error).message}\n`);
  process.exitCode = 1;
});
