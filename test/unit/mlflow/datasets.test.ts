import * as assert from 'node:assert/strict';
import { dataRows } from '../../../src/compare/data';
import { summarizeDataset } from '../../../src/mlflow/datasets';

const dataset = { name: 'd', digest: '1', sourceType: 'local', source: '', schema: null, profile: null };

describe('summarizeDataset', () => {
  it('reads columns, profile, source and context', () => {
    const summary = summarizeDataset({
      dataset: {
        ...dataset,
        source: '{"uri": "data/green.csv"}',
        schema: '{"mlflow_colspec": [{"type": "double", "name": "trip_distance", "required": true}]}',
        profile: '{"num_rows": 2722, "features_shape": [2, 3]}',
      },
      tags: [{ key: 'mlflow.data.context', value: 'train' }],
    });
    assert.deepEqual(summary, {
      name: 'd',
      digest: '1',
      covers: null,
      context: 'train',
      sourceType: 'local',
      source: 'data/green.csv',
      schema: [
        {
          title: 'columns',
          fields: [{ name: 'trip_distance', type: 'double', required: true, default: null }],
        },
      ],
      profile: [
        { key: 'num_rows', value: '2722' },
        { key: 'features_shape', value: '[2,3]' },
      ],
    });
  });

  it('reads tensors, and the code that made the data', () => {
    const summary = summarizeDataset({
      dataset: {
        ...dataset,
        sourceType: 'code',
        source: '{"tags": {"mlflow.source.name": "src/best.py", "mlflow.source.git.commit": "4b64c149525c"}}',
        schema:
          '{"mlflow_tensorspec": {"features": "[{\\"type\\": \\"tensor\\", \\"tensor-spec\\": {\\"dtype\\": \\"float32\\", \\"shape\\": [-1, 1211]}}]", "targets": null}}',
      },
      tags: [],
    });
    assert.equal(summary.source, 'src/best.py @ 4b64c14');
    assert.equal(summary.schema?.[0]?.fields[0]?.type, 'Tensor (float32, (-1, 1211))');
    assert.equal(summary.context, null);
  });

  it('says of arrays on the run page what the diff says, targets too', () => {
    const arrays = (...shape: number[]): string =>
      JSON.stringify([{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape } }]);
    const schema = JSON.stringify({
      mlflow_tensorspec: { features: arrays(-1, 1211), targets: arrays(-1) },
    });
    const input = { dataset: { ...dataset, schema }, tags: [] };
    const shown = (summarizeDataset(input).schema ?? []).map(({ title, fields }) => [title, fields[0]?.type]);
    assert.deepEqual(shown, [
      ['features', 'Tensor (float32, (-1, 1211))'],
      ['targets', 'Tensor (float32, (-1,))'],
    ]);
    const rows = dataRows([input]);
    assert.deepEqual(
      shown.map(([title]) => [title, rows.get(`dataset › column ${title}`)]),
      shown,
    );
  });

  it('does not read megabytes, and says so', () => {
    const long = JSON.stringify({ rows: 'x'.repeat(2 << 20) });
    const summary = summarizeDataset({
      dataset: { ...dataset, source: long, schema: long, profile: long },
      tags: [],
    });
    assert.deepEqual(summary.profile, [
      { key: 'profile', value: '2.0 MiB of JSON: too large to be shown here' },
    ]);
    assert.equal(summary.schema, null);
    assert.ok(summary.source.length <= 2000);
  });

  it('shows what it cannot read as it is', () => {
    const summary = summarizeDataset({
      dataset: { ...dataset, source: '<x>', schema: '[', profile: '3' },
      tags: [],
    });
    assert.deepEqual([summary.source, summary.schema, summary.profile], ['<x>', null, []]);
  });
});
