import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { workerBundle } from '../../../scripts/workerBundle';
import { inputExampleFile } from '../../../src/compare/model';
import { parsers } from '../../../src/panels/parsers';
import { createRemoteParsers } from '../../../src/panels/remoteParsers';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const MLMODEL = `artifact_path: model
flavors:
  python_function:
    loader_module: mlflow.sklearn
  sklearn:
    sklearn_version: 1.5.0
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  type: dataframe
signature:
  inputs: '[{"type": "double", "name": "x", "required": true}]'
  outputs: null
`;

describe('parsers in a worker', () => {
  const remote = createRemoteParsers(path.join(workerBundle(), 'parserWorker.js'));

  after(() => remote.dispose());

  it('answer as those in this thread do', async () => {
    const csv = { bytes: bytesOf('a;b\n1;"x;y"\n'), complete: true, path: 'rows.csv' };
    assert.deepEqual(await remote.delimited(csv), parsers.delimited(csv));
    for (const json of ['{"columns":["a"],"data":[[NaN]]}', '{"a":[1,{"b":2}]}', 'no json']) {
      const text = { bytes: bytesOf(json), complete: true, json: true };
      assert.deepEqual(await remote.text(text), parsers.text(text));
      const example = { bytes: bytesOf(json) };
      assert.deepEqual(await remote.example(example), parsers.example(example));
    }
    const model = { bytes: bytesOf(MLMODEL) };
    assert.deepEqual(await remote.model(model), parsers.model(model));
    assert.equal((await remote.model(model))?.flavors.length, 2);
    const environments = {
      files: [{ model: 'm', texts: new Map([['requirements.txt', 'mlflow==3.1.4\n']]) }],
    };
    assert.deepEqual(await remote.environments(environments), parsers.environments(environments));
    const signatures = { models: [{ own: MLMODEL, before: MLMODEL.replace('double', 'string') }] };
    assert.deepEqual(await remote.signatures(signatures), parsers.signatures(signatures));
    assert.equal((await remote.signatures(signatures))[0]!.breaks.length, 1);
  });

  it('let this thread go on while they work', async () => {
    const long = { bytes: bytesOf(`[${'1,'.repeat(200_000)}1]`), complete: true, json: true };
    let turns = 0;
    let done = false;
    const answer = remote.text(long).finally(() => (done = true));
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    assert.equal((await answer)?.kind, 'text');
    assert.ok(turns > 10, String(turns));
  });

  it('are given up when nobody waits, and go on with the next', async () => {
    const controller = new AbortController();
    const given = remote.text({ bytes: bytesOf('[1]'), complete: true, json: true }, controller.signal);
    const queued = remote.text({ bytes: bytesOf('[2]'), complete: true, json: true }, controller.signal);
    const ends = Promise.allSettled([given, queued]);
    controller.abort();
    assert.equal((await ends)[1].status, 'rejected');
    assert.deepEqual(await remote.requirements({ bytes: bytesOf('a==1') }), [
      { name: 'a', version: '1', line: 'a==1' },
    ]);
  });

  it('find the input example by its lines, as a parser of YAML does', () => {
    assert.equal(inputExampleFile(MLMODEL), 'input_example.json');
    assert.equal(inputExampleFile(MLMODEL.replace('saved_input_example_info:', 'other:')), null);
    assert.equal(inputExampleFile(MLMODEL.replace('input_example.json', '../../secret.json')), null);
    assert.equal(inputExampleFile(MLMODEL.replace('input_example.json', 'input_example.csv')), null);
    assert.equal(inputExampleFile(''), null);
  });
});
