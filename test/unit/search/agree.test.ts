import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Database, SqlJsStatic } from 'sql.js';
import type { DatasetInput, Run } from '../../../src/mlflow/entities';
import { depthsOf, familyOf } from '../../../src/mlflow/family';
import { likeTest } from '../../../src/search/like';
import { parseFilter } from '../../../src/search/parse';
import { filterToPredicate } from '../../../src/search/predicate';
import { splitForServer } from '../../../src/search/rest';
import { runSource } from '../../../src/search/runSource';
import { filterToSql, type SqlSchema } from '../../../src/search/sql';
import type { Field, Filter } from '../../../src/search/syntax';
import { filterText } from '../../../src/search/text';
import { ownSqlJs } from '../../support/ownSqlJs';
import { createTables } from '../../support/mlflowSchema';

interface MadeRun {
  params: [string, string][];
  tags: [string, string][];
  metrics: { key: string; value: number; step: number }[];
  status: string;
  startTime: number;
  endTime: number | null;
  /** Index of the parent among the runs; one beyond them is a parent that the store has not. */
  parent: number | null;
  dataset: { name: string; context: string | null } | null;
  registered: string | null;
}

const keys = fc.constantFrom('a', 'b', 'val/loss', '__proto__');
const texts = fc.oneof(
  fc.constantFrom(
    '',
    'xgboost',
    'XGBoost',
    'a%b_c',
    '[a-z]',
    '*',
    "it's",
    '模型',
    '3',
    '3.0',
    ' 7 ',
    '1e-3',
    '+.5',
    '5.',
  ),
  fc.constantFrom('nan', 'inf', '0x10', '1_000', '1e', '.', '-', '12abc', '9e999', 'É', 'é', '😀😀'),
  fc.integer({ min: -9, max: 9 }).map(String),
);
const numbers = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(Infinity, -Infinity, NaN, 0.5, 1e-3, Number.MAX_VALUE),
);
const pairs = fc.uniqueArray(fc.tuple(keys, texts), { selector: ([key]) => key, maxLength: 3 });
const madeRun: fc.Arbitrary<MadeRun> = fc.record({
  params: pairs,
  tags: pairs,
  metrics: fc.uniqueArray(fc.record({ key: keys, value: numbers, step: fc.integer({ min: -1, max: 2 }) }), {
    selector: ({ key, step }) => `${step} ${key}`,
    maxLength: 5,
  }),
  status: fc.constantFrom('FINISHED', 'FAILED', 'RUNNING'),
  startTime: fc.integer({ min: 0, max: 5 }),
  endTime: fc.option(fc.integer({ min: 0, max: 9 })),
  parent: fc.option(fc.nat({ max: 6 })),
  dataset: fc.option(
    fc.record({
      name: fc.constantFrom('green', 'Green'),
      context: fc.option(fc.constantFrom('train', 'eval')),
    }),
  ),
  registered: fc.option(fc.constantFrom('taxi', 'fare')),
});

const runId = (index: number): string => index.toString(16).padStart(32, 'a');

const textField: fc.Arbitrary<Field> = fc.oneof(
  keys.map((key): Field => ({ entity: 'param', key })),
  keys.map((key): Field => ({ entity: 'tag', key })),
  fc
    .constantFrom('run_id', 'run_name', 'status', 'artifact_uri', 'parent', 'registered', 'commit')
    .map((key): Field => ({ entity: 'attribute', key })),
  fc.constantFrom('name', 'digest', 'context').map((key): Field => ({ entity: 'dataset', key })),
);
const metricField = keys.map((key): Field => ({ entity: 'metric', key }));
const numberField: fc.Arbitrary<Field> = fc.oneof(
  metricField,
  keys.map((key): Field => ({ entity: 'param', key })),
  keys.map((key): Field => ({ entity: 'tag', key })),
  fc
    .constantFrom('start_time', 'end_time', 'duration', 'depth')
    .map((key): Field => ({ entity: 'attribute', key })),
);
const wantedTexts = fc.oneof(
  texts,
  fc.constantFrom('%', '%oo%', '_', '__', 'X%', '%%', '_%t', 'taxi', 'Green', 'train', 'FAILED', 'run 1'),
  fc.nat({ max: 6 }).map(runId),
);
const wantedNumbers = fc.oneof(fc.integer({ min: -3, max: 5 }), fc.constantFrom(0.5, 1e308, -1e308, 7));
const comparators = fc.constantFrom('=' as const, '!=' as const, '<' as const, '<=' as const, '>' as const);
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    type: fc.constant('number' as const),
    field: numberField,
    comparator: comparators,
    value: wantedNumbers,
  }),
  fc.record({
    type: fc.constant('text' as const),
    field: textField,
    comparator: fc.constantFrom('=' as const, '!=' as const, 'LIKE' as const, 'ILIKE' as const),
    value: wantedTexts,
  }),
  fc.record({
    type: fc.constant('list' as const),
    field: textField,
    negated: fc.boolean(),
    values: fc.array(wantedTexts, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    type: fc.constant('null' as const),
    field: fc.oneof(textField, numberField),
    negated: fc.boolean(),
  }),
  fc.record({ type: fc.constant('nan' as const), field: metricField, negated: fc.boolean() }),
  fc.record({
    type: fc.constant('term' as const),
    text: fc.constantFrom('xgb', 'XGB', '*', '%', '3', 'run 2', '模', 'aaa', 'history'),
  }),
);
const filter: fc.Arbitrary<Filter> = fc.letrec<{ node: Filter }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ type: fc.constant('not' as const), node: tie('node') }),
    fc.record({
      type: fc.constantFrom('and' as const, 'or' as const),
      nodes: fc.array(tie('node'), { minLength: 2, maxLength: 3 }),
    }),
  ),
})).node;

/** The encoding of mlflow.md, A.2. */
function stored(value: number): [number, number] {
  return [
    Number.isNaN(value) ? 0 : Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE),
    +Number.isNaN(value),
  ];
}

/** Latest = greatest (step, timestamp, value): here one value a step. */
function latest(made: MadeRun): Map<string, number> {
  const sorted = made.metrics.toSorted((a, b) => a.step - b.step);
  return new Map(sorted.map(({ key, value }) => [key, value]));
}

function allTags(made: MadeRun, index: number): [string, string][] {
  return [
    ...made.tags,
    ['mlflow.runName', `run ${index}`],
    ['mlflow.log-model.history', 'history'],
    ...(made.parent === null ? [] : [['mlflow.parentRunId', runId(made.parent)] as [string, string]]),
    ...(index % 2 ? [['mlflow.source.git.commit', `4b64${index}`] as [string, string]] : []),
  ];
}

function fill(db: Database, runs: MadeRun[], schema: SqlSchema): void {
  runs.forEach((made, index) => {
    const id = runId(index);
    db.run(
      `INSERT INTO runs (run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage, artifact_uri, experiment_id)
       VALUES (?, '', 'me', ?, ?, ?, 'active', ?, 1)`,
      [id, made.status, made.startTime, made.endTime, `mlruns/${index}`],
    );
    for (const [key, value] of made.params) {
      db.run('INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)', [key, value, id]);
    }
    for (const [key, value] of allTags(made, index)) {
      db.run('INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)', [key, value, id]);
    }
    for (const { key, value, step } of made.metrics) {
      const columns = schema.isNan ? ['is_nan'] : [];
      db.run(
        `INSERT INTO metrics (key, value, timestamp, run_uuid, step${columns.map((c) => `, ${c}`).join('')})
         VALUES (?, ?, 0, ?, ?${columns.map(() => ', ?').join('')})`,
        [key, stored(value)[0], id, step, ...(schema.isNan ? [stored(value)[1]] : [])],
      );
    }
    if (schema.latestMetrics) {
      for (const [key, value] of latest(made)) {
        db.run(
          'INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, 0, 0, ?, ?)',
          [key, ...stored(value), id],
        );
      }
    }
    if (made.dataset && schema.datasets) {
      db.run(
        "INSERT INTO datasets (dataset_uuid, experiment_id, name, digest, dataset_source_type, dataset_source) VALUES (?, 1, ?, ?, 'local', '')",
        [`d${index}`, made.dataset.name, `d${index}`],
      );
      db.run(
        "INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id) VALUES (?, 'DATASET', ?, 'RUN', ?)",
        [`i${index}`, `d${index}`, id],
      );
      if (made.dataset.context !== null) {
        db.run("INSERT INTO input_tags (input_uuid, name, value) VALUES (?, 'mlflow.data.context', ?)", [
          `i${index}`,
          made.dataset.context,
        ]);
      }
    }
    if (made.registered !== null && schema.modelVersions) {
      db.run(
        "INSERT INTO model_versions (name, version, run_id, current_stage, source, status) VALUES (?, ?, ?, 'None', '', 'READY')",
        [made.registered, index + 1, id],
      );
    }
  });
}

function asRuns(runs: MadeRun[], schema: SqlSchema): Run[] {
  return runs.map((made, index) => ({
    info: {
      runId: runId(index),
      experimentId: '1',
      runName: `run ${index}`,
      userId: 'me',
      status: made.status,
      startTime: made.startTime,
      endTime: made.endTime,
      lifecycleStage: 'active',
      artifactUri: `mlruns/${index}`,
    },
    params: made.params.map(([key, value]) => ({ key, value })),
    metrics: [...latest(made)].map(([key, value]) => ({
      key,
      value: Number.isNaN(value) && !schema.isNan ? 0 : value,
      timestamp: 0,
      step: 0,
    })),
    tags: allTags(made, index).map(([key, value]) => ({ key, value })),
  }));
}

function matches(runs: MadeRun[], query: Filter, schema: SqlSchema): string[] {
  const made = (id: string): MadeRun | undefined => runs.find((_, index) => runId(index) === id);
  const depths = depthsOf(
    familyOf(
      runs.flatMap(({ parent }, index) =>
        parent === null ? [] : [{ child: runId(index), parent: runId(parent) }],
      ),
      (id) => made(id) !== undefined,
    ),
  );
  const source = runSource({
    datasetInputs: (id): DatasetInput[] => {
      const dataset = schema.datasets ? made(id)?.dataset : null;
      return dataset
        ? [
            {
              dataset: {
                name: dataset.name,
                digest: `d${runs.indexOf(made(id)!)}`,
                sourceType: 'local',
                source: '',
                schema: null,
                profile: null,
              },
              tags: dataset.context === null ? [] : [{ key: 'mlflow.data.context', value: dataset.context }],
            },
          ]
        : [];
    },
    registered: (id) => (schema.modelVersions ? [made(id)?.registered ?? []].flat() : []),
    depth: (id) => depths.get(id) ?? 0,
  });
  const holds = filterToPredicate(query, source);
  return asRuns(runs, schema)
    .filter(holds)
    .map((run) => run.info.runId);
}

const NEWEST = { latestMetrics: true, isNan: true, step: true, datasets: true, modelVersions: true };

describe('search: SQL and predicate agree', function () {
  this.timeout(60_000);
  let sql: SqlJsStatic;
  before(async () => {
    sql = await ownSqlJs();
  });

  for (const version of ['3.17.2', '1.14.1', '1.0.0'] as const) {
    it(`on random queries and stores with the schema of MLflow ${version}`, () => {
      fc.assert(
        fc.property(
          fc.array(madeRun, { minLength: 1, maxLength: 6 }),
          fc.array(filter, { minLength: 8, maxLength: 8 }),
          (runs, filters) => {
            const db = new sql.Database();
            try {
              const schema = createTables(db, version);
              fill(db, runs, schema);
              for (const query of filters) {
                const { sql: where, params } = filterToSql(query, schema);
                const rows = db.exec(`SELECT run_uuid, ${where} FROM runs r ORDER BY run_uuid`, params)[0]!
                  .values;
                assert.ok(rows.every(([, holds]) => holds === 0 || holds === 1));
                const found = rows.filter(([, holds]) => holds === 1).map(([id]) => id);
                assert.deepEqual(found, matches(runs, query, schema), filterText(query));
              }
            } finally {
              db.close();
            }
          },
        ),
        { numRuns: 150 },
      );
    });
  }

  it('NaN differs from every number and is in no other relation to one, as MLflow answers', () => {
    const db = new sql.Database();
    const schema = createTables(db, '3.17.2');
    const [sample] = fc.sample(madeRun, { numRuns: 1, seed: 17 });
    const runs = [NaN, 0, 2].map((value): MadeRun => ({
      ...sample!,
      metrics: [{ key: 'm', value, step: 0 }],
    }));
    fill(db, runs, schema);
    const answers: [string, number[]][] = [
      ['metrics.m != 0', [0, 2]],
      ['metrics.m != 2', [0, 1]],
      ['metrics.m = 0', [1]],
      ['metrics.m <= 0', [1]],
      ['metrics.m >= -1e999', [1, 2]],
      ['NOT (metrics.m > 1)', [0, 1]],
      ['NOT (metrics.m != 0)', [1]],
    ];
    for (const [text, wanted] of answers) {
      const query = parseFilter(text, 0)!;
      const { sql: where, params } = filterToSql(query, schema);
      const found = db.exec(`SELECT run_uuid FROM runs r WHERE ${where} ORDER BY run_uuid`, params)[0]
        ?.values;
      assert.deepEqual((found ?? []).flat(), wanted.map(runId), text);
      assert.deepEqual(matches(runs, query, schema), wanted.map(runId), text);
    }
    db.close();
  });

  it('a tree written as text and read again means the same', () => {
    fc.assert(
      fc.property(fc.array(madeRun, { minLength: 1, maxLength: 6 }), filter, (runs, query) => {
        const text = filterText(query);
        fc.pre(text !== undefined);
        assert.deepEqual(matches(runs, parseFilter(text, 0)!, NEWEST), matches(runs, query, NEWEST), text);
      }),
      { numRuns: 1000 },
    );
  });

  it('what the server is asked and what is left make the whole', () => {
    fc.assert(
      fc.property(
        fc.array(madeRun, { minLength: 1, maxLength: 6 }),
        filter,
        fc.record({ nullTests: fc.boolean(), nan: fc.boolean(), lists: fc.boolean() }),
        (runs, query, knows) => {
          const { server, rest } = splitForServer(query, knows);
          assert.ok(
            !/\b(OR|NAN|duration|depth|parent|registered|commit)\b(?!['"`])/.test(
              server.replace(/'[^']*'|"[^"]*"|`[^`]*`/g, ''),
            ),
            server,
          );
          const asked = parseFilter(server, 0);
          const kept = (part: Filter | null): Set<string> =>
            new Set(part ? matches(runs, part, NEWEST) : runs.map((_, index) => runId(index)));
          const left = kept(rest);
          assert.deepEqual(
            [...kept(asked)].filter((id) => left.has(id)),
            matches(runs, query, NEWEST),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('LIKE with many wildcards stays fast', () => {
    const started = performance.now();
    assert.equal(likeTest(`${'%a'.repeat(50)}%b`)('a'.repeat(5000)), false);
    assert.ok(performance.now() - started < 500);
  });
});
