import * as assert from 'node:assert/strict';
import { diffRuns } from '../../../src/compare/diff';
import { toMarkdown } from '../../../src/compare/markdown';
import type { SideFacts } from '../../../src/compare/types';
import type { Metric } from '../../../src/mlflow/entities';
import { metricDirection } from '../../../src/state/metrics';

function side(
  name: string,
  params: Record<string, string>,
  metrics: Record<string, number> = {},
  tags: Record<string, string> = {},
): SideFacts {
  const pairs = (values: Record<string, string>) =>
    Object.entries(values).map(([key, value]) => ({ key, value }));
  return {
    side: {
      store: 'sqlite:////x.db',
      runId: `${name}00000000`,
      label: name,
      experiment: 'e',
      experimentId: '0',
      version: null,
      startTime: 0,
      status: 'FINISHED',
      commit: null,
      workingTree: false,
    },
    run: {
      info: {
        runId: `${name}00000000`,
        experimentId: '0',
        runName: name,
        userId: 'u',
        status: 'FINISHED',
        startTime: 0,
        endTime: 1000,
        lifecycleStage: 'active',
        artifactUri: '',
      },
      params: pairs(params),
      metrics: Object.entries(metrics).map(([key, value]): Metric => ({ key, value, timestamp: 0, step: 0 })),
      tags: pairs(tags),
    },
    experimentTags: [],
    inputs: { datasetInputs: [], modelInputs: [], modelOutputs: [] },
    models: [],
    environment: new Map(),
    source: null,
    sources: null,
  };
}

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

  it('tells runs of one name apart, and compares many against the baseline', () => {
    const diff = diffRuns(
      [side('a', { x: '1' }), side('a', { x: '2' }), side('b', { x: '1' })],
      1,
      [],
      () => 'unknown',
    );
    assert.deepEqual(
      diff.runs.map(({ label }) => label),
      ['a a000000', 'a a000000', 'b'],
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
});
