import * as fs from 'node:fs';
import * as path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { cancelled } from '../../../src/mlflow/errors';
import type { ArtifactListing } from '../../../src/mlflow/store';
import { AskedStore, type StoreAsker } from '../../../src/stores/askedStore';
import { restAnswers } from '../../../src/stores/rest/answers';
import type { Exchange, ServerAnswer, ServerRequest } from '../../../src/stores/rest/exchange';

/** What real servers answered, by what they were asked: test/fixtures/servers (recordServer.ts). */
export type Recorded = Record<string, { status: number; contentType: string; body: string }>;

const FOLDER = path.resolve(__dirname, '../../fixtures/servers');

function fileOf(version: string): string {
  return path.join(FOLDER, `answers-${version}.json.gz`);
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
  return JSON.parse(gunzipSync(fs.readFileSync(fileOf(version))).toString('utf8')) as Recorded;
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

export function saveRecorded(version: string, recorded: Recorded): string {
  fs.mkdirSync(FOLDER, { recursive: true });
  const sorted = Object.fromEntries(Object.entries(recorded).sort(([a], [b]) => (a < b ? -1 : 1)));
  fs.writeFileSync(fileOf(version), gzipSync(JSON.stringify(sorted), { level: 9 }));
  return fileOf(version);
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
