import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { diffRuns } from '../../../src/compare/diff';
import { toMarkdown } from '../../../src/compare/markdown';
import type { SideFacts } from '../../../src/compare/types';
import { withoutEqual } from '../../../src/compare/withoutEqual';
import { plainText } from '../../../src/mlflow/format';
import { metricDirection } from '../../../src/state/metrics';
import { asHtml, insides, MARKS, rendered } from '../../support/rendered';
import { sideOf as side } from '../../support/sides';

const compare = (...sides: SideFacts[]) =>
  diffRuns(sides, 0, [], (key, tags) => metricDirection(key, tags, {}));

const rowsOf = (diff: ReturnType<typeof compare>, name: string) =>
  diff.sections.find((section) => section.name === name)!;

describe('diff of runs', () => {
  it('shows only what differs; a missing value is a difference of its own', () => {
    const diff = compare(side('a', { x: '1e-3', y: '1', z: '' }), side('b', { x: '0.001', y: '2' }));
    const params = rowsOf(diff, 'params');
    assert.equal(params.equal, 1);
    assert.deepEqual(
      params.rows.map(({ key, values }) => [key, values]),
      [
        ['y', ['1', '2']],
        ['z', ['', null]],
      ],
    );
  });

  it('takes apart what is written as a dict', () => {
    const diff = compare(
      side('a', { cfg: "{'lr': 0.1, 'opt': {'name': 'adam', 'eps': 1e-8}}" }),
      side('b', { cfg: '{"opt": {"eps": 1e-08, "name": "sgd"}, "lr": 0.10}' }),
    );
    assert.deepEqual(
      rowsOf(diff, 'params').rows.map(({ key, values }) => [key, values]),
      [['cfg.opt.name', ['adam', 'sgd']]],
    );
    assert.equal(rowsOf(diff, 'params').equal, 2);
  });

  it('calls a metric better only where its direction is known', () => {
    const diff = compare(
      side('a', {}, { rmse: 4, accuracy: 0.5, widgets: 1, loss: NaN }),
      side('b', {}, { rmse: 3, accuracy: 0.4, widgets: 2, loss: NaN }),
    );
    const metrics = rowsOf(diff, 'metrics');
    const row = (key: string) => metrics.rows.find((each) => each.key === key)!;
    assert.deepEqual(row('rmse').better, [null, true]);
    assert.deepEqual(row('rmse').delta, [null, -1]);
    assert.deepEqual(row('accuracy').better, [null, false]);
    assert.equal(row('widgets').better, undefined);
    assert.equal(metrics.equal, 1, 'NaN is NaN');
    assert.match(diff.summary, /^Between a and b: .*rmse 4 to 3 \(better\), accuracy 0\.5 to 0\.4 \(worse\)/);
  });

  it('writes numbers that JSON has not as texts', () => {
    const diff = compare(side('a', {}, { loss: NaN, m: 1 }), side('b', {}, { loss: -Infinity, m: 1 }));
    const { sections } = JSON.parse(JSON.stringify(withoutEqual(diff))) as ReturnType<typeof compare>;
    assert.deepEqual(
      sections.find(({ name }) => name === 'metrics')!.rows.map(({ values }) => values),
      [['NaN', '-Infinity']],
    );
  });

  it('tells runs of one name apart, and compares many against the baseline', () => {
    const diff = diffRuns(
      [side('a', { x: '1' }), side('a', { x: '2' }), side('b', { x: '1' })],
      1,
      [],
      () => 'unknown',
    );
    assert.deepEqual(
      diff.runs.map(({ label }) => label),
      ['a · x 1', 'a · x 2', 'b'],
    );
    assert.deepEqual(rowsOf(diff, 'params').rows[0]?.delta, [-1, null, -1]);
  });

  it('writes Markdown in which a store’s text stays text', () => {
    const diff = compare(
      side('a', { 'p|q': '<img src=x>' }),
      side('b', { 'p|q': '**bold** | [x](javascript:1)\n# head' }),
    );
    const markdown = toMarkdown(diff);
    assert.ok(!markdown.includes('<img'));
    assert.ok(markdown.includes('\\*\\*bold\\*\\* \\| \\[x\\]'));
    const row = markdown.split('\n').find((line) => line.includes('p\\|q'))!;
    assert.equal(row.replace(/\\\|/g, '').split('|').length, 5);
  });

  it('writes every name and value as text', () => {
    fc.assert(
      fc.property(fc.array(MARKS, { minLength: 8, maxLength: 8 }), (texts) => {
        const [left, right, key, tag, a, b, c, d] = texts as [string, ...string[]];
        const diff = compare(
          side(left, { [key!]: `x${a}` }, {}, { [tag!]: `x${b}` }),
          side(right!, { [key!]: `y${c}` }, {}, { [tag!]: `y${d}` }),
        );
        const html = rendered(toMarkdown(diff));
        const read = (text: string): string => asHtml(plainText(text, 300).trim());
        const tables = diff.sections.filter(({ rows }) => rows.length > 0);
        // Two of one name have the start of their ids as well.
        const [first, second] = diff.runs.map(({ label }) => label);
        assert.deepEqual(
          insides(html, 'th'),
          tables.flatMap(() => ['', read(`${first} (baseline)`), read(second!)]),
        );
        assert.deepEqual(
          insides(html, 'td'),
          tables.flatMap(({ rows }) =>
            rows.flatMap((row) => [row.key, ...row.values].map((text) => read(String(text ?? '–')))),
          ),
        );
        const known = /^<\/?(p|strong|blockquote|h3|table|thead|tbody|tr|th|td|ul|li|code)( align="\w+")?>$/;
        assert.deepEqual(
          (html.match(/<[^>]*>/g) ?? []).filter((element) => !known.test(element)),
          [],
        );
      }),
      { numRuns: 200, examples: [[['ü', 'ü', 'a', 'b', 'c', 'd', 'e', 'f']]] },
    );
  });

  it('takes every difference for one: tiny numbers, what is missing, and what is empty', () => {
    const params = rowsOf(
      compare(
        side('a', { tiny: '1e-7', lost: 'x', empty: '', same: '1.0', none: 'None' }),
        side('b', { tiny: '5e-7', empty: ' ', same: '1', none: '' }),
      ),
      'params',
    );
    assert.deepEqual(
      params.rows.map(({ key }) => key),
      ['tiny', 'lost', 'empty', 'none'],
    );
    assert.deepEqual(params.rows[0]?.delta, [null, 4e-7]);
    assert.deepEqual(
      params.same.map(({ key }) => key),
      ['same'],
    );
  });

  it('says which columns of the data were added and removed, and which packages', () => {
    const data = (digest: string, columns: Record<string, string>) => ({
      datasetInputs: [
        {
          tags: [{ key: 'mlflow.data.context', value: 'training' }],
          dataset: {
            name: 'rides',
            digest,
            sourceType: 'local',
            source: '{"uri": "rides.csv"}',
            schema: JSON.stringify({
              mlflow_colspec: Object.entries(columns).map(([name, type]) => ({ name, type, required: true })),
            }),
            profile: '{"num_rows": 10}',
          },
        },
      ],
      modelInputs: [],
      modelOutputs: [],
    });
    const model = (requirements: string) => ({
      name: 'm',
      mlmodel: 'flavors:\n  sklearn:\n    sklearn_version: 1.5.0\n',
      size: 10,
      environment: new Map([
        ['requirements.txt', requirements],
        ['python_env.yaml', 'python: 3.12.1\n'],
        ['conda.yaml', 'dependencies:\n- python=3.12.1\n- pip:\n  - numpy==1\n'],
      ]),
    });
    const before = {
      ...side('a'),
      inputs: data('1', { zone: 'long', fare: 'double' }),
      models: [model('numpy==1\npandas==2\n')],
      environment: new Map([['pyproject.toml', '[project]\nrequires-python = ">=3.10"\n']]),
    };
    const after = {
      ...side('b'),
      inputs: data('2', { zone: 'string', tolls: 'double' }),
      models: [model('numpy==2\nxgboost==3\n')],
      environment: new Map([['pyproject.toml', '[project]\nrequires-python = ">=3.11"\n']]),
    };
    const diff = compare(before, after);
    const told = (name: string) =>
      Object.fromEntries(rowsOf(diff, name).rows.map(({ key, values }) => [key, values]));
    assert.deepEqual(told('data'), {
      'training › digest': ['1', '2'],
      'training › column zone': ['long', 'string'],
      'training › column fare': ['double', null],
      'training › column tolls': [null, 'double'],
    });
    assert.deepEqual(told('environment'), {
      'pyproject.toml › python': ['>=3.10', '>=3.11'],
      'model › numpy': ['1', '2'],
      'model › pandas': ['2', null],
      'model › xgboost': [null, '3'],
    });
  });

  it('calls a model by its estimator where the flavour says no more than sklearn', () => {
    const of = (name: string, flavor: string, tags = {}, estimator?: string) => ({
      ...side(name, {}, {}, tags),
      models: [{ name: 'm', mlmodel: `flavors:\n  ${flavor}: {}\n`, size: null, environment: new Map() }],
      source: {
        repository: '/r',
        commit: 'a'.repeat(40),
        exact: true,
        file: 'train.py',
        usedFiles: [],
        problem: null,
        ...(estimator === undefined ? {} : { estimator }),
      },
    });
    const told = (before: SideFacts, after: SideFacts) => compare(before, after).summary;
    assert.match(told(of('a', 'sklearn', {}, 'Lasso'), of('b', 'xgboost')), /: xgboost instead of Lasso\./);
    assert.match(
      told(of('a', 'sklearn', { estimator_name: 'Ridge' }, 'Pipeline'), of('b', 'sklearn')),
      /: sklearn instead of Ridge/,
    );
    assert.match(told(of('a', 'sklearn'), of('b', 'xgboost')), /: xgboost instead of sklearn\./);
  });

  it('asks of a working copy only what it can have', () => {
    const working = side('w', { x: '2' });
    working.side.workingTree = true;
    const diff = compare(working, side('a', { x: '1' }, { rmse: 3 }, { team: 't' }));
    assert.deepEqual(rowsOf(diff, 'params').rows[0]?.values, ['2', '1']);
    for (const name of ['metrics', 'tags', 'attributes', 'source']) {
      assert.equal(rowsOf(diff, name).rows.length, 0, name);
    }
    assert.match(diff.summary, /^Between the working copy and a: 1 param/);
  });

  it('counts of a working copy neither as changed nor as equal what its code was not seen to set', () => {
    const working = side('w', { x: '2', cfg: "{'lr': 0.1}" });
    working.side.workingTree = true;
    const run = side('a', { x: '1', depth: '7', alpha: '0.5', cfg: "{'lr': 0.2, 'eps': 1}" });
    const diff = compare(working, run);
    const params = rowsOf(diff, 'params');
    assert.deepEqual(
      params.rows.map(({ key }) => key),
      ['x', 'cfg.lr', 'cfg.eps'],
    );
    assert.deepEqual([params.equal, params.unknown.map(({ key }) => key)], [0, ['depth', 'alpha']]);
    assert.equal(
      diff.summary,
      'Between the working copy and a: 3 params. Of the working copy, 2 params are unknown: depth, alpha.',
    );
    assert.match(toMarkdown(diff), /Params \(3 of 3, 2 unknown\)/);
    // Two runs that differ are compared; the working copy is said to be unknown.
    const three = compare(working, run, side('b', { x: '1', depth: '8', alpha: '0.5' }));
    const [depth] = rowsOf(three, 'params').rows.filter(({ key }) => key === 'depth');
    assert.deepEqual([depth?.values, depth?.unknown, depth?.delta], [[null, '7', '8'], [0], [null, null, 1]]);
    assert.match(toMarkdown(three), /\| depth \| unknown \| 7 \| 8/);
    assert.deepEqual(withoutEqual(diff), JSON.parse(JSON.stringify(withoutEqual(diff))), 'it is JSON');
  });
});
