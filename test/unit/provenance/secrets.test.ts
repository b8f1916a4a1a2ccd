import * as assert from 'node:assert/strict';
import { isSecretName, withoutSecrets } from '../../../src/provenance/secrets';

describe('secrets in lines of code', () => {
  it('are left out', () => {
    for (const [line, shown] of [
      ['hub_token="abcdef",', 'hub_token="…",'],
      ["args = Args(lr=0.1, api_key='abc', name='x')", "args = Args(lr=0.1, api_key='…', name='x')"],
      ['"password": "abc", "user": "me",', '"password": "…", "user": "me",'],
      ['os.environ["DB_PASSWORD"] = "abc"', 'os.environ["DB_PASSWORD"] = "…"'],
      ['password: abc def', 'password: …'],
      ['db_password: abcdef  # of the test', 'db_password: …  # of the test'],
      ['export API_KEY=abcdef', 'export API_KEY=…'],
      ['login("hf_abcdefghijk")', 'login("…")'],
      ['token: str = "abc"', 'token: str = "…"'],
      ['uri = "postgresql://me:abc@host/db"', 'uri = "postgresql://…@host/db"'],
    ] as const) {
      assert.equal(withoutSecrets(line), shown);
    }
  });

  it('and nothing else is', () => {
    for (const line of [
      'pad_token="[PAD]", max_tokens=100',
      'token = os.environ["TOKEN_NAME"]',
      'lr: 0.1',
      'tokenizer = "bert"',
      'secret: null',
      'password = get_password()',
    ]) {
      assert.equal(withoutSecrets(line), line);
    }
    assert.deepEqual(['max_new_tokens', 'eos_token', 'tokenizer', 'keyword'].filter(isSecretName), []);
    assert.deepEqual(['a.b.hub_token', 'AWS_SECRET', 'apiKey'].filter(isSecretName).length, 3);
  });
});
