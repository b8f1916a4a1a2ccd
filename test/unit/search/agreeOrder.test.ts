import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SqlJsStatic } from 'sql.js';
import type { Run } from '../../../src/mlflow/entities';
import { compareBytes } from '../../../src/search/bytes';
import { inOrder } from '../../../src/search/orderRuns';
import { orderToSql } from '../../../src/search/sql';
import type { Field, OrderClause } from '../../../src/search/syntax';
import { createTables } from '../../support/mlflowSchema';
import { ownSqlJs } from '../../support/ownSqlJs';

const TEXTS = ['', 'a', 'A', 'é', 'z', '模型', '😀', '\uffff', '10', '9'];
const KEYS = ['a', 'b', '__proto__'];

const texts = fc.constantFrom(...TEXTS);
const pairs = fc.uniqueArray(fc.record({ key: fc.constantFrom(...KEYS), value: texts }), {
  selector: ({ key }) => key,
});
const time = fc.option(fc.integer({ min: 0, max: 3 }));
const madeRun = fc.record({
  name: texts,
  taggedName: fc.option(texts),
  commit: fc.option(texts),
  status: fc.constantFrom('FINISHED', 'FAILED', 'RUNNING'),
  user: texts,
  startTime: time,
  endTime: time,
  params: pairs,
  tags: pairs,
  metrics: fc.uniqueArray(
    fc.record({
      key: fc.constantFrom(...KEYS),
      value: fc.constantFrom(NaN, Infinity, -Infinity, 0, -1.5, 2),
    }),
    { selector: ({ key }) => key },
  ),
});
type MadeRun = typeof madeRun extends fc.Arbitrary<infer T> ? T : never;

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({
    entity: fc.constantFrom('metric' as const, 'param' as const, 'tag' as const),
    key: fc.constantFrom(...KEYS),
  }),
  fc.record({
    entity: fc.constant('attribute' as const),
    key: fc.constantFrom(
      ...['run_id', 'run_name', 'status', 'user_id', 'artifact_uri', 'start_time', 'end_time', 'duration'],
      'commit',
    ),
  }),
);
const order: fc.Arbitrary<OrderClause[]> = fc.array(fc.record({ field, descending: fc.boolean() }), {
  maxLength: 3,
});

function runOf(made: MadeRun, index: number): Run {
  const tags = [
    ...made.tags,
    ...(made.taggedName === null ? [] : [{ key: 'mlflow.runName', value: made.taggedName }]),
    ...(made.commit === null ? [] : [{ key: 'mlflow.source.git.commit', value: made.commit }]),
  ];
  return {
    info: {
      runId: `r${(index * 7) % 10}`,
      experimentId: '1',
      runName: made.name || (made.taggedName ?? ''),
      userId: made.user,
      status: made.status,
      startTime: made.startTime,
      endTime: made.endTime,
      lifecycleStage: 'active',
      artifactUri: `mlruns/${index % 2}`,
    },
    params: made.params,
    tags,
    metrics: made.metrics.map((metric) => ({ ...metric, timestamp: 0, step: 0 })),
  };
}

describe('search: the order of SQL and that of whole runs agree', function () {
  this.timeout(60_000);
  let sql: SqlJsStatic;
  before(async () => {
    sql = await ownSqlJs();
  });

  for (const version of ['3.17.2', '1.0.0'] as const) {
    it(`on random runs and orders with the schema of MLflow ${version}`, () => {
      fc.assert(
        fc.property(
          fc.array(madeRun, { minLength: 2, maxLength: 9 }),
          fc.array(order, { minLength: 6, maxLength: 6 }),
          (made, orders) => {
            const db = new sql.Database();
            try {
              const schema = createTables(db, version);
              // MLflow 1.0 had no NaN.
              const runs = made.map(runOf).map((run) => ({
                ...run,
                metrics: run.metrics.filter(({ value }) => schema.isNan || !Number.isNaN(value)),
              }));
              const insert = (table: string, row: Record<string, string | number | null>): void => {
                const columns = Object.keys(row).map((name) => `"${name}"`);
                db.run(
                  `INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`,
                  Object.values(row),
                );
              };
              runs.forEach(({ info, params, tags, metrics }, index) => {
                const run_uuid = info.runId;
                insert('runs', {
                  run_uuid,
                  name: made[index]!.name,
                  user_id: info.userId,
                  status: info.status,
                  start_time: info.startTime,
                  end_time: info.endTime,
                  artifact_uri: info.artifactUri,
                });
                params.forEach(({ key, value }) => insert('params', { key, value, run_uuid }));
                tags.forEach(({ key, value }) => insert('tags', { key, value, run_uuid }));
                metrics.forEach(({ key, value: given }) => {
                  const value = Number.isFinite(given) ? given : Math.sign(given || 0) * Number.MAX_VALUE;
                  const isNan: Record<string, number> = schema.isNan
                    ? { is_nan: Number.isNaN(given) ? 1 : 0 }
                    : {};
                  insert('metrics', { key, value, timestamp: 0, step: 0, run_uuid, ...isNan });
                  if (schema.latestMetrics) {
                    insert('latest_metrics', { key, value, timestamp: 0, step: 0, run_uuid, ...isNan });
                  }
                });
              });
              for (const clauses of orders) {
                const { joins, orderBy } = orderToSql(clauses, schema);
                const rows = db.exec(
                  `SELECT r.run_uuid FROM runs r${joins.sql} ORDER BY ${orderBy}`,
                  joins.params,
                )[0]!.values;
                assert.deepEqual(
                  inOrder(runs, clauses).map(({ info }) => info.runId),
                  rows.map(([id]) => id),
                  JSON.stringify(clauses),
                );
              }
            } finally {
              db.close();
            }
          },
        ),
        { numRuns: 60 },
      );
    });
  }

  it('texts stand in the order of their bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        assert.equal(Math.sign(compareBytes(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});
