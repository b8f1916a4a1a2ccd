import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { StoreError } from '../../../src/mlflow/errors';
import { parseRunLink, runLink } from '../../../src/mlflow/runLink';

describe('runLink', () => {
  it('comes back as it went, whatever the path holds', () => {
    for (const store of ['sqlite:////a b/ü&x=1#.db', 'http://host:5000', 'file:///m%20lruns']) {
      const target = { store, runId: '0275b70ee1d54f45bfd808c8f2023443' };
      assert.deepEqual(parseRunLink(runLink(target)), target);
      assert.deepEqual(parseRunLink(runLink(target, 'vscode-insiders')), target);
    }
  });

  it('comes back through any number of decodings and encodings, whatever the store is called', () => {
    const id = fc.stringMatching(/^[\w-]{1,64}$/);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), id, (store, runId) => {
        const target = { store, runId };
        const link = runLink(target);
        // What VS Code's Uri does: its parts are decoded, and encoded again in its own way.
        const decoded = decodeURIComponent(link);
        assert.deepEqual(parseRunLink(decoded), target);
        assert.deepEqual(parseRunLink(decodeURIComponent(decoded)), target);
        assert.doesNotMatch(link, /[\s"'()<>[\]]/);
      }),
    );
  });

  it('reads one that was written by hand', () => {
    const runId = 'r1';
    for (const store of ['sqlite:////a+b/c&d/e#f/g%25/h?i.db', 'sqlite:////a b/m.db']) {
      const place = 'vscode://mlflow-lens.mlflow-lens/run';
      assert.deepEqual(parseRunLink(`${place}?store=${store}&runId=${runId}`), { store, runId });
      assert.deepEqual(parseRunLink(`${place}?runId=${runId}&store=${store}`), { store, runId });
    }
  });

  it('refuses what names no run', () => {
    for (const link of [
      '',
      'no link',
      'vscode://mlflow-lens.mlflow-lens/run',
      'vscode://mlflow-lens.mlflow-lens/run?store=a',
      'vscode://mlflow-lens.mlflow-lens/run?store=a&runId=../x',
      'vscode://mlflow-lens.mlflow-lens/delete?store=a&runId=b',
      `vscode://mlflow-lens.mlflow-lens/run?store=${'~20'.repeat(300_000)}&runId=a`,
    ]) {
      assert.throws(() => parseRunLink(link), StoreError, link);
    }
  });
});
