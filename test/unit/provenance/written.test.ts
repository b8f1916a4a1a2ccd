import * as assert from 'node:assert/strict';
import { removeRepositories, repositoryOf } from '../../support/repositories';
import { sourcesIn } from '../../support/sources';

async function told(program: string, params: Record<string, string>): Promise<Record<string, string>> {
  const sources = await sourcesIn(repositoryOf({ 'train.py': program, '.env': 'LR=0.5\n' }), params);
  return Object.fromEntries(
    [...sources.params].map(([key, { status, line }]) => [key, line === null ? status : `${status} ${line}`]),
  );
}

const READ = 'mlflow.log_param("lr", os.environ.get("LR", "0.1"))\n';

describe('what the program wrote to the environment itself', () => {
  after(removeRepositories);

  const unknown: [string, string][] = [
    ['names that a file holds', 'os.environ.setdefault(key, value)'],
    ['entries that a file holds', 'os.environ[key] = value'],
    ['a dict that is not known', 'os.environ.update({key: value})'],
    ['putenv', 'os.putenv(key, value)'],
  ];
  for (const [what, write] of unknown) {
    it(`may be any variable: ${what}`, async () => {
      const program = `import os\nimport mlflow\nfor line in open(".env"):\n    key, value = line.strip().split("=")\n    ${write}\n${READ}`;
      assert.deepEqual(await told(program, { lr: '0.5' }), { lr: 'unknown' });
      assert.deepEqual(await told(program, { lr: '0.1' }), { lr: 'unknown' });
    });
  }

  it('is read where its name is known', async () => {
    for (const write of [
      'os.environ["LR"] = "0.25"',
      'os.environ.update(LR="0.25")',
      'os.environ.update({"LR": "0.25"})',
    ]) {
      assert.deepEqual(await told(`import os\nimport mlflow\n${write}\n${READ}`, { lr: '0.25' }), {
        lr: 'found 3',
      });
    }
  });
});

describe('a default that arguments which are not known may have replaced', () => {
  after(removeRepositories);

  it('of a dataclass is not the source, also where it is equal', async () => {
    const program = `import json\nfrom dataclasses import asdict, dataclass\nimport mlflow\n\n@dataclass\nclass Config:\n    kind: str = "ridge"\n\nmlflow.log_params(asdict(Config(**json.loads(input()))))\n`;
    assert.deepEqual(await told(program, { kind: 'ridge' }), { kind: 'unknown' });
  });

  it('of a function is not the source, also where it is equal', async () => {
    const program = `import json\nimport mlflow\n\ndef fit(kind="ridge"):\n    mlflow.log_param("kind", kind)\n\nfit(**json.loads(input()))\n`;
    assert.deepEqual(await told(program, { kind: 'ridge' }), { kind: 'unknown' });
  });
});
