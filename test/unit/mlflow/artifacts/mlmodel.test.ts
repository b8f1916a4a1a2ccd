import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { explainModel, loadingSnippets } from '../../../../src/mlflow/artifacts/mlmodel';
import { fields } from '../../../../src/mlflow/schema';

/** As MLflow 3.17.2 wrote it for the taxi project. */
const SKLEARN = `artifact_path: /home/trainer/taxi-duration/mlruns/1/models/m-448ceafa626b4d91914f6ebed608a9dc/artifacts
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    model_path: model.skops
    predict_fn: predict
    python_version: 3.12.1
  sklearn:
    code: null
    pickled_model: model.skops
    serialization_format: skops
    sklearn_version: 1.9.1
    skops_trusted_types: null
is_signature_from_type_hint: false
mlflow_version: 3.17.2
model_id: m-448ceafa626b4d91914f6ebed608a9dc
model_size_bytes: 98045
model_uuid: m-448ceafa626b4d91914f6ebed608a9dc
prompts: null
run_id: 09e91d4bba9347db9e2d0c241248202d
signature:
  inputs: '[{"type": "string", "name": "PULocationID", "required": true}, {"type":
    "string", "name": "DOLocationID", "required": true}, {"type": "double", "name":
    "trip_distance", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'
  params: null
type_hint_from_example: false
utc_time_created: '2026-11-24 03:52:55.264637'
`;

describe('explainModel', () => {
  it('explains what MLflow wrote', () => {
    const model = explainModel(SKLEARN);
    assert.ok(model);
    assert.deepEqual(
      model.flavors.map(({ name }) => name),
      ['python_function', 'sklearn'],
    );
    assert.deepEqual(model.flavors[1]?.settings, [
      { key: 'pickled_model', value: 'model.skops' },
      { key: 'serialization_format', value: 'skops' },
      { key: 'sklearn_version', value: '1.9.1' },
    ]);
    assert.deepEqual(model.signature?.inputs, [
      { name: 'PULocationID', type: 'string', required: true, default: null },
      { name: 'DOLocationID', type: 'string', required: true, default: null },
      { name: 'trip_distance', type: 'double', required: false, default: null },
    ]);
    assert.deepEqual(model.signature?.outputs, [
      { name: null, type: 'Tensor (float64, (-1,))', required: true, default: null },
    ]);
    assert.equal(model.signature?.params, null);
    assert.deepEqual(
      [model.pythonVersion, model.mlflowVersion, model.sizeBytes, model.created, model.inputExample],
      ['3.12.1', '3.17.2', 98045, '2026-11-24 03:52:55.264637', null],
    );
  });

  it('reads nested types and params', () => {
    assert.deepEqual(
      fields([
        { type: 'array', items: { type: 'double' }, name: 'a', required: true },
        {
          type: 'object',
          properties: { x: { type: 'string', required: true }, y: { type: 'long', required: false } },
          name: 'o',
          required: true,
        },
        { type: 'map', values: { type: 'boolean' }, name: 'm' },
        { name: 'temperature', default: 0.5, shape: null, type: 'double' },
        { name: 'stop', default: ['x'], shape: [-1], dtype: 'string' },
      ])?.map(({ type, default: value }) => [type, value]),
      [
        ['Array(double)', null],
        ['{x: string, y: long (optional)}', null],
        ['Map(str -> boolean)', null],
        ['double', '0.5'],
        ['string, shape (-1,)', '["x"]'],
      ],
    );
  });

  it('takes anything else for no model, and never throws', () => {
    for (const text of ['', 'x', '- 1', 'flavors: 1', 'flavors: [a]', 'a: *b', '{']) {
      assert.equal(explainModel(text), null, text);
    }
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\nflavors: {x: {y: [*d,*d,*d,*d]}}`;
    assert.equal(explainModel(bomb), null);
    const deep = `{"type": "array", "items": `.repeat(3000) + '{}' + '}'.repeat(3000);
    assert.ok((fields(`[${deep}]`)?.[0]?.type.length ?? 0) < 200);
    fc.assert(fc.property(fc.string(), (text) => void explainModel(`flavors:\n ${text}`)));
    fc.assert(fc.property(fc.jsonValue(), (value) => void fields(value)));
  });
});

describe('loadingSnippets', () => {
  it('leads to the workspace that the store is of', () => {
    const [generic] = loadingSnippets('models:/m/1', 'sqlite:////x.db?workspace=team-a', ['python_function']);
    assert.equal(
      generic?.code,
      [
        'import os',
        'os.environ["MLFLOW_ENABLE_WORKSPACES"] = "true"',
        'import mlflow',
        '',
        'mlflow.set_tracking_uri("sqlite:////x.db")',
        'mlflow.set_workspace("team-a")',
        'model = mlflow.pyfunc.load_model("models:/m/1")',
        '',
      ].join('\n'),
    );
  });

  it('are Python, for the generic flavour and for the model’s own', () => {
    const [generic, own] = loadingSnippets('models:/m-1', 'sqlite:////a "b"/x.db', [
      'python_function',
      'sklearn',
    ]);
    assert.equal(
      generic?.code,
      'import mlflow\n\nmlflow.set_tracking_uri("sqlite:////a \\"b\\"/x.db")\nmodel = mlflow.pyfunc.load_model("models:/m-1")\n',
    );
    assert.match(own?.code ?? '', /mlflow\.sklearn\.load_model/);
  });

  it('never take code from a name', () => {
    const snippets = loadingSnippets('m")\nimport os #', 'x', ['a; import os', 'os.system', '__import__']);
    assert.deepEqual(snippets, []);
    const [snippet] = loadingSnippets('m")\nimport os #', 'x', []);
    assert.ok(!/^import os/m.test(snippet?.code ?? ''));
  });
});
