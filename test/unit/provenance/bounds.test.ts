import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { WorkerHost } from '../../../src/worker/host';
import { workerBundle } from '../../../scripts/workerBundle';
import type { ProvenanceRequests } from '../../../src/provenance/requests';
import { LONGEST_FILE } from '../../../src/provenance/python/machine';
import { git, removeRepositories, repositoryOf, runOf } from '../../support/repositories';

/** Lines that double what `name` holds. */
const doubled = (line: string, times: number): string => `${line}\n`.repeat(times);

/** Programs that are short and would make much, by what grows. Each logs a param before and one after. */
const GROWING: Record<string, string> = {
  'a text that doubles': `x = "abcdefgh"\n${doubled('x = x + x', 40)}`,
  'a text in a text that doubles': `x = "abcdefgh"\n${doubled('x = f"{x}{x}"', 40)}`,
  'a text repeated': `x = "abcdefgh"\n${doubled('x = x * 999', 12)}`,
  'a text whose parts are replaced by itself': `x = "aaaaaaaa"\n${doubled('x = x.replace("a", x)', 12)}`,
  'a text joined by itself': `x = "ab"\n${doubled('x = x.join([x, x, x])', 40)}`,
  'a text formatted into itself': `x = "abcdefgh"\n${doubled('x = "{0}{0}{0}".format(x)', 40)}`,
  'a list that doubles': `x = [1, 2]\n${doubled('x = x + x', 40)}`,
  'a list that is extended by itself': `x = [1, 2]\n${doubled('x.extend(x)', 40)}`,
  'lists that hold the one before twice': `x = [1]\n${doubled('x = [x, x]', 60)}mlflow.log_param("x", x)\n`,
  'dicts that hold the one before twice': `x = {"a": 1}\n${doubled('x = {"a": x, "b": x}', 60)}mlflow.log_params(x)\n`,
  'copies of what holds the one before twice': `import copy\nx = {"a": 1}\n${doubled('x = {"a": x, "b": x}', 60)}y = copy.deepcopy(x)\nmlflow.log_param("y", y)\n`,
  'texts of what holds the one before twice': `x = [1]\n${doubled('x = [x, x]', 60)}y = str(x) + f"{x}"\nmlflow.log_param("y", y)\n`,
  'a list that holds itself':
    'x = []\nx.append(x)\nmlflow.log_param("x", x)\nmlflow.log_param("y", str(x))\n',
  'many long texts': `x = []\nfor i in range(200):\n  for j in range(200):\n    x.append("${'abcdefgh'.repeat(500)}" + str(i) + str(j))\n`,
};

/** What the same programs took before they were bounded was all memory of the machine; the rest is the parser's. */
const HEAP_MEGABYTES = 128;

describe('the tracer, on code that would make much', function () {
  this.timeout(120_000);
  let host: WorkerHost<ProvenanceRequests, string>;
  let folder: string;
  let commit: string;
  const names = Object.keys(GROWING);

  before(() => {
    folder = repositoryOf({
      ...Object.fromEntries(
        names.map((name, index) => [
          `grows${index}.py`,
          `import mlflow\nmlflow.log_param("before", 0.25)\n${GROWING[name]!}mlflow.log_param("after", 0.75)\n`,
        ]),
      ),
      'flat.py': `import mlflow\nmlflow.log_param("before", 0.25)\n${'x = 1\n'.repeat(LONGEST_FILE / 6 + 1)}`,
      'small.py': 'import mlflow\nmlflow.log_param("before", 0.25)\n',
    });
    commit = git(folder, 'rev-parse', 'HEAD');
    host = new WorkerHost({
      script: path.join(workerBundle(), 'provenanceWorker.js'),
      name: 'provenance',
      start: null,
      label: 'Following the code',
      heapMegabytes: HEAP_MEGABYTES,
      toError: ({ message }) => new Error(message),
    });
  });

  after(() => {
    host.dispose();
    removeRepositories();
  });

  const sourcesOf = (file: string) =>
    host.ask('findSources', {
      folders: [folder],
      gitPath: 'git',
      run: runOf(file, commit, { before: '0.25', after: '0.75' }),
    });

  names.forEach((name, index) => {
    it(`follows ${name} in little memory, and is never wrong`, async () => {
      const { params } = await sourcesOf(`grows${index}.py`);
      assert.equal(params.get('before')?.status, 'found');
      assert.equal(params.get('before')?.line, 2);
      assert.ok(['found', 'unknown'].includes(params.get('after')?.status ?? ''));
      assert.match(params.get('after')?.text ?? '0.75', /0\.75/);
    });
  });

  it('does not parse a file of more than a mebibyte, and says so', async () => {
    const { run, params } = await sourcesOf('flat.py');
    assert.equal(run.problem, 'flat.py has more than 1 MiB of code, so it was not followed.');
    assert.equal(params.get('before')?.status, 'unknown');
  });

  it('goes on with the next', async () => {
    assert.equal((await sourcesOf('small.py')).params.get('before')?.status, 'found');
  });
});
