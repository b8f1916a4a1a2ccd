import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ServerApi } from '../../../../src/stores/rest/api';
import { readFromServer } from '../../../../src/stores/rest/artifacts/bytes';
import { ServerArtifacts } from '../../../../src/stores/rest/artifacts/reader';
import type { Exchange, ServerAnswer, ServerRequest } from '../../../../src/stores/rest/exchange';
import { refuses } from '../../../support/contract/tools';
import { removeTempFolders, tempFolder } from '../../../support/database';

const API: ServerApi = {
  version: '3.17.2',
  release: { major: 3, minor: 17 },
  base: '/api/2.0/mlflow/',
  workspace: null,
};
const RUN = '0'.repeat(32);
const PIECE = 8 * 1024 * 1024;

/** Real servers are asked in test/servers/restArtifacts.test.ts; this one gives what those would not. */
class FileServer {
  readonly asked: ServerRequest[] = [];
  etag = '"1"';
  knowsRanges = true;
  /** Said of the whole file, where that is not true. */
  size: number | null = null;
  /** Called before each answer of bytes. */
  before: () => void = () => undefined;
  /** Answered in place of what was asked for, bytes later. */
  shift = 0;

  constructor(public content: Uint8Array<ArrayBuffer>) {}

  readonly exchange: Exchange = async (request) => {
    this.asked.push(request);
    if (!request.path.startsWith('/get-artifact')) {
      return answerOf(200, {}, new TextEncoder().encode('{}'));
    }
    this.before();
    const { offset, length } = request.range!;
    const size = this.size ?? this.content.length;
    if (!this.knowsRanges) {
      const headers = { etag: this.etag, 'content-length': String(size) };
      return answerOf(200, headers, this.content.slice(0, request.most));
    }
    if (offset >= size) {
      return answerOf(416, { 'content-range': `bytes */${size}` }, new Uint8Array());
    }
    const start = offset + this.shift;
    const bytes = this.content.slice(start, start + length);
    const range = `bytes ${start}-${start + bytes.length - 1}/${size}`;
    return answerOf(206, { etag: this.etag, 'content-range': range }, bytes.slice(0, request.most));
  };
}

function answerOf(
  status: number,
  headers: Record<string, string>,
  body: Uint8Array<ArrayBuffer>,
): ServerAnswer {
  return { status, contentType: 'application/json', headers, body };
}

function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Buffer.alloc(
      length,
      Uint8Array.from({ length: 251 }, (_, index) => index),
    ),
  );
}

describe('files of a tracking server', () => {
  after(removeTempFolders);

  const read = async (server: FileServer, offset: number, length: number): Promise<number[]> => {
    const place = { runId: RUN, folder: '' };
    const part = await readFromServer(server.exchange, API, place, 'a.bin', { offset, length });
    return [...part.bytes];
  };
  const opening = (server: FileServer, downloadFolder: string): ServerArtifacts =>
    new ServerArtifacts({
      exchange: server.exchange,
      apiOf: async () => API,
      records: {
        storeFolder: '',
        runArtifactUri: () => Promise.reject(new Error('not asked')),
        modelArtifactLocation: () => Promise.reject(new Error('not asked')),
        loggedModelOfRun: () => Promise.resolve(null),
        versionSource: () => Promise.reject(new Error('not asked')),
      },
      openedFolders: () => [],
      downloadFolder,
    });
  const open = (
    server: FileServer,
    name: string,
    folder = tempFolder(),
    signal?: AbortSignal,
  ): Promise<string> => opening(server, folder).locate({ runId: RUN }, name, signal);
  const filesIn = (folder: string): string[] =>
    fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);

  it('are read in the part that was asked for, also where the server gives them only as a whole', async () => {
    const server = new FileServer(bytesOf(100));
    assert.deepEqual(await read(server, 10, 3), [10, 11, 12]);
    server.knowsRanges = false;
    assert.deepEqual(await read(server, 10, 3), [10, 11, 12]);
    assert.deepEqual(await read(server, 0, 3), [0, 1, 2]);
    assert.deepEqual(await read(server, 99, 50), [99]);
    assert.ok(
      server.asked.every(({ most, cut }) => cut === true && most <= 149),
      'no more is taken than was asked for',
    );
    await assert.rejects(read(server, 64 * 1024 * 1024, 3), { code: 'UNSUPPORTED' });
  });

  it('are not taken for another part of themselves', async () => {
    const server = new FileServer(bytesOf(100));
    server.shift = 1;
    await assert.rejects(read(server, 10, 3), { code: 'INTERNAL_ERROR' });
  });

  it('are opened whole, a piece at a time', async () => {
    const server = new FileServer(bytesOf(2 * PIECE + 5));
    const file = await open(server, 'models/weights.bin');
    assert.equal(path.basename(file), 'weights.bin');
    assert.ok(fs.readFileSync(file).equals(server.content));
    assert.deepEqual(
      server.asked.map(({ range }) => range?.offset),
      [0, PIECE, 2 * PIECE],
    );
    for (const content of [bytesOf(0), bytesOf(1), bytesOf(PIECE)]) {
      server.content = content;
      assert.ok(fs.readFileSync(await open(server, 'again.bin')).equals(content), `${content.length}`);
    }
  });

  it('are not opened half: not where they change meanwhile, nor where it is cancelled', async () => {
    const server = new FileServer(bytesOf(2 * PIECE));
    const folder = tempFolder();
    server.before = () => void (server.etag = `"${server.asked.length}"`);
    await refuses(open(server, 'a.bin', folder), 'BUSY', /was changed while it was read/);
    const controller = new AbortController();
    server.before = () => controller.abort();
    await refuses(open(server, 'a.bin', folder, controller.signal), 'CANCELLED');
    assert.deepEqual(filesIn(folder), []);
  });

  it('are not opened half where the server gives less of it than it says', async () => {
    const server = new FileServer(bytesOf(2 * PIECE));
    server.before = () => {
      if (server.asked.length > 1) {
        server.content = bytesOf(0);
      }
    };
    server.size = 2 * PIECE;
    const folder = tempFolder();
    await refuses(open(server, 'a.bin', folder), 'BUSY', /did not come whole: try again/);
    assert.deepEqual(filesIn(folder), []);
  });

  it('that are too large are not begun', async () => {
    const server = new FileServer(bytesOf(PIECE));
    server.size = 3 * 1024 ** 3;
    const folder = tempFolder();
    await refuses(open(server, 'a.bin', folder), 'UNSUPPORTED', /too large .*3 GiB/);
    assert.deepEqual([server.asked.length, filesIn(folder)], [1, []]);
  });

  it('of one name lie apart, and those that nobody asked for in a day go', async () => {
    const server = new FileServer(bytesOf(3));
    const folder = tempFolder();
    const first = await open(server, 'a/x.txt', folder);
    const second = await open(server, 'b/x.txt', folder);
    assert.notEqual(first, second);
    const old = new Date(Date.now() - 25 * 3_600_000);
    fs.utimesSync(path.dirname(first), old, old);
    await open(server, 'b/x.txt', folder);
    assert.deepEqual([fs.existsSync(first), fs.existsSync(second)], [false, true]);
  });
});
