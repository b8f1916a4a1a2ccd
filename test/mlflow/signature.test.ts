import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { serverPython } from '../../scripts/mlflowEnvironment';
import { signatureChanges } from '../../src/compare/signature';

type Spec = { type: string; name?: string; required?: boolean; [more: string]: unknown };
type Case = [fits: Spec[], sentTo: Spec[], row: unknown[]];

const VALUES: Record<string, unknown> = {
  integer: 5,
  long: 5,
  float: 0.5,
  double: 0.5,
  string: 'x',
  binary: 'x',
  boolean: true,
  datetime: '2026-01-01',
};

function cases(): Case[] {
  const types = Object.keys(VALUES);
  const scalars = types.flatMap((from) =>
    types
      // Whether a text passes as a boolean or a date is a matter of pandas' version and of the text.
      .filter((to) => !(['string', 'binary'].includes(from) && ['boolean', 'datetime'].includes(to)))
      .flatMap((to): Case[] => [
        [[{ name: 'x', type: from }], [{ name: 'x', type: to }], [VALUES[from]]],
        [[{ type: from }], [{ type: to }], [VALUES[from]]],
      ]),
  );
  const [a, b] = [
    { name: 'a', type: 'long' },
    { name: 'b', type: 'string' },
  ];
  const tensor = (dtype: string, ...shape: number[]): Spec[] => [
    { type: 'tensor', 'tensor-spec': { dtype, shape } },
  ];
  const object = (properties: Record<string, unknown>): Spec[] => [{ name: 'o', type: 'object', properties }];
  const long = { type: 'long' };
  return [
    ...scalars,
    [[a], [a, b], [1]],
    [[a], [a, { ...b, required: false }], [1]],
    [[a, b], [a], [1, 'x']],
    [
      [a, b],
      [b, a],
      [1, 'x'],
    ],
    [[{ type: 'long' }], [{ type: 'long' }, { type: 'string' }], [1]],
    [[{ type: 'long' }, { type: 'string' }], [{ type: 'long' }], [1, 'x']],
    [[a], [{ type: 'long' }], [1]],
    [[{ type: 'long' }], [a], [1]],
    [tensor('float64', -1, 3), tensor('float64', -1, 3), []],
    [tensor('float64', -1, 3), tensor('float32', -1, 3), []],
    [tensor('float64', 2, 3), tensor('float64', -1, 3), []],
    [tensor('float64', -1, 3), tensor('float64', -1, 4), []],
    [tensor('float64', -1, 3), tensor('float64', -1, 3, 1), []],
    [[a], tensor('float64', -1, 4), [1]],
    [object({ p: long }), object({ p: long }), [{ p: 1 }]],
    [object({ p: long }), object({ p: long, q: long }), [{ p: 1 }]],
    [object({ p: long }), object({ p: long, q: { ...long, required: false } }), [{ p: 1 }]],
    [object({ p: long, q: long }), object({ p: long }), [{ p: 1, q: 2 }]],
    [
      [{ name: 'l', type: 'array', items: long }],
      [{ name: 'l', type: 'array', items: { type: 'string' } }],
      [[1]],
    ],
  ];
}

describe('what a signature refuses, against MLflow 3.17.2 itself', () => {
  it('is told as a warning, and what it takes is not', function () {
    this.timeout(300_000);
    const list = cases();
    const done = spawnSync(serverPython('3.17.2'), [path.join(__dirname, 'enforce_schema.py')], {
      input: JSON.stringify(list),
      encoding: 'utf8',
      env: { ...process.env, PYTHONWARNINGS: 'ignore', GIT_PYTHON_REFRESH: 'quiet' },
    });
    const line = /^ANSWERS (.*)$/m.exec(done.stdout)?.[1];
    assert.ok(line, done.stderr.slice(-3000));
    const taken = JSON.parse(line) as boolean[];
    const mlmodel = (inputs: Spec[]): string => `signature:\n  inputs: '${JSON.stringify(inputs)}'`;
    const wrong = list.flatMap(([fits, sentTo], index) => {
      const breaks = signatureChanges(mlmodel(fits), mlmodel(sentTo)).some((change) => change.breaks);
      return breaks === !taken[index]
        ? []
        : [
            `${JSON.stringify(fits)} -> ${JSON.stringify(sentTo)}: MLflow ${taken[index] ? 'takes' : 'refuses'} it`,
          ];
    });
    assert.deepEqual(wrong, []);
    assert.ok(taken.includes(true) && taken.includes(false));
  });
});
