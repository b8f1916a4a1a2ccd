import * as assert from 'node:assert/strict';
import type { Sources } from '../../../src/provenance/source';
import { removeRepositories, repositoryOf } from '../../support/repositories';
import { sourcesIn } from '../../support/sources';

interface Told {
  params: Readonly<Record<string, string>>;
  tags?: Readonly<Record<string, string>>;
  name?: string;
  source?: string;
}

function sourcesOf(files: Readonly<Record<string, string>>, told: Told): Promise<Sources> {
  const { params, name, ...rest } = told;
  return sourcesIn(repositoryOf(files), params, { ...rest, ...(name && { info: { runName: name } }) });
}

/** Where each param was found: `lr 4`. */
async function lines(code: string, told: Told): Promise<string[]> {
  const { params } = await sourcesOf({ 'train.py': code }, told);
  return [...params].map(([key, { status, line, cell }]) =>
    status === 'found' ? `${key} ${cell === undefined ? '' : `${cell}:`}${line}` : `${key} ${status}`,
  );
}

describe('several blocks that log the same values', () => {
  after(removeRepositories);

  it('are told apart by the name of the run', async () => {
    const code = `import mlflow

with mlflow.start_run(run_name="ridge"):
    mlflow.log_param("alpha", 0.5)

with mlflow.start_run(run_name="lasso"):
    mlflow.log_param("alpha", 0.5)
`;
    assert.deepEqual(await lines(code, { params: { alpha: '0.5' }, name: 'lasso' }), ['alpha 7']);
    assert.deepEqual(await lines(code, { params: { alpha: '0.5' } }), ['alpha unknown']);
  });

  it('are told apart by a tag', async () => {
    const code = `import mlflow

with mlflow.start_run():
    mlflow.set_tag("model", "ridge")
    mlflow.log_param("alpha", 0.5)

with mlflow.start_run(tags={"model": "lasso"}):
    mlflow.log_param("alpha", 0.5)

with mlflow.start_run():
    mlflow.set_tags({"model": "net"})
    mlflow.log_param("alpha", 0.5)
`;
    const params = { alpha: '0.5' };
    assert.deepEqual(await lines(code, { params, tags: { model: 'ridge' } }), ['alpha 5']);
    assert.deepEqual(await lines(code, { params, tags: { model: 'lasso' } }), ['alpha 8']);
    assert.deepEqual(await lines(code, { params, tags: { model: 'net' } }), ['alpha 12']);
    assert.deepEqual(await lines(code, { params }), ['alpha unknown']);
  });

  it('are told apart by the keys that the run has, and has not', async () => {
    const code = `import mlflow

with mlflow.start_run():
    mlflow.log_param("alpha", 0.5)
    mlflow.log_param("seed", 1)

with mlflow.start_run():
    mlflow.log_param("alpha", 0.5)
`;
    assert.deepEqual(await lines(code, { params: { alpha: '0.5' } }), ['alpha 8']);
    assert.deepEqual(await lines(code, { params: { alpha: '0.5', seed: '1' } }), ['alpha 4', 'seed 5']);
  });

  it('are told apart by other params where they are branches of one run', async () => {
    const code = `import sys
import mlflow

with mlflow.start_run():
    if sys.argv[1] == "forest":
        mlflow.log_param("seed", 42)
        mlflow.log_param("trees", 100)
    elif sys.argv[1] == "net":
        mlflow.log_param("seed", 42)
        mlflow.log_param("units", 64)
    else:
        mlflow.log_param("seed", 42)
        mlflow.log_param("units", 32)
`;
    assert.deepEqual(await lines(code, { params: { seed: '42', trees: '100' } }), ['seed 6', 'trees 7']);
    assert.deepEqual(await lines(code, { params: { seed: '42', units: '32' } }), ['seed 12', 'units 13']);
    assert.deepEqual(await lines(code, { params: { seed: '42', units: '64' } }), ['seed 9', 'units 10']);
  });

  it('are told apart where they are a table of configurations', async () => {
    const code = `import mlflow

CONFIGS = {
    "small": {"lr": 0.1, "layers": 2},
    "large": {"lr": 0.1, "layers": 2},
}
for name, config in CONFIGS.items():
    with mlflow.start_run(run_name=f"exp-{name}"):
        mlflow.log_params(config)
`;
    const params = { lr: '0.1', layers: '2' };
    assert.deepEqual(await lines(code, { params, name: 'exp-large' }), ['lr 5', 'layers 5']);
    assert.deepEqual(await lines(code, { params, name: 'exp-small' }), ['lr 4', 'layers 4']);
    assert.deepEqual(await lines(code, { params }), ['lr unknown', 'layers unknown']);
  });

  it('are told apart where a run ends between them', async () => {
    const code = `import mlflow

mlflow.log_param("alpha", 0.5)
mlflow.log_param("model", "ridge")
mlflow.end_run()
mlflow.log_param("alpha", 0.5)
mlflow.log_param("model", "lasso")
`;
    assert.deepEqual(await lines(code, { params: { alpha: '0.5', model: 'lasso' } }), ['alpha 6', 'model 7']);
  });

  it('stay untold where a branch may have ended in its midst', async () => {
    const code = `import mlflow

with mlflow.start_run():
    try:
        mlflow.log_param("seed", 1)
        mlflow.log_param("gpu", probe())
    except RuntimeError:
        mlflow.log_param("seed", 1)
`;
    assert.deepEqual(await lines(code, { params: { seed: '1' } }), ['seed unknown']);
  });
});

describe('a script whose name several files bear', () => {
  after(removeRepositories);

  const script = (lines: string): string => `import mlflow\n\nwith mlflow.start_run():\n${lines}`;

  it('is the one that logs the keys and values of the run', async () => {
    const files = {
      'ridge/train.py': script('    mlflow.log_param("alpha", 0.1)\n'),
      'lasso/train.py': script('    mlflow.log_param("alpha", 0.2)\n'),
      'net/train.py': script('    mlflow.log_param("alpha", 0.2)\n    mlflow.log_param("l1", 0.5)\n'),
      'other/train.py': 'print("nothing")\n',
    };
    const file = async (params: Record<string, string>) =>
      (await sourcesOf(files, { params })).params.get('alpha')?.file;
    assert.equal(await file({ alpha: '0.1' }), 'ridge/train.py');
    assert.equal(await file({ alpha: '0.2' }), 'lasso/train.py');
    assert.equal(await file({ alpha: '0.2', l1: '0.5' }), 'net/train.py');
  });

  it('is the one that sets the tags of the run', async () => {
    const tagged = (name: string) =>
      script(`    mlflow.set_tag("project", "${name}")\n    mlflow.log_param("alpha", 0.1)\n`);
    const files = { 'a/train.py': tagged('a'), 'b/train.py': tagged('b'), 'c/train.py': tagged('c') };
    const told = { params: { alpha: '0.1' } };
    const { params } = await sourcesOf(files, { ...told, tags: { project: 'b' } });
    assert.equal(params.get('alpha')?.file, 'b/train.py');
    const none = await sourcesOf(files, told);
    assert.equal(none.params.get('alpha')?.status, 'unknown');
    assert.match(none.run.problem ?? '', /3 files of the commit are called train\.py/);
  });

  it('is not the one at the root where another explains the run', async () => {
    const files = {
      'train.py': script('    mlflow.log_param("alpha", 0.1)\n'),
      'sub/train.py': script('    mlflow.log_param("beta", 0.2)\n'),
    };
    const { params } = await sourcesOf(files, { params: { beta: '0.2' } });
    assert.equal(params.get('beta')?.file, 'sub/train.py');
    const own = await sourcesOf(files, { params: { alpha: '0.1' } });
    assert.equal(own.params.get('alpha')?.file, 'train.py');
  });
});
