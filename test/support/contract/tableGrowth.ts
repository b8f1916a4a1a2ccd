import * as assert from 'node:assert/strict';
import type { TableRows } from '../../../src/mlflow/runTable';
import { runIdOf, START, type MadeRun } from '../histories';
import type { StoreKindUnderTest } from '../kinds/storeKind';
import { idsOf, metric, numbers, param, QUERY, runsOf, tag, texts } from './tableTools';
import { MADE, useMade } from './tools';

export function tableGrowthContract(kind: StoreKindUnderTest): void {
  describe('the run table while others log', () => {
    const make = useMade(kind);
    const made = (from: number, count: number): MadeRun[] =>
      Array.from({ length: count }, (_, i) => ({
        runId: runIdOf(from + i),
        startTime: START + (from + i) * 1000,
        params: { p: String((from + i) % 3) },
        tags: { t: 'before' },
        metrics: { m: [[0, START, from + i]] },
      }));
    const columns = [metric('m'), param('p'), tag('t'), metric('m', { rule: 'max' })];
    const sort = [{ column: metric('m'), descending: true }];

    it('takes in runs, points, params, tags and ends as they come, and forgets what was deleted', async () => {
      const { store, others } = await make(made(1, 6));
      const { runTable } = store;
      const rows = async (): Promise<{ answer: TableRows; top: unknown[] }> => {
        await store.refresh();
        await runTable.load(MADE, columns[3]!);
        const answer = await runTable.rows({ ...QUERY, ...MADE, columns, sort });
        const cells = answer.cells.map((column) =>
          column.type === 'number' ? numbers(column)[0] : texts(column)[0],
        );
        return { answer, top: [idsOf(answer)[0], ...cells] };
      };
      const before = await rows();
      assert.deepEqual(before.top, [runIdOf(6), 6, '0', 'before', 6]);
      assert.deepEqual(before.answer.extremes[0], { min: 1, max: 6 });

      await others.logRuns(made(7, 1));
      const grown = await rows();
      assert.deepEqual(grown.top, [runIdOf(7), 7, '1', 'before', 7]);
      assert.equal(grown.answer.total, 7);
      assert.notEqual(grown.answer.version, before.answer.version);

      await others.logMetric(runIdOf(2), 'm', [
        [1, START + 1, 90],
        [2, START + 2, 80],
      ]);
      assert.deepEqual((await rows()).top, [runIdOf(2), 80, '2', 'before', 90]);
      await others.setTag(runIdOf(2), 't', 'after');
      assert.equal((await rows()).top[3], 'after');
      await others.logParam(runIdOf(2), 'q', 'new');
      await store.refresh();
      const q = await runTable.rows({ ...QUERY, ...MADE, columns: [param('q')], sort });
      assert.equal(texts(q.cells[0])[0], 'new');
      await others.endRun(runIdOf(2), 'FAILED', START + 5);
      assert.equal(runsOf((await rows()).answer)[0]?.status, 'FAILED');

      await others.deleteRun(runIdOf(2));
      assert.deepEqual((await rows()).top.slice(0, 2), [runIdOf(7), 7]);
      await others.purgeRun(runIdOf(7));
      const last = await rows();
      assert.deepEqual(last.top.slice(0, 2), [runIdOf(6), 6]);
      assert.equal(last.answer.total, 5);
      assert.deepEqual(last.answer.extremes[0], { min: 1, max: 6 });
    });

    it('does so also of thousands of runs, whose columns it keeps', async () => {
      const count = kind.thousands ?? 4200;
      const { store, others, lookAt } = await make(made(1, count));
      const top = async (): Promise<unknown[]> => {
        await store.refresh();
        await lookAt?.([runIdOf(17)]);
        const { rows, cells, extremes } = await store.runTable.rows({
          ...QUERY,
          ...MADE,
          ...{ columns: [metric('m'), param('p'), tag('t')], sort, count: 2 },
        });
        const [m, p, t] = cells;
        return [idsOf({ rows } as TableRows), numbers(m), texts(p)[0], texts(t)[0], extremes[0]?.max];
      };
      const newest = runIdOf(count);
      const untouched = [
        [newest, runIdOf(count - 1)],
        [count, count - 1],
        String(count % 3),
        'before',
        count,
      ];
      assert.deepEqual(await top(), untouched);
      await others.logMetric(runIdOf(17), 'm', [[1, START + 1, 9000]]);
      assert.deepEqual(await top(), [[runIdOf(17), newest], [9000, count], '2', 'before', 9000]);
      await others.setTag(runIdOf(17), 't', 'after');
      assert.equal((await top())[3], 'after');
      await others.logRuns([
        { runId: runIdOf(5000), params: { p: 'new' }, metrics: { m: [[0, START, 9001]] } },
      ]);
      assert.deepEqual((await top()).slice(0, 3), [[runIdOf(5000), runIdOf(17)], [9001, 9000], 'new']);
      await others.deleteRun(runIdOf(17));
      await others.purgeRun(runIdOf(5000));
      assert.deepEqual(await top(), untouched);
    });

    it('says of the same state that it is the same', async () => {
      const { store } = await make(made(1, 2));
      const ask = () => store.runTable.rows({ ...QUERY, ...MADE, columns: [metric('m')] });
      const { version } = await ask();
      await store.refresh();
      assert.equal((await ask()).version, version);
    });
  });
}
