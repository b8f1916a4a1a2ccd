import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { mock } from 'node:test';
import type { TrackingStore } from '../../../src/mlflow/store';
import { artifactHandlers } from '../../../src/panels/artifacts';
import { runPage } from '../../../src/panels/run';
import type { OpenStores } from '../../../src/stores/openStores';
import { sqliteUri } from '../../../src/stores/uri';
import { unpackFixture } from '../../support/fixtures';
import { openStores, plainServices } from '../../support/pageHarness';

const RUN = '09e91d4bba9347db9e2d0c241248202d';
const SIZE = 5 * 1024 ** 3;
const MIB = 1024 ** 2;

describe('previews of files of 5 GB', function () {
  this.timeout(30_000);
  let folder: string;
  let artifacts: string;
  let uri: string;
  let stores: OpenStores;
  let store: TrackingStore;

  before(async () => {
    folder = await unpackFixture('taxi-duration');
    artifacts = path.join(folder, 'mlruns/1', RUN, 'artifacts');
    uri = sqliteUri(path.join(folder, 'mlflow.db'));
    stores = openStores(uri);
    store = await stores.get(uri);
  });

  after(() => stores.dispose());

  /** What the preview shows, and how many bytes were read for it. */
  async function preview(
    name: string,
    start: string,
    limit?: number,
  ): Promise<{ kind: string; read: number }> {
    const file = path.join(artifacts, name);
    fs.writeFileSync(file, start);
    fs.truncateSync(file, SIZE);
    let read = 0;
    const readArtifact = store.readArtifact.bind(store);
    const reads = mock.method(store, 'readArtifact', async (...args: Parameters<typeof readArtifact>) => {
      const bytes = await readArtifact(...args);
      read += bytes.length;
      return bytes;
    });
    try {
      const { kind } = await artifactHandlers(uri, plainServices(stores)).previewArtifact(
        { owner: { runId: RUN }, path: name, size: SIZE, ...(limit === undefined ? {} : { limit }) },
        new AbortController().signal,
      );
      return { kind, read };
    } finally {
      reads.mock.restore();
      fs.unlinkSync(file);
    }
  }

  const text = 'plain text\n'.repeat(100_000);
  const rows = `a,b\n${'1.5,x\n'.repeat(300_000)}`;

  it('read the first screen of a table, a text, JSON and YAML', async () => {
    assert.deepEqual(await preview('large.csv', rows), { kind: 'table', read: MIB / 4 });
    for (const name of ['large.log', 'large.json', 'large.yaml', 'large.md', 'large', 'large.html']) {
      assert.deepEqual(await preview(name, text), { kind: 'text', read: MIB / 4 }, name);
    }
  });

  it('are rendered as Markdown only where the renderer, which runs in this thread, takes no long turn', async () => {
    let longest = 0;
    const services = {
      ...plainServices(stores),
      renderMarkdown: async (source: string) => {
        longest = Math.max(longest, source.length);
        return '<p></p>';
      },
    };
    const { signal } = new AbortController();
    const cell = (source: string) => ({ cell_type: 'markdown', source });
    const files: [string, string, string][] = [
      ['short.md', '# short', 'markdown'],
      ['long.md', '['.repeat(200_000), 'text'],
      [
        'a.ipynb',
        JSON.stringify({ cells: [cell('# short'), cell('['.repeat(50_000))], nbformat: 4 }),
        'notebook',
      ],
    ];
    for (const [name, content, expected] of files) {
      fs.writeFileSync(path.join(artifacts, name), content);
      const place = { owner: { runId: RUN }, path: name, size: content.length };
      const shown = await artifactHandlers(uri, services).previewArtifact(place, signal);
      assert.equal(shown.kind, expected, name);
    }
    const session = {
      setTitle: () => undefined,
      replace: () => undefined,
      emit: () => undefined,
      hover: () => undefined,
      onDispose: () => undefined,
    };
    const { renderNote } = runPage.handlers({ store: uri, runId: RUN }, services, session);
    assert.deepEqual(await renderNote({ text: '# note' }, signal), { html: '<p></p>' });
    assert.deepEqual(await renderNote({ text: '['.repeat(10_000_000) }, signal), { html: null });
    assert.ok(longest <= 32 * 1024, String(longest));
  });

  it('read nothing of what is not drawn', async () => {
    for (const name of ['large.png', 'large.svg', 'large.parquet', 'large.pkl']) {
      assert.deepEqual(await preview(name, ''), { kind: 'none', read: 0 }, name);
    }
  });

  it('read a bounded part of notebooks and models, and of more that is asked for', async () => {
    for (const name of ['large.ipynb', 'MLmodel']) {
      const { kind, read } = await preview(name, text);
      assert.equal(kind, 'text');
      assert.ok(read > 0 && read <= 8.5 * MIB, `${name}: ${read}`);
    }
    assert.deepEqual(await preview('large.csv', rows, SIZE), { kind: 'table', read: 8 * MIB });
  });
});
