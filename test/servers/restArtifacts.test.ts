import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ServerVersion } from '../../scripts/mlflowEnvironment';
import type { StoreErrorCode } from '../../src/mlflow/errors';
import { fieldsOf } from '../../src/mlflow/shape';
import type { ArtifactOwner } from '../../src/mlflow/store';
import type { ArtifactRecords } from '../../src/stores/artifacts/records';
import { call, probe, type ServerApi } from '../../src/stores/rest/api';
import { ServerArtifacts } from '../../src/stores/rest/artifacts/reader';
import type { Exchange } from '../../src/stores/rest/exchange';
import { refuses } from '../support/contract/tools';
import { removeTempFolders, tempFolder } from '../support/database';
import { plainExchange } from '../support/servers/exchange';
import { startServer, type RunningServer } from '../support/servers/server';
import { eraServer } from '../support/servers/shared';

const VERSIONS: readonly ServerVersion[] = ['1.30.1', '2.14.3', '3.17.2'];
const WHOLE = { offset: 0, length: 1000 };

/** What is in each file that a server gives out as it is. */
const FILES: Readonly<Record<string, string>> = {
  'summary.json': '{}',
  'notes with spaces & ünï 模型.txt': 'notes',
  'plots/loss.csv': 'step,loss\n0,1.0\n1,0.5\n',
  'plots/100% sure.txt': 'sure',
  "plots/it's =+?;,@$.txt": 'signs',
  'page.html': '<script>1</script>',
  'digits.d/123': 'a number',
  empty: '',
};

describe('artifacts of a real tracking server', function () {
  this.timeout(600_000);
  after(removeTempFolders);

  for (const version of VERSIONS) {
    describe(`MLflow ${version}`, () => {
      let server: RunningServer;
      let exchange: Exchange;
      let api: ServerApi;
      let experimentId: string;
      let run: { owner: ArtifactOwner; uri: string; folder: string; runId: string };
      let artifacts: ServerArtifacts;
      let downloadFolder: string;

      const send = async (endpoint: string, args: Record<string, unknown>) =>
        fieldsOf(await call(exchange, api, { method: 'POST', endpoint, args }));
      /** As the store's own reading says (stores/artifacts/records.ts). */
      const records: ArtifactRecords = {
        storeFolder: '',
        runArtifactUri: async (run_id) => {
          const answer = await call(exchange, api, { method: 'GET', endpoint: 'runs/get', args: { run_id } });
          return String(fieldsOf(fieldsOf(fieldsOf(answer)['run'])['info'])['artifact_uri']);
        },
        modelArtifactLocation: async (modelId) => {
          const answer = await call(exchange, api, { method: 'GET', endpoint: `logged-models/${modelId}` });
          return String(fieldsOf(fieldsOf(fieldsOf(answer)['model'])['info'])['artifact_uri']);
        },
        loggedModelOfRun: () => Promise.resolve(null),
        versionSource: () => Promise.reject(new Error('A server is asked itself.')),
      };
      const reading = (openedFolders: string[]): ServerArtifacts =>
        new ServerArtifacts({
          exchange,
          apiOf: async () => api,
          records,
          openedFolders: () => openedFolders,
          downloadFolder,
        });
      const text = async (owner: ArtifactOwner, file: string, range = WHOLE): Promise<string> =>
        Buffer.from(await artifacts.read(owner, file, range)).toString();
      const write = (folder: string, files: Readonly<Record<string, string>>): void =>
        Object.entries(files).forEach(([file, content]) => {
          fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
          fs.writeFileSync(path.join(folder, file), content);
        });
      const makeRun = async () => {
        const made = await send('runs/create', { experiment_id: experimentId, start_time: 1 });
        const info = fieldsOf(fieldsOf(made['run'])['info']);
        const [runId, uri] = [String(info['run_id']), String(info['artifact_uri'])];
        const folder = uri.replace(/^mlflow-artifacts:\/*|^file:\/\//, (scheme) =>
          scheme.startsWith('file') ? '' : `${server.artifacts}/`,
        );
        return { owner: { runId }, uri, folder, runId };
      };

      before(async () => {
        server = await eraServer(version);
        exchange = plainExchange(server);
        api = await probe(exchange, null);
        experimentId = String((await send('experiments/create', { name: 'of artifacts' }))['experiment_id']);
        downloadFolder = tempFolder();
        artifacts = reading([]);
        run = await makeRun();
        write(run.folder, FILES);
      });
      it('are listed a folder at a time, folders first, with their sizes', async () => {
        const { root, files, truncated } = await artifacts.list(run.owner, '');
        assert.deepEqual(
          [root, truncated],
          [{ uri: run.uri, localPath: null, moved: false, problem: null }, 0],
        );
        assert.deepEqual(
          files.map(({ path: of, isDir, size }) => [of, isDir, size]),
          [
            ['digits.d', true, null],
            ['plots', true, null],
            ['empty', false, 0],
            ['notes with spaces & ünï 模型.txt', false, 5],
            ['page.html', false, 18],
            ['summary.json', false, 2],
          ],
        );
        const plots = await artifacts.list(run.owner, 'plots');
        assert.deepEqual(
          plots.files.map(({ path: of }) => of),
          ['plots/100% sure.txt', "plots/it's =+?;,@$.txt", 'plots/loss.csv'],
        );
      });

      it('are read whatever their names hold, by ranges of bytes, up to their end', async () => {
        for (const [file, content] of Object.entries(FILES)) {
          assert.equal(await text(run.owner, file), content, file);
        }
        assert.equal(await text(run.owner, 'plots/loss.csv', { offset: 5, length: 4 }), 'loss');
        assert.equal(await text(run.owner, 'plots/loss.csv', { offset: 16, length: 100 }), '1,0.5\n');
        assert.equal(await text(run.owner, 'plots/loss.csv', { offset: 1000, length: 10 }), '');
        assert.equal(await text(run.owner, 'plots/loss.csv', { offset: 3, length: 0 }), '');
      });

      it('whose names the server reads as others are never answered by another file', async () => {
        const odd = { 'a#b.txt': 'hash', 'a%41.txt': 'percent', ' lead.txt': 'blank', '77': 'digits' };
        const other = await makeRun();
        write(other.folder, { ...odd, 'aA.txt': 'WRONG', 'lead.txt': 'WRONG' });
        for (const [file, content] of Object.entries(odd)) {
          const read = await text(other.owner, file).catch((error: { code: string }) => error.code);
          assert.ok(read === content || read === 'UNSUPPORTED', `${file}: ${read}`);
        }
      });

      it('say so where they are not there, or no file, or no folder', async () => {
        const { owner } = run;
        const cases: [() => Promise<unknown>, StoreErrorCode][] = [
          [() => artifacts.read(owner, 'nope.txt', WHOLE), 'RESOURCE_DOES_NOT_EXIST'],
          [() => artifacts.read(owner, 'nope/nope.txt', WHOLE), 'RESOURCE_DOES_NOT_EXIST'],
          [() => artifacts.list(owner, 'nope'), 'RESOURCE_DOES_NOT_EXIST'],
          [() => artifacts.read(owner, 'plots', WHOLE), 'INVALID_PARAMETER_VALUE'],
          [() => artifacts.list(owner, 'summary.json'), 'INVALID_PARAMETER_VALUE'],
          [() => artifacts.list({ runId: 'f'.repeat(32) }, ''), 'RESOURCE_DOES_NOT_EXIST'],
          [() => artifacts.list({ name: 'nope', version: '1' }, ''), 'RESOURCE_DOES_NOT_EXIST'],
          ...['..', '../x', 'plots/../../x', '/etc/hostname', './summary.json', 'plots//loss.csv'].map(
            (leaving): [() => Promise<unknown>, StoreErrorCode] => [
              () => artifacts.read(owner, leaving, WHOLE),
              'INVALID_PARAMETER_VALUE',
            ],
          ),
        ];
        for (const [asked, code] of cases) {
          await refuses(asked(), code);
        }
      });

      it('are none where a run logged none', async () => {
        const { owner } = await makeRun();
        assert.deepEqual((await artifacts.list(owner, '')).files, []);
      });

      it('of a model version are those of its source', async () => {
        const name = 'of a run';
        await send('registered-models/create', { name });
        const sources = [`${run.uri}/plots`, `runs:/${run.runId}/plots`, 's3://elsewhere/model'];
        for (const source of sources) {
          await send('model-versions/create', { name, source, run_id: run.runId });
        }
        for (const version of ['1', '2']) {
          const { files } = await artifacts.list({ name, version }, '');
          assert.ok(
            files.some((file) => file.path === 'loss.csv'),
            JSON.stringify(files),
          );
          assert.equal(await text({ name, version }, 'loss.csv'), FILES['plots/loss.csv']);
        }
        assert.match((await artifacts.list({ name, version: '3' }, '')).root.problem ?? '', /does not list/);
      });

      it('are put into a folder here, whole and as they are, where an editor opens one', async () => {
        const file = await artifacts.locate(run.owner, 'plots/loss.csv');
        assert.equal(path.basename(file), 'loss.csv');
        assert.equal(fs.readFileSync(file, 'utf8'), FILES['plots/loss.csv']);
        assert.ok(file.startsWith(downloadFolder));
        const large = Buffer.alloc(9_000_000, 'abcdefg');
        fs.writeFileSync(path.join(run.folder, 'large.bin'), large);
        assert.ok(fs.readFileSync(await artifacts.locate(run.owner, 'large.bin')).equals(large));
        fs.rmSync(path.join(run.folder, 'large.bin'));
        await refuses(artifacts.locate(run.owner, 'plots'), 'INVALID_PARAMETER_VALUE');
      });

      if (version === '3.17.2') {
        it('of a logged model are its own', async () => {
          const made = await send('logged-models', {
            experiment_id: experimentId,
            name: 'm',
            source_run_id: run.runId,
          });
          const info = fieldsOf(fieldsOf(made['model'])['info']);
          const owner = { modelId: String(info['model_id']) };
          const folder = String(info['artifact_uri']).replace(
            /^mlflow-artifacts:\/*/,
            `${server.artifacts}/`,
          );
          write(folder, { MLmodel: 'flavors: {}', 'data/ü #1.pkl': 'x', 'data/w.bin': 'weights' });
          const listed = await artifacts.list(owner, '');
          assert.deepEqual(
            listed.files.map((file) => file.path),
            ['data', 'MLmodel'],
          );
          assert.equal(await text(owner, 'MLmodel'), 'flavors: {}');
          assert.equal(await text(owner, 'data/w.bin'), 'weights');
          await refuses(artifacts.read(owner, 'data/ü #1.pkl', WHOLE), 'UNSUPPORTED', /"#"/);
          await refuses(artifacts.list({ modelId: 'm-nope' }, ''), 'RESOURCE_DOES_NOT_EXIST');
        });
      }
    });
  }

  it('are read on this machine only where the user opened the folder that holds them', async () => {
    const server = await startServer('3.17.2', { serveArtifacts: false });
    try {
      const exchange = plainExchange(server);
      const api = await probe(exchange, null);
      const args = { experiment_id: '0', start_time: 1 };
      const made = fieldsOf(await call(exchange, api, { method: 'POST', endpoint: 'runs/create', args }));
      const info = fieldsOf(fieldsOf(made['run'])['info']);
      const [runId, uri] = [String(info['run_id']), String(info['artifact_uri'])];
      const folder = uri.replace('file://', '');
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(path.join(folder, 'a#b.txt'), 'here');
      const reading = (...openedFolders: string[]): ServerArtifacts =>
        new ServerArtifacts({
          exchange,
          apiOf: async () => api,
          records: {
            storeFolder: '',
            runArtifactUri: async () => uri,
            modelArtifactLocation: () => Promise.reject(new Error('not asked')),
            loggedModelOfRun: () => Promise.resolve(null),
            versionSource: () => Promise.reject(new Error('not asked')),
          },
          openedFolders: () => openedFolders,
          downloadFolder: tempFolder(),
        });
      const owner = { runId };
      for (const closed of [reading(), reading('/nowhere', `${server.artifacts}-other`)]) {
        const { root, files } = await closed.list(owner, '');
        assert.deepEqual([root.localPath, files.length], [null, 1]);
        await refuses(closed.read(owner, 'a#b.txt', WHOLE), 'UNSUPPORTED');
      }
      const opened = reading(server.dir);
      assert.equal((await opened.list(owner, '')).root.localPath, fs.realpathSync(folder));
      assert.equal(Buffer.from(await opened.read(owner, 'a#b.txt', WHOLE)).toString(), 'here');
      assert.equal(await opened.locate(owner, 'a#b.txt'), path.join(fs.realpathSync(folder), 'a#b.txt'));
    } finally {
      await server.stop();
    }
  });
});
