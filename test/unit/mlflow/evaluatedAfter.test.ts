import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import type { Run } from '../../../src/mlflow/entities';
import { evaluationOf, trainedIn } from '../../../src/mlflow/evaluatedAfter';
import { workerBundle } from '../../../scripts/workerBundle';
import { SqliteStore } from '../../../src/stores/sqlite/sqliteStore';
import { fixture } from '../../support/fixtures';

/** Written by transformers 5.24's Trainer (test/fixtures/transformers-evaluate/make.py). */
describe('a run that transformers evaluated in after training', function () {
  this.timeout(60_000);
  let runs: Run[];

  before(async () => {
    const store = new SqliteStore(
      path.join(await fixture('transformers-evaluate'), 'mlflow.db'),
      workerBundle(),
    );
    const { items } = await store.searchRuns({
      experimentIds: [],
      view: 'ACTIVE_ONLY',
      orderBy: ['start_time ASC'],
      maxResults: 20,
      params: 'all',
      metrics: 'all',
      tags: 'all',
    });
    runs = items;
    store.dispose();
  });

  /** Trained, evaluated, trained, evaluated (twice over), in one process; both in one run; evaluated alone. */
  const named = (): [Run, Run, Run, Run, Run, Run] => runs as [Run, Run, Run, Run, Run, Run];
  const moved = (run: Run, by: number, change: Partial<Run> = {}): Run => ({
    ...run,
    ...change,
    info: {
      ...run.info,
      runId: `${run.info.runId}${by}`,
      startTime: run.info.startTime! + by,
      endTime: run.info.endTime! + by,
    },
  });

  it('is told from one that trained or was evaluated alone, which have params', () => {
    assert.deepEqual(
      named().map((run) => evaluationOf(run) !== null),
      [false, true, false, true, false, false],
    );
    assert.deepEqual(evaluationOf(named()[3]), { took: [29.4, 39.4], step: 4 });
  });

  it('leads to the run that trained just before it, of several in one process', () => {
    const [first, evaluated, second, again, ...others] = named();
    assert.deepEqual(trainedIn(evaluated, runs), { training: first, sure: true });
    assert.deepEqual(trainedIn(again, runs), { training: second, sure: true });
    for (const run of [first, second, ...others]) {
      assert.equal(trainedIn(run, runs), null);
    }
  });

  it('leads nowhere where another process trained the same at that time', () => {
    const [first, evaluated] = named();
    const beside = moved(first, 100);
    assert.deepEqual(trainedIn(evaluated, [first, beside]), { training: null });
    // Evaluating took as long as the other trained.
    const metrics = evaluated.metrics.map((metric) =>
      metric.key === 'eval_runtime' ? { ...metric, value: 9 } : metric,
    );
    const long = moved(evaluated, 9000, { metrics });
    assert.deepEqual(trainedIn(long, [first, moved(first, 5000)]), { training: first, sure: true });
  });

  it('is only probable where it came long after', () => {
    const [first, evaluated] = named();
    assert.deepEqual(trainedIn(moved(evaluated, 600_000), [first]), { training: first, sure: false });
    assert.deepEqual(trainedIn(moved(evaluated, 600_000), [first, moved(first, 2000)]), { training: null });
  });

  it('has nothing to do with a run of another program, user, experiment, step or time', () => {
    const [first, evaluated] = named();
    const others: Run[] = [
      {
        ...first,
        tags: first.tags.map((tag) => ({ ...tag, value: tag.key === 'mlflow.user' ? 'bo' : tag.value })),
      },
      { ...first, tags: first.tags.filter(({ key }) => key !== 'mlflow.source.name') },
      { ...first, info: { ...first.info, experimentId: '9' } },
      { ...first, info: { ...first.info, endTime: null } },
      { ...first, params: [] },
      { ...first, metrics: first.metrics.map((metric) => ({ ...metric, step: 3 })) },
      { ...first, metrics: first.metrics.filter(({ key }) => key !== 'train_runtime') },
      moved(first, 60_000),
    ];
    for (const other of others) {
      assert.equal(trainedIn(evaluated, [other]), null);
    }
  });

  it('is none where it holds what something else logged too', () => {
    const [first, evaluated] = named();
    const point = { ...evaluated.metrics[0]!, key: 'train_loss' };
    for (const metrics of [[...evaluated.metrics, point], [], [{ ...point, key: 'eval_runtime' }]]) {
      assert.equal(trainedIn({ ...evaluated, metrics }, [first]), null);
    }
    assert.equal(trainedIn({ ...evaluated, params: [{ key: 'a', value: '1' }] }, [first]), null);
  });
});
