import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Connection } from '../../../../src/stores/sqlite/engine';
import { handlers } from '../../../../src/stores/sqlite/handlers';
import type { Reader } from '../../../../src/stores/sqlite/reader';
import { fixture, SQLITE_VERSIONS } from '../../../support/fixtures';
import { openSession } from '../../../support/torture';

/** Every statement that `use` has compiled. */
function statementsOf(use: () => void): Set<string> {
  const found = new Set<string>();
  const descriptor = Object.getOwnPropertyDescriptor(Connection.prototype, 'prepare')!;
  const original = descriptor.value as Connection['prepare'];
  Object.defineProperty(Connection.prototype, 'prepare', {
    ...descriptor,
    value: function (this: Connection, sql: string) {
      found.add(sql);
      return original.call(this, sql);
    },
  });
  try {
    use();
  } finally {
    Object.defineProperty(Connection.prototype, 'prepare', descriptor);
  }
  return found;
}

function plan(reader: Reader, sql: string): string[] {
  return reader.query(`EXPLAIN QUERY PLAN ${sql}`).map((row) => String(row[3]));
}

const STORED =
  /^SCAN (runs|r|params|tags|metrics|latest_metrics|inputs|input_tags|datasets|experiments|experiment_tags|model_versions|logged_model\w*)\b/;

describe('query plans: no statement walks the store to answer about one run', () => {
  for (const version of SQLITE_VERSIONS) {
    it(`MLflow ${version}`, async () => {
      const folder = await fixture(`sqlite-${version}`);
      const oracle = JSON.parse(fs.readFileSync(path.join(folder, 'answers.json'), 'utf8')) as {
        runs: { run_id: string; history: Record<string, unknown> }[];
      };
      const run = oracle.runs.find(({ history }) => Object.keys(history).length > 2)!;
      const session = await openSession(path.join(folder, 'mlflow.db'));
      const plans = session.run(0, (reader) => {
        void reader.schema;
        const asked = statementsOf(() => {
          handlers.getRun(reader, { runId: run.run_id });
          handlers.getRuns(reader, { runIds: [run.run_id], params: 'all', metrics: ['rmse'] });
          handlers.getRunInputs(reader, { runId: run.run_id });
          for (const key of Object.keys(run.history)) {
            handlers.getMetricHistory(reader, { runId: run.run_id, key });
          }
        });
        assert.ok(asked.size >= 4, 'statements were seen');
        return [...asked].map((sql) => ({ sql, steps: plan(reader, sql) }));
      });
      const indexed = session.run(0, ({ schema }) => ({
        metrics: schema.indexOn('metrics', 'run_uuid') !== undefined,
        latest: schema.has('latest_metrics'),
      }));
      session.close();
      for (const { sql, steps } of plans) {
        const walks = steps.filter((step) => STORED.test(step));
        if (!indexed.latest && /FROM metrics\s+WHERE run_uuid IN/.test(sql)) {
          // MLflow < 1.3 keeps no latest values, and nothing finds a run's metrics but a look at all of them.
          assert.equal(walks.length, 1, `${sql}: ${steps.join('; ')}`);
          continue;
        }
        assert.deepEqual(walks, [], `${sql}: ${steps.join('; ')}`);
        const onMetrics = steps.filter((step) => /^SEARCH metrics /.test(step));
        for (const step of onMetrics) {
          // MLflow < 1.25 has no index on a metric's run: the metric's own range is the least there is.
          assert.match(step, indexed.metrics ? /run_uuid=\?/ : /key=\?/, sql);
        }
      }
    });
  }
});
