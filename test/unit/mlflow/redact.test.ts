import * as assert from 'node:assert/strict';
import { redact, redactUri } from '../../../src/mlflow/redact';

describe('redacting', () => {
  const cases: [string, string][] = [
    ['http://me:secret@host:5000/x', 'http://…@host:5000/x'],
    ['postgresql+psycopg2://me:se/cr@et:x@host/db', 'postgresql+psycopg2://…@host/db'],
    ['mysql://me:s%40e?c#ret@host/db', 'mysql://…@host/db'],
    ['HTTPS://token@host', 'HTTPS://…@host'],
    ['http:me:secret@host', 'http:…@host'],
    ['http://me:secret', 'http://me:…'],
    ['http://host/x?password=a&b#c', 'http://host/x?password=…'],
    [
      'postgresql://host/db?sslmode=verify&sslpassword=secret',
      'postgresql://host/db?sslmode=verify&sslpassword=…',
    ],
    [
      'https://b.s3.amazonaws.com/k?X-Amz-Signature=abc&x=y',
      'https://b.s3.amazonaws.com/k?X-Amz-Signature=…',
    ],
    ['https://b.s3.amazonaws.com/k?AWSAccessKeyId=AKIA', 'https://b.s3.amazonaws.com/k?AWSAccessKeyId=…'],
    ['https://a.blob.core.windows.net/c?sv=1&sig=abc', 'https://a.blob.core.windows.net/c?sv=1&sig=…'],
    ['http://host/?%70assword=secret', 'http://host/?%70assword=…'],
    ['s3://key:secret@bucket/x', 's3://…@bucket/x'],
    ['sqlite+pysqlcipher://:secret@/x.db', 'sqlite+pysqlcipher://…@/x.db'],
    ['store=http%3A%2F%2Fme%3Asecret%40host', 'store=http%3A%2F%2F…%40host'],
    ['Authorization: Basic bWU6c2VjcmV0', 'Authorization: …'],
    ['sent Bearer 0123456789abcdef01', 'sent Bearer …'],
    [
      'cannot reach "http://me:secret@host/": connect (mysql://a:b@c) failed',
      'cannot reach "http://…@host/": connect (mysql://…@c) failed',
    ],
    ['http://host/?password=a@b', 'http://…'],
    ['host=db password=secret', 'host=db password=…'],
    ['sqlite:///x.db?password=secret://@', 'sqlite:///x.db?password=…'],
    ['"Authorization": "Bearer secret"', '"Authorization": "…"'],
    ["{'authorization': 'Basic c2VjcmV0'}", "{'authorization': '…'}"],
    ['{"password": "sec ret", "user": "me"}', '{"password": "…", "user": "me"}'],
    ['line 3: bad\n  password: secret\n  user: me', 'line 3: bad\n  password: …\n  user: me'],
    ['X-Api-Key: secret', 'X-Api-Key: …'],
    ['MLFLOW_TRACKING_TOKEN: secret', 'MLFLOW_TRACKING_TOKEN: …'],
    ['AWS_SECRET_ACCESS_KEY = "sec ret"', 'AWS_SECRET_ACCESS_KEY = "…"'],
    ['run with --password secret --host h', 'run with --password … --host h'],
    ['AccountName=x;AccountKey=secret==;EndpointSuffix=core', 'AccountName=x;AccountKey=…'],
    ["connect(token = 'secret', port=1)", "connect(token = '…', port=1)"],
    ['see "http://host/?token=abc".', 'see "http://host/?token=…".'],
  ];
  for (const [text, expected] of cases) {
    it(`hides the secret of ${text}`, () => {
      assert.equal(redact(text), expected);
      assert.equal(redact(expected), expected, 'again changes nothing');
    });
  }

  const harmless = [
    'http://localhost:5000/#/experiments/1',
    'http://[::1]:5000',
    'sqlite:////home/me@work/mlflow.db',
    'file:///home/me@work/mlruns',
    'models:/taxi@champion',
    'runs:/0123/model@v2',
    's3://bucket/me@work/1',
    'abfss://container@account.dfs.core.windows.net/x',
    'C:\\Users\\me@work\\mlflow.db',
    'The store is at http://host:5000, ask me@work.org.',
    'random_state=42, monkey=1, design=blue',
    '/data/token=5/mlflow.db',
    'Two files: a, b.',
    'That needs a password: choose "Open Store", then type the password again.',
    'There is no metric with the key: rmse.',
    'tokenizer: bert, max_tokens: 512',
    "Unexpected token '<' in JSON",
  ];
  for (const text of harmless) {
    it(`leaves ${text}`, () => {
      assert.equal(redact(text), text);
    });
  }

  it('knows that all of a text is one URI: blank space in a password, and no scheme', () => {
    assert.equal(redactUri('http://me:sec ret@host'), 'http://…@host');
    assert.equal(redactUri('me:secret@host:5000'), '…@host:5000');
    assert.equal(redactUri('models:/taxi@champion'), 'models:/taxi@champion');
  });

  it('takes ten times as long for ten times the text, whatever it repeats, not a hundred times', () => {
    const cost = (part: string, length: number): number => {
      const started = process.cpuUsage();
      redact(part.repeat(length / part.length));
      return process.cpuUsage(started).user;
    };
    for (const part of [
      'http:',
      '://',
      '%3a%2f%2f',
      's3://',
      'a=',
      'x@',
      'Bearer ',
      'a'.repeat(99),
      'token ',
      'token="',
      "--token '",
    ].concat('token \\t: ')) {
      const [small, large] = [cost(part, 20_000), cost(part, 200_000)];
      assert.ok(large < 40 * small + 100_000, `${part}: ${small} and ${large} µs`);
    }
  });
});
