import * as assert from 'node:assert/strict';
import { removeRepositories, repositoryOf } from '../../support/repositories';
import { sourcesIn } from '../../support/sources';

const FIT = `def fit(lr, depth=3):
    with mlflow.start_run():
        mlflow.log_param("lr", lr)
        mlflow.log_param("depth", depth)
`;

/** What a run of one script has for `lr`: status, line and sentence. */
async function sourceOf(imports: string, rest: string, value: string): Promise<string> {
  const root = repositoryOf({ 'train.py': `import mlflow\n${imports}\n\n${FIT}\n\n${rest}\n` });
  const { status, text, why } = (await sourcesIn(root, { lr: value })).params.get('lr')!;
  return text === null ? `${status}: ${why}` : `${status}: ${text}`;
}

describe('functions that are called here and elsewhere', () => {
  after(removeRepositories);

  const ways: [string, string, string][] = [
    [
      'a pool',
      'from multiprocessing import Pool',
      'with Pool(2) as pool:\n    pool.map(fit, [\n        0.25,\n    ])',
    ],
    [
      'a pool of a context',
      'import multiprocessing as mp',
      'pool = mp.get_context("spawn").Pool(2)\npool.apply_async(fit, (\n        0.25,\n))',
    ],
    [
      'rows of a pool',
      'from multiprocessing.pool import ThreadPool',
      'ThreadPool(2).starmap(fit, [\n    (\n        0.25,\n 4)\n])',
    ],
    [
      'an executor',
      'from concurrent.futures import ProcessPoolExecutor',
      'with ProcessPoolExecutor() as pool:\n    pool.submit(fit,\n        0.25,\n    ).result()',
    ],
    [
      'an executor that maps',
      'import concurrent.futures',
      'with concurrent.futures.ThreadPoolExecutor() as pool:\n    list(pool.map(fit, [\n        0.25,\n    ], [4]))',
    ],
    [
      'joblib',
      'from joblib import Parallel, delayed',
      'rates = [\n        0.25,\n]\nParallel(n_jobs=2)(delayed(fit)(lr) for lr in rates)',
    ],
    ['a thread', 'from threading import Thread', 'Thread(target=fit, args=(\n        0.25,\n)).start()'],
    [
      'a process',
      'import multiprocessing as mp',
      'mp.Process(target=fit, kwargs={\n"lr":\n        0.25,\n}).start()',
    ],
    [
      'a partial call',
      'from functools import partial\nfrom threading import Thread',
      'Thread(target=partial(fit,\n        0.25,\n)).start()',
    ],
    ['dask', 'from dask.distributed import Client', 'Client().submit(fit,\n        0.25,\n)'],
    ['ray', 'import ray', 'ray.remote(fit).remote(\n        0.25,\n)'],
    ['map itself', 'import os', 'list(map(fit, [\n        0.25,\n], [4]))'],
    ['a task of prefect', 'from prefect import task', 'task(fit).submit(\n        0.25,\n)'],
    ['mapped tasks of prefect', 'from prefect import task', 'fit.map([\n        0.25,\n], depth=4)'],
  ];
  for (const [name, imports, call] of ways) {
    it(`${name}: each call counts`, async () => {
      assert.equal(await sourceOf(imports, `fit(0.5)\n${call}`, '0.25'), 'found: 0.25,');
      assert.match(await sourceOf(imports, `fit(0.5)\n${call}`, '0.5'), /^found: fit\(0\.5\)$/);
    });
  }

  it('a second iterable is no default', async () => {
    const rest = 'list(map(fit, [0.5],\n    [4]))';
    const root = repositoryOf({ 'train.py': `import mlflow\n\n${FIT}\n\n${rest}\n` });
    assert.equal((await sourcesIn(root, { depth: '4' })).params.get('depth')?.text, '[4]))');
  });

  const unknown: [string, string, string][] = [
    ['a library that is not known', 'import farm', 'farm.each(fit, rates)'],
    ['a library that is given a list', 'import farm', 'farm.all([fit], rates)'],
    [
      'a pool with arguments that are not known',
      'from multiprocessing import Pool',
      'Pool(2).map(fit, rates())',
    ],
    ['what comes from elsewhere', 'from farm import pool', 'pool.map(fit, rates)'],
  ];
  for (const [name, imports, call] of unknown) {
    it(`${name}: nothing is said of a value that it may have given`, async () => {
      const told = await sourceOf(imports, `fit(0.5)\n${call}`, '0.75');
      assert.match(told, /^unknown: /);
      assert.doesNotMatch(told, /No line/);
      assert.match(await sourceOf(imports, `fit(0.5)\n${call}`, '0.5'), /^found: fit\(0\.5\)$/);
    });
  }

  it('where every call is followed, a value that none gives differs', async () => {
    const told = await sourceOf(
      'from threading import Thread',
      'Thread(target=fit, args=(0.5,)).start()',
      '0.75',
    );
    assert.match(told, /^differs: /);
  });
});
