import * as fs from 'node:fs';
import * as path from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { ServerVersion } from '../../../scripts/mlflowEnvironment';
import { cancelled } from '../../../src/mlflow/errors';
import type { ArtifactListing } from '../../../src/mlflow/store';
import { AskedStore, type StoreAsker } from '../../../src/stores/askedStore';
import { restAnswers } from '../../../src/stores/rest/answers';
import type { SQLITE_VERSIONS } from '../fixtures';
import type { Exchange, ServerAnswer, ServerRequest } from '../../../src/stores/rest/exchange';

/** What real servers answered, by what they were asked: test/fixtures/servers (recordServer.ts). */
export type Recorded = Record<string, { status: number; contentType: string; body: string }>;

/** The archive (sqlite-VERSION) that a server's store comes from: of what 3.5.1 itself made there is none. */
export const ERA_OF: Record<ServerVersion, (typeof SQLITE_VERSIONS)[number]> = {
  '1.30.1': '1.30.1',
  '2.14.3': '2.14.3',
  '3.5.1': '3.1.4',
  '3.17.2': '3.17.2',
};

/** By version: the servers' stores hold the same, so that together they take little more than one. */
const FILE = path.resolve(__dirname, '../../fixtures/servers/answers.json.br');

function readAll(): Record<string, Recorded> {
  return JSON.parse(brotliDecompressSync(fs.readFileSync(FILE)).toString('utf8')) as Record<string, Recorded>;
}

function nameOf({ method, path: asked, body = '' }: ServerRequest): string {
  return `${method} ${asked} ${body}`;
}

/** Notes what a server answers. */
export function recording(exchange: Exchange, into: Recorded): Exchange {
  return async (request, signal) => {
    const answer = await exchange(request, signal);
    const { status, contentType } = answer;
    into[nameOf(request)] = { status, contentType, body: Buffer.from(answer.body).toString('utf8') };
    return answer;
  };
}

export function readRecorded(version: string): Recorded {
  return readAll()[version]!;
}

/** Answers as that server did; what it was not asked then is an error of the test. */
export function replayed(version: string): Exchange {
  const recorded = readRecorded(version);
  return async (request, signal): Promise<ServerAnswer> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) {
      throw cancelled();
    }
    const found = recorded[nameOf(request)];
    if (!found) {
      throw new Error(
        `Not recorded (npx tsx test/support/servers/recordServer.ts ${version}): ${nameOf(request)}`,
      );
    }
    const { status, contentType, body } = found;
    return { status, contentType, headers: {}, body: new TextEncoder().encode(body) };
  };
}

/** Beside those of the other versions. */
export function saveRecorded(version: string, recorded: Recorded): string {
  const sorted = Object.fromEntries(Object.entries(recorded).sort(([a], [b]) => (a < b ? -1 : 1)));
  const all = Object.entries({ ...readAll(), [version]: sorted }).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify(Object.fromEntries(all));
  fs.writeFileSync(FILE, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } }));
  return FILE;
}

/** A store over an exchange, answered in this thread. Its artifacts are none. */
export class ExchangedStore extends AskedStore {
  constructor(exchange: Exchange) {
    super({ kind: 'rest', uri: 'http://recorded', place: 'http://recorded', folder: '' }, askerOf(exchange));
  }

  override async listArtifacts(): Promise<ArtifactListing> {
    return { root: { uri: '', localPath: null, moved: false, problem: null }, files: [], truncated: 0 };
  }
}

function askerOf(exchange: Exchange): StoreAsker {
  const answers = restAnswers(exchange, { workspace: null, slow: false });
  return {
    busy: false,
    dispose: () => undefined,
    ask: async (name, args, signal = new AbortController().signal) => {
      // StoreAnswers types each name with its argument and its result.
      const answer = answers[name] as (args: unknown, context: { signal: AbortSignal }) => unknown;
      return (await answer(args, { signal })) as never;
    },
  };
}
