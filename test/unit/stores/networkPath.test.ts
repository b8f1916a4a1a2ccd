import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveRoot } from '../../../src/stores/artifacts/root';
import { heldBack, locate, locateStores } from '../../../src/stores/locate';
import { networkHost, refusedPath } from '../../../src/stores/networkPath';
import { OpenStores } from '../../../src/stores/openStores';
import { removeTempFolders, tempFolder } from '../../support/database';
import { writeFiles } from '../../support/repositories';

const RUN = '0123456789abcdef0123456789abcdef';
const WINDOWS: [string, string | null][] = [
  ['\\\\Host\\share\\mlflow.db', 'host'],
  ['//host/share/mlflow.db', 'host'],
  ['\\/host/share', 'host'],
  ['/\\host\\share', 'host'],
  ['\\\\host@SSL@8443\\DavWWWRoot\\x', 'host@ssl@8443'],
  ['\\\\192.0.2.1\\c$', '192.0.2.1'],
  ['\\\\host', 'host'],
  ['\\\\\\host\\share', 'host'],
  ['\\\\?\\UNC\\host\\share\\x', 'host'],
  ['//?/unc/host/share/x', 'host'],
  ['\\\\.\\UNC\\host\\share', 'host'],
  ['\\??\\UNC\\host\\share', 'host'],
  ['\\\\?\\GLOBALROOT\\Device\\Mup\\host\\share', 'globalroot'],
  ['\\\\.\\pipe\\x', 'pipe'],
  ['\\\\', '?'],
  ['C:\\data\\mlflow.db', null],
  ['c:/data/mlflow.db', null],
  ['\\\\?\\C:\\data\\mlflow.db', null],
  ['\\\\.\\d:\\x', null],
  ['\\\\?\\Volume{0a1b2c3d-0000-0000-0000-000000000000}\\x', null],
  ['\\data\\x', null],
  ['data\\x', null],
];

describe('paths on other machines', () => {
  after(removeTempFolders);

  for (const [file, host] of WINDOWS) {
    it(`Windows would look for ${file} ${host === null ? 'here' : `at ${host}`}`, () => {
      assert.equal(networkHost(file, 'win32'), host);
      assert.equal(networkHost(file, 'linux'), null);
    });
  }

  it('are seen in what untrusted text becomes on Windows', () => {
    const base = 'C:\\repo';
    for (const text of ['//host/share/x.db', '\\\\host\\share\\x.db', '..\\..\\\\..//..\\x']) {
      const resolved = path.win32.resolve(base, text);
      assert.equal(networkHost(resolved, 'win32'), text.includes('host') ? 'host' : null, resolved);
    }
    const toPath = fileURLToPath as (url: string, options: { windows: boolean }) => string;
    assert.equal(networkHost(toPath('file://host/share/x', { windows: true }), 'win32'), 'host');
    assert.equal(networkHost(toPath('file:///C:/share/x', { windows: true }), 'win32'), null);
  });

  it('may be looked at where the user has opened a folder of the same machine', () => {
    const hostOf = (file: string): string | null => networkHost(file, 'win32');
    assert.equal(refusedPath('\\\\NAS\\a\\x', ['//nas/b/repo'], hostOf), null);
    assert.equal(refusedPath('C:\\x', [], hostOf), null);
    const refused = refusedPath('\\\\nas\\a\\x', ['C:\\repo', '\\\\other\\x'], hostOf);
    assert.equal(refused?.code, 'ON_ANOTHER_MACHINE');
    assert.match(refused.message, /"nas".*choose "Open Store"/);
  });

  /** Below `far` another machine begins. */
  const hostOf = (file: string): string | null => (/[\\/]far[\\/]/.test(file) ? 'far' : null);

  it('are listed with the reason, and not looked at: neither of the environment, of .env, nor of code', async () => {
    const folder = tempFolder();
    writeFiles(folder, {
      '.env': 'MLFLOW_TRACKING_URI=sqlite:///far/env.db\n',
      'train.py': 'mlflow.set_tracking_uri("sqlite:///far/code.db")\n',
      'near.py': 'mlflow.set_tracking_uri("sqlite:///gone.db")\n',
    });
    const stores = await locateStores({
      folders: [folder],
      depth: 1,
      env: { MLFLOW_TRACKING_URI: '/far/environment.db' },
      hostOf,
    });
    // Those of code are listed only if they are there; of these nobody looked.
    assert.deepEqual(
      stores.map(({ uri, error }) => [path.basename(uri), error?.code]),
      [
        ['environment.db', 'ON_ANOTHER_MACHINE'],
        ['env.db', 'ON_ANOTHER_MACHINE'],
        ['code.db', 'ON_ANOTHER_MACHINE'],
      ],
    );
  });

  it('are opened by no look at the list and no refresh, only when they are added', async () => {
    const opened: string[] = [];
    const stores = new OpenStores({
      open: async (uri) => {
        opened.push(uri);
        throw new Error('no store');
      },
    });
    const { uri, origin, error } = heldBack(locate('/far/x.db', '/', 'from .env'), [], hostOf);
    stores.add(uri, origin, error);
    await assert.rejects(stores.get(uri), { code: 'ON_ANOTHER_MACHINE' });
    await stores.reopen(uri);
    await assert.rejects(stores.writer(uri), { code: 'ON_ANOTHER_MACHINE' });
    assert.deepEqual(opened, []);
    stores.remove(uri);
    stores.add(uri, 'added by you');
    await assert.rejects(stores.get(uri), /no store/);
    assert.deepEqual(opened, [uri]);
  });

  it('are not looked at for artifacts, unless the store lies on that machine', async () => {
    const folder = tempFolder();
    const artifacts = path.join(folder, 'far/mlruns/1', RUN, 'artifacts');
    fs.mkdirSync(artifacts, { recursive: true });
    const request = { uri: artifacts, id: RUN, download: `--run-id ${RUN}`, hostOf };
    const root = await resolveRoot({ ...request, storeFolder: path.join(folder, 'near') });
    assert.equal(root.localPath, null);
    assert.match(root.problem ?? '', /lies on another machine than the store.*copy it beside the store/);
    const there = await resolveRoot({ ...request, storeFolder: path.join(folder, 'far/stores') });
    assert.equal(there.localPath, fs.realpathSync(artifacts));
  });
});
