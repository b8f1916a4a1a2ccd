import * as assert from 'node:assert/strict';
import type { StoreError } from '../../../../src/mlflow/errors';
import { ServerAccounts, type AccountsOptions } from '../../../../src/stores/rest/accounts';
import { environmentAccess } from '../../../../src/stores/rest/environment';
import { headerSources } from '../../../../src/stores/rest/requestHeaders';

const CANARY = 'canary-77aa31';
const TEAM = 'https://mlflow.example.com/team';
const ADA = { user: 'ada', password: CANARY };
/** ada and the canary, by `printf ada:canary-77aa31 | base64`. */
const BASIC = 'Basic YWRhOmNhbmFyeS03N2FhMzE=';

function setUp(options: Partial<AccountsOptions> = {}) {
  const kept = new Map<string, string>();
  const warnings: string[] = [];
  const accounts = new ServerAccounts({
    secrets: {
      get: (key) => Promise.resolve(kept.get(key)),
      store: (key, value) => Promise.resolve(void kept.set(key, value)),
      delete: (key) => Promise.resolve(void kept.delete(key)),
    },
    env: {},
    isTrusted: () => true,
    requestHeaders: () => ({}),
    readFile: (file) => Promise.resolve(`of ${file}`),
    warn: (message) => warnings.push(message),
    ...options,
  });
  return { accounts, kept, warnings };
}

describe('who is signed in to a tracking server', () => {
  it('is nobody at first', async () => {
    const { accounts } = setUp();
    assert.deepEqual(await accounts.accessOf(TEAM), {
      headers: {},
      insecure: false,
      who: null,
      withheld: null,
    });
  });

  it('is who signed in, at each address of that scheme, host and port and nowhere else, until signing out', async () => {
    const { accounts, kept } = setUp();
    assert.deepEqual((await accounts.accessOf(TEAM)).headers, {});
    await accounts.signIn(TEAM, ADA);
    for (const same of [
      TEAM,
      `${TEAM}?workspace=b`,
      'https://mlflow.example.com',
      'https://mlflow.example.com:443',
    ]) {
      const { headers, who } = await accounts.accessOf(same);
      assert.deepEqual([headers, who], [{ Authorization: BASIC }, 'ada'], same);
    }
    for (const other of [
      'http://mlflow.example.com/team',
      'https://mlflow.example.com:8443/team',
      'https://mlflow.example.com.evil.example/team',
      'https://example.com/team',
    ]) {
      assert.deepEqual((await accounts.accessOf(other)).headers, {}, other);
    }
    assert.equal(kept.size, 1);
    await accounts.signIn('http://localhost:5000', { token: CANARY });
    const local = await accounts.accessOf('http://localhost:5000');
    assert.deepEqual([local.headers, local.who], [{ Authorization: `Bearer ${CANARY}` }, 'a token']);
    await accounts.signOut(TEAM);
    assert.deepEqual((await accounts.accessOf(TEAM)).headers, {});
    assert.equal(kept.size, 1);
  });

  it('is written as MLflow’s client does it, letters beyond ASCII too', async () => {
    const { accounts } = setUp();
    await accounts.signIn(TEAM, { user: 'jürgen', password: 'pässwort:€' });
    // python3: base64.standard_b64encode("jürgen:pässwort:€".encode())
    assert.equal((await accounts.accessOf(TEAM)).headers.Authorization, 'Basic asO8cmdlbjpww6Rzc3dvcnQ64oKs');
  });

  it('is nobody in Restricted Mode, whatever is kept and set, and nothing is kept there', async () => {
    let trusted = true;
    const { accounts, kept } = setUp({
      isTrusted: () => trusted,
      env: {
        MLFLOW_TRACKING_URI: TEAM,
        MLFLOW_TRACKING_TOKEN: CANARY,
        MLFLOW_TRACKING_INSECURE_TLS: 'true',
        MLFLOW_TRACKING_CLIENT_CERT_PATH: '/client.pem',
        KEY: CANARY,
      },
      requestHeaders: () => ({ [TEAM]: { 'X-Key': 'env:KEY' } }),
    });
    await accounts.signIn(TEAM, ADA);
    trusted = false;
    accounts.forget();
    assert.deepEqual(await accounts.accessOf(TEAM), {
      headers: {},
      insecure: false,
      who: null,
      withheld: 'In Restricted Mode nobody is signed in: trust this workspace, then sign in.',
    });
    await assert.rejects(accounts.signIn('http://a:1', ADA), {
      code: 'READ_ONLY',
      message: /Restricted Mode/,
    });
    assert.equal(kept.size, 1);
  });

  it('is who the environment says, only at the server that the environment itself names', async () => {
    const env = {
      MLFLOW_TRACKING_URI: `${TEAM}/`,
      MLFLOW_REGISTRY_URI: 'http://registry:5000',
      MLFLOW_TRACKING_USERNAME: 'ada',
      MLFLOW_TRACKING_PASSWORD: CANARY,
      MLFLOW_TRACKING_TOKEN: 'not this one',
      MLFLOW_TRACKING_SERVER_CERT_PATH: '/ca.pem',
      MLFLOW_TRACKING_CLIENT_CERT_PATH: '/client.pem',
      MLFLOW_TRACKING_INSECURE_TLS: 'true',
    };
    const { accounts, warnings } = setUp({ env });
    assert.deepEqual(await accounts.accessOf(TEAM), {
      headers: { Authorization: BASIC },
      ca: 'of /ca.pem',
      clientCertificate: 'of /client.pem',
      insecure: true,
      who: 'ada',
      withheld: null,
    });
    assert.equal((await accounts.accessOf('http://registry:5000')).who, 'ada');
    accounts.forget();
    await accounts.accessOf(TEAM);
    assert.deepEqual(
      warnings.filter((text) => text.includes(TEAM)),
      [
        `MLFLOW_TRACKING_INSECURE_TLS is set: the certificate of ${TEAM} is not looked at, so anybody in between can read and change what is sent.`,
      ],
    );
    for (const other of [
      'https://mlflow.example.com',
      'https://mlflow.example.com/team/other',
      'http://mlflow.example.com/team',
      'http://evil.example:5000',
    ]) {
      assert.deepEqual(
        await accounts.accessOf(other),
        { headers: {}, insecure: false, who: null, withheld: null },
        other,
      );
    }
    await accounts.signIn(TEAM, { user: 'grace', password: 'b' });
    assert.equal((await accounts.accessOf(TEAM)).who, 'grace');
    assert.deepEqual(environmentAccess({ ...env, MLFLOW_TRACKING_USERNAME: '' }, TEAM).credentials, null);
    assert.deepEqual(
      environmentAccess({ ...env, MLFLOW_TRACKING_USERNAME: '', MLFLOW_TRACKING_TOKEN: 'abc' }, TEAM)
        .credentials,
      { token: 'abc' },
    );
    assert.equal(environmentAccess({ ...env, MLFLOW_TRACKING_INSECURE_TLS: 'false' }, TEAM).insecure, false);
    assert.equal(
      environmentAccess({ ...env, MLFLOW_TRACKING_URI: 'sqlite:///a.db' }, TEAM).credentials,
      null,
    );
  });

  it('may need further headers, from the environment and from what is kept', async () => {
    const { accounts, kept } = setUp({
      env: { TEAM_KEY: CANARY },
      requestHeaders: () => ({
        'https://mlflow.example.com': { 'X-Api-Key': 'env:TEAM_KEY', 'X-Proxy': 'secret:proxy' },
        'http://other:5000': { 'X-Other': 'env:TEAM_KEY' },
      }),
    });
    assert.deepEqual(await accounts.missingHeaders(TEAM), [
      { header: 'X-Proxy', from: 'secret', name: 'proxy' },
    ]);
    await assert.rejects(accounts.accessOf(TEAM), {
      code: 'UNAUTHENTICATED',
      message: `The setting mlflowLens.requestHeaders wants a header X-Proxy for ${TEAM}, whose value is not kept yet: sign in, which asks for it.`,
    });
    await accounts.giveHeader(TEAM, 'proxy', 'p 1');
    assert.deepEqual((await accounts.accessOf(TEAM)).headers, { 'X-Api-Key': CANARY, 'X-Proxy': 'p 1' });
    assert.deepEqual(await accounts.missingHeaders(TEAM), []);
    assert.deepEqual((await accounts.accessOf('http://other:5000')).headers, { 'X-Other': CANARY });
    assert.deepEqual((await accounts.accessOf('http://third:5000')).headers, {});
    await accounts.signOut(TEAM);
    assert.equal(kept.size, 0);
  });

  it('says what is wrong with the setting without saying what may be the secret itself', () => {
    for (const value of [CANARY, `env:${CANARY} x`, `plain:${CANARY}`, { a: CANARY }, 7]) {
      const headers = { 'X-Key': value };
      assert.throws(
        () => headerSources({ [TEAM]: headers }, TEAM),
        (error: StoreError) =>
          error.code === 'INVALID_PARAMETER_VALUE' &&
          /must be "env:NAME" of an environment variable or "secret:NAME"/.test(error.message) &&
          !error.message.includes(CANARY),
      );
    }
    for (const header of [
      'Host',
      'Origin',
      'content-length',
      'Connection',
      'a b',
      'X-MLFLOW-WORKSPACE',
      '',
    ]) {
      assert.throws(
        () => headerSources({ [TEAM]: { [header]: 'env:A' } }, TEAM),
        /no header that can be added/,
      );
    }
    for (const nothing of [null, 7, 'text', [], { 'no address': { A: 'env:A' } }, { [TEAM]: 7 }]) {
      assert.deepEqual(headerSources(nothing, TEAM), []);
    }
  });

  it('names the variable that is not set, or cannot be sent', async () => {
    const requestHeaders = () => ({ [TEAM]: { 'X-Key': 'env:TEAM_KEY' } });
    const unset = setUp({ requestHeaders }).accounts;
    await assert.rejects(unset.accessOf(TEAM), {
      message: /from the environment variable TEAM_KEY, which is not set: set it and start VS Code again\.$/,
    });
    const broken = setUp({ requestHeaders, env: { TEAM_KEY: `${CANARY}\r\nX: 1` } }).accounts;
    await assert.rejects(
      broken.accessOf(TEAM),
      (error: StoreError) =>
        /TEAM_KEY, which holds what no header can carry/.test(error.message) &&
        !error.message.includes(CANARY),
    );
  });

  it('takes what another version kept for nothing', async () => {
    const { accounts, kept } = setUp();
    for (const old of ['', 'text', '7', 'null', '{}', '{"user": "a"}', '{"token": "a b"}', '[]']) {
      kept.set('server:https://mlflow.example.com', old);
      accounts.forget();
      assert.equal((await accounts.accessOf(TEAM)).who, null, old);
    }
  });

  it('says which certificates cannot be read', async () => {
    const { accounts } = setUp({
      env: { MLFLOW_TRACKING_URI: TEAM, MLFLOW_TRACKING_SERVER_CERT_PATH: '/none.pem' },
      readFile: () => Promise.reject(new Error('ENOENT')),
    });
    await assert.rejects(accounts.accessOf(TEAM), {
      code: 'NOT_FOUND',
      message: /^The certificates of \/none\.pem, which the environment names, cannot be read/,
    });
  });
});
