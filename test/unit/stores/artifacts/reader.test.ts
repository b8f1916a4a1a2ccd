import * as assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { mock } from 'node:test';
import fc from 'fast-check';
import { isStoreError, StoreError } from '../../../../src/mlflow/errors';
import { artifactPathParts } from '../../../../src/stores/artifacts/files';
import { ArtifactReader } from '../../../../src/stores/artifacts/reader';
import { longestTurn } from '../../../support/turns';

const RUN = '0123456789abcdef0123456789abcdef';
const OTHER = 'fedcba9876543210fedcba9876543210';
const MODEL = `m-${RUN}`;
const SECRET = 'secret outside of every root';

describe('artifacts', () => {
  let sandbox: string;
  let storeFolder: string;
  let uris: Map<string, string>;
  let versions: Map<string, { source: string; storageLocation: string | null }>;
  let logged: Map<string, string>;
  let reader: ArtifactReader;

  beforeEach(() => {
    sandbox = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'lens-artifacts-')));
    storeFolder = path.join(sandbox, 'project');
    fs.mkdirSync(storeFolder);
    fs.writeFileSync(path.join(sandbox, 'secret.txt'), SECRET);
    uris = new Map();
    versions = new Map();
    logged = new Map();
    const lookUp = (key: string): string => {
      const uri = uris.get(key);
      if (uri === undefined) {
        throw new StoreError('RESOURCE_DOES_NOT_EXIST', `No ${key}.`);
      }
      return uri;
    };
    reader = new ArtifactReader({
      storeFolder,
      runArtifactUri: async (runId) => lookUp(runId),
      modelArtifactLocation: async (modelId) => lookUp(modelId),
      loggedModelOfRun: async (runId, name) => logged.get(`${runId}/${name}`) ?? null,
      versionSource: async (name, version) => versions.get(`${name}/${version}`)!,
    });
  });

  afterEach(() => fs.rmSync(sandbox, { recursive: true, force: true }));

  /** Makes a file with its folders and returns its path. */
  function write(relative: string, text = 'x'): string {
    const file = path.join(sandbox, relative);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    return file;
  }

  async function readText(artifactPath: string, owner: { runId: string } = { runId: RUN }): Promise<string> {
    return Buffer.from(await reader.read(owner, artifactPath, { offset: 0, length: 1000 })).toString();
  }

  async function names(owner: Parameters<ArtifactReader['list']>[0], folder = ''): Promise<string[]> {
    return (await reader.list(owner, folder)).files.map(({ path: name, isDir }) =>
      isDir ? `${name}/` : name,
    );
  }

  describe('roots', () => {
    it('reads the recorded folder, as path, file URI and relative path', async () => {
      const root = path.join(sandbox, 'elsewhere', RUN, 'artifacts');
      write(`elsewhere/${RUN}/artifacts/plots/a b ü.txt`, 'hello');
      write(`project/mlruns/0/${RUN}/artifacts/plots/a b ü.txt`, 'hello');
      for (const uri of [root, `file://${root}`, `file:${root}`, `./mlruns/0/${RUN}/artifacts`]) {
        uris.set(RUN, uri);
        assert.deepEqual(await names({ runId: RUN }), ['plots/'], uri);
        assert.deepEqual(await names({ runId: RUN }, 'plots'), ['plots/a b ü.txt']);
        assert.equal(await readText('plots/a b ü.txt'), 'hello');
        assert.equal((await reader.list({ runId: RUN }, '')).root.moved, false);
      }
    });

    it('finds the folder of a moved store beside it or above it, and says that it moved', async () => {
      for (const [recorded, lies] of [
        [`/home/gone/p/mlruns/1/${RUN}/artifacts`, `project/mlruns/1/${RUN}/artifacts`],
        [`file:///home/gone/p/artifacts/ü%20x/${RUN}/artifacts`, `project/artifacts/ü x/${RUN}/artifacts`],
        [`C:\\Users\\gone\\mlruns\\1\\${RUN}\\artifacts`, `project/mlruns/1/${RUN}/artifacts`],
        [`/home/gone/p/artifacts/1/${RUN}/artifacts`, `artifacts/1/${RUN}/artifacts`],
        [`mlflow-artifacts:/1/${RUN}/artifacts`, `project/mlartifacts/1/${RUN}/artifacts`],
        [`mlflow-artifacts://host:80/1/${RUN}/artifacts`, `project/mlartifacts/1/${RUN}/artifacts`],
      ] as const) {
        write(`${lies}/here.txt`);
        uris.set(RUN, recorded);
        const { root, files } = await reader.list({ runId: RUN }, '');
        assert.deepEqual(root, {
          uri: recorded,
          localPath: path.join(sandbox, lies),
          moved: true,
          problem: null,
        });
        assert.equal(files[0]?.path, 'here.txt');
        fs.rmSync(path.join(sandbox, lies.split('/')[0]!), { recursive: true });
        fs.mkdirSync(storeFolder, { recursive: true });
      }
    });

    it('says what to do about a remote, a missing and an unreadable root', async () => {
      for (const [uri, says] of [
        ['s3://bucket/x', /Amazon S3.*mlflow artifacts download --run-id 0123/],
        ['gs://bucket/x', /Google Cloud/],
        ['wasbs://c@a.blob/x', /Azure/],
        ['dbfs:/x', /Databricks/],
        ['hdfs://x', /HDFS/],
        ['mlflow-artifacts:/1/x/artifacts', /tracking server/],
        ['https://example.com/x', /web server/],
        ['https://me:secret@example.com/x', /web server \(https:\/\/…@example/],
        ['constructor:x', /"constructor:" location/],
        [`/home/gone/${RUN}/artifacts`, /not on this machine/],
        ['', /no artifact location/],
        ['a\0b', /not a path/],
        ['x'.repeat(4001), /not a path/],
        ['file://server/share/x', /another machine/],
      ] as const) {
        uris.set(RUN, uri);
        const { root, files } = await reader.list({ runId: RUN }, '');
        assert.match(root.problem ?? '', says, uri);
        assert.equal(root.localPath, null);
        assert.deepEqual(files, []);
        await assert.rejects(reader.read({ runId: RUN }, 'x', { offset: 0, length: 1 }), StoreError);
      }
    });

    it('takes a folder that was never made, in a store that did not move, for an empty one', async () => {
      uris.set(RUN, path.join(storeFolder, 'mlruns', '0', RUN, 'artifacts'));
      const { root, files } = await reader.list({ runId: RUN }, '');
      assert.deepEqual([root.problem, root.localPath, files], [null, null, []]);
    });

    it('opens no folder outside that MLflow did not make for this run', async () => {
      write(`elsewhere/${OTHER}/artifacts/x.txt`);
      fs.symlinkSync(sandbox, path.join(storeFolder, 'link'));
      fs.mkdirSync(path.join(storeFolder, RUN));
      fs.symlinkSync(sandbox, path.join(storeFolder, RUN, 'artifacts'));
      for (const uri of [
        sandbox,
        '/',
        '/etc',
        'file:///etc',
        '..',
        '../..',
        `file://${sandbox}/elsewhere/${OTHER}/artifacts`,
        path.join(storeFolder, 'link'),
        'link',
        `${RUN}/artifacts`,
        `/gone/${RUN}/artifacts`,
        `/gone/${RUN}/artifacts/../../..`,
        `mlflow-artifacts:/../../${RUN}/artifacts`,
      ]) {
        uris.set(RUN, uri);
        const { root, files } = await reader.list({ runId: RUN }, '');
        assert.equal(root.localPath, null, uri);
        assert.deepEqual(files, [], uri);
        await assert.rejects(readText('secret.txt'), StoreError, uri);
      }
    });
  });

  describe('paths', () => {
    const root = `project/mlruns/0/${RUN}/artifacts`;

    beforeEach(() => {
      write(`${root}/sub/inside.txt`, 'inside');
      uris.set(RUN, path.join(sandbox, root));
    });

    it('reads ranges', async () => {
      const range = async (offset: number, length: number): Promise<string> =>
        Buffer.from(await reader.read({ runId: RUN }, 'sub/inside.txt', { offset, length })).toString();
      assert.equal(await range(0, 2), 'in');
      assert.equal(await range(4, 100), 'de');
      assert.equal(await range(100, 100), '');
      await assert.rejects(range(-1, 1), StoreError);
      await assert.rejects(range(0, -1), StoreError);
      await assert.rejects(range(0, NaN), StoreError);
    });

    it('reads a range of a file of 5 GB, and says its size, without reading the rest', async () => {
      const file = write(`${root}/large.bin`, '');
      fs.truncateSync(file, 5 * 1024 ** 3);
      const bytes = await reader.read({ runId: RUN }, 'large.bin', {
        offset: 5 * 1024 ** 3 - 4,
        length: 1e9,
      });
      assert.equal(bytes.length, 4);
      const listed = (await reader.list({ runId: RUN }, '')).files.find(
        (entry) => entry.path === 'large.bin',
      );
      assert.equal(listed?.size, 5 * 1024 ** 3);
    });

    it('leads nowhere else, whatever a path says', async () => {
      fs.symlinkSync(path.join(sandbox, 'secret.txt'), path.join(sandbox, root, 'link.txt'));
      fs.symlinkSync(sandbox, path.join(sandbox, root, 'linkdir'));
      fs.symlinkSync('nowhere', path.join(sandbox, root, 'dangling'));
      fs.symlinkSync('circle', path.join(sandbox, root, 'circle'));
      for (const hostile of [
        '../secret.txt',
        '../../../../../secret.txt',
        'sub/../../../../../../secret.txt',
        'sub/..',
        './sub',
        '/etc/passwd',
        path.join(sandbox, 'secret.txt'),
        'link.txt',
        'linkdir/secret.txt',
        'linkdir',
        'dangling',
        'circle',
        'sub//inside.txt',
        'sub/',
        'sub/inside.txt/',
        'sub/inside.txt/x',
        'a\0b',
        '\0',
        'sub/inside.txt\0.png',
        'x'.repeat(4000),
        'x'.repeat(100_000),
        `${'x/'.repeat(1999)}x`,
        'file:///etc/passwd',
        '%2e%2e/secret.txt',
        '..%2fsecret.txt',
        '..\\secret.txt',
        '~/secret.txt',
        'https://example.com/x',
        '__proto__',
      ]) {
        await assert.rejects(readText(hostile), StoreError, hostile.slice(0, 80));
        await assert.rejects(reader.list({ runId: RUN }, hostile), StoreError, hostile.slice(0, 80));
        await assert.rejects(reader.locate({ runId: RUN }, hostile), StoreError, hostile.slice(0, 80));
      }
    });

    it('lists links that lead out and files that are none without a size, and does not hang on a pipe', async () => {
      fs.symlinkSync(path.join(sandbox, 'secret.txt'), path.join(sandbox, root, 'out'));
      fs.symlinkSync('sub/inside.txt', path.join(sandbox, root, 'in'));
      execFileSync('mkfifo', [path.join(sandbox, root, 'pipe')]);
      const { files } = await reader.list({ runId: RUN }, '');
      assert.deepEqual(files, [
        { path: 'sub', isDir: true, size: null },
        { path: 'in', isDir: false, size: 6 },
        { path: 'out', isDir: false, size: null },
        { path: 'pipe', isDir: false, size: null },
      ]);
      assert.equal(await readText('in'), 'inside');
      await assert.rejects(readText('pipe'), /not a file/);
      await assert.rejects(reader.locate({ runId: RUN }, 'pipe'), /not a file/);
      await assert.rejects(readText('sub'), StoreError);
    });

    it('follows no link that came between listing and reading, in place of a file or of a folder', async () => {
      const inside = path.join(sandbox, root, 'sub');
      write('elsewhere/inside.txt', SECRET);
      for (const [swapped, target] of [
        [path.join(inside, 'inside.txt'), path.join(sandbox, 'secret.txt')],
        [inside, path.join(sandbox, 'elsewhere')],
      ] as const) {
        assert.deepEqual(await names({ runId: RUN }, 'sub'), ['sub/inside.txt']);
        fs.renameSync(swapped, `${swapped}.away`);
        fs.symlinkSync(target, swapped);
        await assert.rejects(readText('sub/inside.txt'), /leads out/);
        await assert.rejects(reader.locate({ runId: RUN }, 'sub/inside.txt'), /leads out/);
        fs.unlinkSync(swapped);
        fs.renameSync(`${swapped}.away`, swapped);
        assert.equal(await readText('sub/inside.txt'), 'inside');
      }
    });

    it('reads nothing outside while another process swaps the folder for a link, over and over', async function () {
      this.timeout(60_000);
      write('elsewhere/inside.txt', SECRET);
      const swapper = spawn(
        'python3',
        [
          '-c',
          'import os, time\nprint("swaps", flush=True)\nwhile True:\n    os.rename("sub", "away"); os.symlink("../../../../../elsewhere", "sub")\n    os.unlink("sub"); os.rename("away", "sub"); time.sleep(0.0005)',
        ],
        { cwd: path.join(sandbox, root), stdio: ['ignore', 'pipe', 'inherit'] },
      );
      try {
        await new Promise((resolve) => swapper.stdout.once('data', resolve));
        let read = 0;
        for (let i = 0; i < 6000; i++) {
          const text = await readText('sub/inside.txt').catch((error: unknown) => {
            assert.ok(isStoreError(error), String(error));
            return null;
          });
          assert.ok(text === null || text === 'inside', 'what lies outside was read');
          read += Number(text !== null);
        }
        assert.ok(read > 0);
      } finally {
        swapper.kill('SIGKILL');
        await new Promise((resolve) => swapper.once('exit', resolve));
      }
    });

    it('takes from a folder of 100,000 files a bounded number of sizes, and says how many more there are', async function () {
      this.timeout(60_000);
      const folder = path.join(sandbox, root, 'many');
      fs.mkdirSync(folder);
      for (let i = 0; i < 100_000; i++) {
        fs.closeSync(fs.openSync(path.join(folder, `${i}`), 'w'));
      }
      const asked = mock.method(fs.promises, 'stat');
      const listing = await reader.list({ runId: RUN }, 'many');
      assert.equal(listing.files.length, 10_000);
      assert.equal(listing.truncated, 90_000);
      const sizes = asked.mock.calls.filter(({ arguments: [file] }) => String(file).startsWith(folder));
      asked.mock.restore();
      assert.equal(sizes.length, 10_000);
      // Sorted as a whole it would be one turn of the extension host.
      const longest = await longestTurn(() => reader.list({ runId: RUN }, 'many'));
      assert.ok(longest < 50, `${longest} ms in one turn`);
      const aborted = AbortSignal.abort();
      await assert.rejects(reader.list({ runId: RUN }, 'many', aborted), { code: 'CANCELLED' });
    });

    it('no generated path reads the file outside', async () => {
      const part = fc.constantFrom(
        '..',
        '.',
        '',
        'sub',
        '\\',
        '..\\',
        '%2e%2e',
        '\0',
        'C:',
        'secret.txt',
        '~',
      );
      await fc.assert(
        fc.asyncProperty(fc.array(part, { maxLength: 9 }), async (parts) => {
          await assert.rejects(readText([...parts, 'secret.txt'].join('/')), StoreError);
        }),
      );
    });
  });

  it('knows what Windows takes for devices and streams', () => {
    for (const name of [
      'nul',
      'CON',
      'aux.txt',
      'sub/COM1',
      'lpt9.log',
      'a:b',
      'a\\b',
      'c:/x',
      'name.',
      'name ',
    ]) {
      assert.throws(() => artifactPathParts(name, 'win32'), StoreError, name);
    }
    assert.deepEqual(artifactPathParts('console/null.txt', 'win32'), ['console', 'null.txt']);
    assert.deepEqual(artifactPathParts('nul/a:b', 'linux'), ['nul', 'a:b']);
  });

  describe('logged models and versions', () => {
    beforeEach(() => {
      write(`project/mlruns/0/${RUN}/artifacts/model/MLmodel`, 'of the run');
      write(`project/mlruns/0/models/${MODEL}/artifacts/MLmodel`, 'logged');
      uris.set(RUN, path.join(storeFolder, 'mlruns', '0', RUN, 'artifacts'));
      uris.set(MODEL, path.join(storeFolder, 'mlruns', '0', 'models', MODEL, 'artifacts'));
    });

    it('reads a logged model', async () => {
      assert.deepEqual(await names({ modelId: MODEL }), ['MLmodel']);
    });

    it('follows each kind of source, and circles of copies not for ever', async () => {
      versions.set('m/1', { source: `runs:/${RUN}/model`, storageLocation: null });
      versions.set('m/2', { source: `models:/${MODEL}`, storageLocation: null });
      versions.set('m/3', { source: 'models:/m/1', storageLocation: null });
      versions.set('m/4', {
        source: 'models:/m/1',
        storageLocation: `file://${storeFolder}/mlruns/0/${RUN}/artifacts/model`,
      });
      versions.set('m/5', { source: `/gone/mlruns/0/${RUN}/artifacts/model`, storageLocation: null });
      for (const version of ['1', '2', '3', '4', '5']) {
        const owner = { name: 'm', version };
        assert.deepEqual(await names(owner), ['MLmodel'], version);
        const bytes = await reader.read(owner, 'MLmodel', { offset: 0, length: 100 });
        assert.equal(Buffer.from(bytes).toString(), version === '2' ? 'logged' : 'of the run');
      }
      // As MLflow does, whose logged model of that name comes before a folder of the run.
      logged.set(`${RUN}/model`, MODEL);
      for (const [source, file] of [
        [`runs:/${RUN}/model`, 'MLmodel'],
        [`runs:/${RUN}/model/`, 'MLmodel'],
        [`runs:/${RUN}`, 'model/MLmodel'],
      ] as const) {
        versions.set('m/8', { source, storageLocation: null });
        const bytes = await reader.read({ name: 'm', version: '8' }, file, { offset: 0, length: 100 });
        assert.equal(Buffer.from(bytes).toString(), source === `runs:/${RUN}` ? 'of the run' : 'logged');
      }
      versions.set('m/6', { source: 'models:/m/6', storageLocation: null });
      assert.match((await reader.list({ name: 'm', version: '6' }, '')).root.problem ?? '', /"models:"/);
      for (const source of [`runs:/${RUN}/../../..`, `runs:/${RUN}//etc`, sandbox, '/etc']) {
        versions.set('m/7', { source, storageLocation: null });
        await assert.rejects(
          reader.read({ name: 'm', version: '7' }, 'secret.txt', { offset: 0, length: 10 }),
          StoreError,
        );
      }
    });
  });
});
