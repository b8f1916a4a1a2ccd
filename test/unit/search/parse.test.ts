import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { narrow } from '../../../src/search/narrow';
import { parseOrder } from '../../../src/search/order';
import { parseFilter } from '../../../src/search/parse';
import { SearchError, type Filter, type KeyEntity } from '../../../src/search/syntax';
import { equalsText, filterText } from '../../../src/search/text';

const NOW = Date.UTC(2026, 6, 28, 12);
const parse = (text: string): Filter | null => parseFilter(text, NOW);

function refusal(text: string): { message: string; marked: string } {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof SearchError, String(error));
    return { message: error.message, marked: text.slice(error.from, error.to) };
  }
  assert.fail(`${text} was accepted`);
}

describe('search: what MLflow accepts', () => {
  const same: [string, Filter][] = [
    [
      'metrics.rmse < 7',
      { type: 'number', field: { entity: 'metric', key: 'rmse' }, comparator: '<', value: 7 },
    ],
    [
      'metric.rmse<-1.5e-3',
      { type: 'number', field: { entity: 'metric', key: 'rmse' }, comparator: '<', value: -0.0015 },
    ],
    [
      "parameters.model = 'xgboost'",
      { type: 'text', field: { entity: 'param', key: 'model' }, comparator: '=', value: 'xgboost' },
    ],
    [
      'tags."mlflow.parentRunId" ilike "%A%"',
      {
        type: 'text',
        field: { entity: 'tag', key: 'mlflow.parentRunId' },
        comparator: 'ILIKE',
        value: '%A%',
      },
    ],
    [
      'metrics.`val/rmse` >= 8',
      { type: 'number', field: { entity: 'metric', key: 'val/rmse' }, comparator: '>=', value: 8 },
    ],
    [
      'tags.mlflow.source.name != "a"',
      { type: 'text', field: { entity: 'tag', key: 'mlflow.source.name' }, comparator: '!=', value: 'a' },
    ],
    [
      "params.order = 'it''s'",
      { type: 'text', field: { entity: 'param', key: 'order' }, comparator: '=', value: "it''s" },
    ],
    [
      "attr.`Run name` = 'x'",
      { type: 'text', field: { entity: 'attribute', key: 'run_name' }, comparator: '=', value: 'x' },
    ],
    [
      'Created > 1700000000000',
      { type: 'number', field: { entity: 'attribute', key: 'start_time' }, comparator: '>', value: 1.7e12 },
    ],
    [
      "run_id NOT IN ('a', 'b')",
      { type: 'list', field: { entity: 'attribute', key: 'run_id' }, negated: true, values: ['a', 'b'] },
    ],
    ['params.x IS NOT NULL', { type: 'null', field: { entity: 'param', key: 'x' }, negated: true }],
    [
      "dataset.context = 'train'",
      { type: 'text', field: { entity: 'dataset', key: 'context' }, comparator: '=', value: 'train' },
    ],
  ];
  for (const [text, tree] of same) {
    it(text, () => assert.deepEqual(parse(text), tree));
  }

  it('what it writes otherwise', () => {
    const equal: [string, string][] = [
      ['`metric`.acc > 1', 'metrics.acc > 1'],
      ['`metrics`.`val/acc` > 1', 'metrics.`val/acc` > 1'],
      ["`tags`.t = 'x'", "tags.t = 'x'"],
      ["`attribute`.run_name = 'r1'", "run_name = 'r1'"],
      ["`run_name` = 'r1'", "run_name = 'r1'"],
      ['"run_name" = \'r1\'', "run_name = 'r1'"],
      ["`Run name` = 'r1'", "run_name = 'r1'"],
      ["attribute.'run_name' = 'r1'", "run_name = 'r1'"],
      ["tags.'t' = 'x'", "tags.t = 'x'"],
      ["tags.'a b' IS NULL", 'tags.`a b` IS NULL'],
      ["run_id IN ('a',)", "run_id IN ('a')"],
      ["run_id IN (('a'))", "run_id IN ('a')"],
      ["run_id NOT IN (('a', 'b'),)", "run_id NOT IN ('a', 'b')"],
      ["run_id IN (('a'), 'b')", "run_id IN ('a', 'b')"],
      ["metrics.m > 1 params.p = 'y'", "metrics.m > 1 and params.p = 'y'"],
      ["params.p='y'tags.`t`='x'metrics.m > 1", "params.p = 'y' and tags.t = 'x' and metrics.m > 1"],
      ["tags.t IS NOT NULL run_name = 'r1'", "tags.t IS NOT NULL and run_name = 'r1'"],
      ["metrics.m > 1 and AND And params.p = 'y'", "metrics.m > 1 and params.p = 'y'"],
      ['and and metrics.m > 1 and and', 'metrics.m > 1'],
    ];
    for (const [text, same] of equal) {
      assert.deepEqual(parse(text), parse(same), text);
    }
  });

  it('nothing, and a stray AND at either end', () => {
    assert.equal(parse(''), null);
    assert.equal(parse('and and'), null);
    assert.deepEqual(parse('and metrics.a < 1 AND'), parse('metrics.a < 1'));
  });
});

describe('search: what is ours', () => {
  it('OR binds looser than AND, NOT tighter, parentheses decide', () => {
    assert.equal(
      filterText(parse('metrics.a < 1 or not metrics.b < 2 and metrics.c < 3')!),
      'metrics.a < 1 OR (NOT (metrics.b < 2) AND metrics.c < 3)',
    );
    assert.equal(
      filterText(parse('(metrics.a < 1 or metrics.b < 2) and metrics.c < 3')!),
      '(metrics.a < 1 OR metrics.b < 2) AND metrics.c < 3',
    );
  });

  it('durations and moments are settled when parsed', () => {
    const value = (text: string): unknown => (parse(text) as { value: number }).value;
    assert.equal(value('duration > "1h 30m"'), 5_400_000);
    assert.equal(value('duration > 5000'), 5000);
    assert.equal(value('start_time > "7d ago"'), NOW - 7 * 86_400_000);
    assert.equal(value('start_time > "2026-07-01"'), new Date(2026, 6, 1).getTime());
    assert.equal(value('start_time > "2026-07-01T10:00:00Z"'), Date.UTC(2026, 6, 1, 10));
    assert.deepEqual(
      parse('start_time = "2026-07-01"'),
      parse(
        `start_time >= ${new Date(2026, 6, 1).getTime()} and start_time < ${new Date(2026, 6, 2).getTime()}`,
      ),
    );
  });

  it('numbers in params, tests for NaN, and our attributes', () => {
    assert.equal(parse('params.depth > 3')?.type, 'number');
    assert.deepEqual(parse('metrics.rmse IS NOT NAN'), {
      type: 'nan',
      field: { entity: 'metric', key: 'rmse' },
      negated: true,
    });
    for (const text of [
      "attributes.parent = 'x'",
      'attributes.depth = 0',
      "attributes.registered = 'name'",
      "attributes.commit LIKE '4b64%'",
    ]) {
      assert.ok(parse(text), text);
    }
  });

  it('a term without an operator is looked for; two must both be found', () => {
    assert.deepEqual(parse('xgboost'), { type: 'term', text: 'xgboost' });
    assert.deepEqual(parse('trial-03 "green taxi"'), {
      type: 'and',
      nodes: [
        { type: 'term', text: 'trial-03' },
        { type: 'term', text: 'green taxi' },
      ],
    });
    for (const text of ['run.py train', 'metrics.json', "'status' FINISHED", 'model contains', 'status']) {
      assert.match(JSON.stringify(parse(text)), /"term"/, text);
    }
  });
});

describe('search: a key without a prefix', () => {
  const keys: Record<string, KeyEntity[]> = {
    rmse: ['metric'],
    'val/loss': ['metric'],
    'eval.auc': ['metric'],
    model: ['param'],
    'mlflow.user': ['tag'],
    lr: ['metric', 'param'],
    status: ['param'],
  };
  const read = (text: string): Filter | null => parseFilter(text, NOW, (key) => keys[key] ?? []);

  it('is the metric, the param or the tag that has it', () => {
    const equal: [string, string][] = [
      ['rmse < 2.9', 'metrics.rmse < 2.9'],
      ['`rmse` != 2 or rmse IS NAN', 'metrics.rmse != 2 or metrics.rmse IS NAN'],
      ['val/loss >= 1', 'metrics.`val/loss` >= 1'],
      ['`val/loss` >= 1', 'metrics.`val/loss` >= 1'],
      ['eval.auc > 0.5', 'metrics.eval.auc > 0.5'],
      ["model = 'xgboost' rmse < 3", "params.model = 'xgboost' and metrics.rmse < 3"],
      ['model IS NULL', 'params.model IS NULL'],
      ["mlflow.user LIKE 'a%'", "tags.mlflow.user LIKE 'a%'"],
      ["status = 'FAILED'", "attributes.status = 'FAILED'"],
    ];
    for (const [text, same] of equal) {
      assert.deepEqual(read(text), parse(same), text);
    }
    assert.deepEqual(read('rmse model'), parse('rmse model'));
  });

  it('is refused where several have it, or none', () => {
    const refused: [string, string, RegExp][] = [
      ['rmse < 3 and lr < 0.1', 'lr', /a metric and a param here: write metrics\.lr or params\.lr/],
      ['rmes < 3', 'rmes', /No run here has a metric, param or tag "rmes"/],
      ['evl.auc > 0.5', 'evl', /not one of metrics/],
      ["rmse = 'low'", "'low'", /Expected a number for metrics\.rmse/],
    ];
    for (const [text, marked, message] of refused) {
      assert.throws(
        () => read(text),
        (error: unknown) => {
          assert.ok(error instanceof SearchError);
          assert.equal(text.slice(error.from, error.to), marked);
          assert.match(error.message, message);
          return true;
        },
      );
    }
  });
});

describe('search: what is refused, and where', () => {
  const wrong: [string, string, RegExp][] = [
    ['metrics.rmse < ', '<', /missing after "<"/],
    ["metrics.rmse = 'x'", "'x'", /Expected a number/],
    ['rmse < 7', 'rmse', /not an attribute.*metrics\.rmse/],
    ['metrics.val-loss < 1', '-', /must be quoted: metrics\.`val-loss`/],
    ['metric.a == 1', '==', /Write =/],
    ['metric.a <> 1', '<>', /Write !=/],
    ["params.a NOT LIKE 'x'", 'NOT LIKE', /Write NOT before/],
    ["params.a > 'x'", '>', /compares numbers/],
    ['params.a = x', 'x', /Quote the text/],
    ['status = 3', '3', /quoted text/],
    ['foo.bar = 1', 'foo', /not one of metrics/],
    ["dataset.source = 'x'", 'source', /name, digest, context/],
    ['(metrics.a < 1', '(', /never closed/],
    ['metrics.a < 1)', ')', /never opened/],
    ['metrics.a < 1 or', 'or', /Expected a condition/],
    ["params.a = 'x", "'x", /closing ' is missing/],
    ['metrics.a < 1; drop', ';', /no meaning/],
    ['metrics.a < nan', 'nan', /Expected a number/],
    ['metrics.a < 1,000', ',', /AND or OR is missing/],
    ['start_time > "soon"', '"soon"', /Not a time/],
    ['start_time > "2026-02-30"', '"2026-02-30"', /Not a time/],
    ['duration > "10x"', '"10x"', /Not a duration/],
    ["run_id IN ('a', 3)", '3', /only quoted text/],
    ["metrics.a LIKE 'x'", 'LIKE', /is a number/],
    ['params.a IS NAN', 'NAN', /NULL or NOT NULL/],
    ['not', 'not', /Expected a condition/],
    ['metrics. < 1', 'metrics.', /name of the metric is missing/],
    ['metrics.m BETWEEN 0 AND 1', 'BETWEEN', /Write metrics\.m >= 1 AND metrics\.m <= 2/],
    ['metrics.`val/loss` BETWEEN 0 AND 1', 'BETWEEN', /Write metrics\.`val\/loss` >= 1/],
    ['metrics.m NOT BETWEEN 0 AND 1', 'NOT', /not an operator/],
    ["params.x CONTAINS 'y'", 'CONTAINS', /Write params\.x LIKE '%text%'/],
    ["metrics.a < 1 and params.x CONTAINS 'y'", 'CONTAINS', /not an operator/],
    ["metrics.a < 1 params.x CONTAINS 'y'", 'CONTAINS', /not an operator/],
    ["xgboost params.x CONTAINS 'y'", 'CONTAINS', /not an operator/],
    ['status FINISHED', 'FINISHED', /After status comes =, .*quote 'status' to look for it/],
    ["status 'FINISHED'", "'FINISHED'", /not an operator/],
    ['duration 10m', '10m', /After duration comes =, !=, </],
    ['`metric`.m over 3', 'over', /not an operator/],
    ['rmse between 0 and 1', 'between', /not an operator/],
    ['metrics.a < 1 run_name', 'run_name', /AND or OR is missing/],
    ['metrics.a < 1 xgboost', 'xgboost', /AND or OR is missing/],
    ['metrics.a < 1 2', '2', /AND or OR is missing/],
    ["'run_name' = 'r1'", "'run_name'", /must be a key/],
    ['`metrics.m` < 1', '`metrics.m`', /Quote the key alone: metrics\.`m`/],
    ['`metrcs`.m < 1', '`metrcs`', /not one of metrics/],
    ['`metrics`. < 1', '`metrics`.', /name of the metric is missing/],
    ["run_id IN ('a' 'b')", "'b'", /comma/],
    ['run_id IN ()', ')', /only quoted text/],
    ["run_id IN (('a')", '(', /never closed/],
    ["run_id IN ('a',,)", ',', /only quoted text/],
  ];
  for (const [text, marked, message] of wrong) {
    it(text, () => {
      const refused = refusal(text);
      assert.equal(refused.marked, marked);
      assert.match(refused.message, message);
    });
  }

  it('nesting without end', () => {
    assert.match(refusal('('.repeat(5000)).message, /Nested deeper/);
    assert.match(refusal('not '.repeat(5000)).message, /Nested deeper/);
  });

  it('any text is parsed or refused with a place inside it', () => {
    const words = fc.constantFrom(
      ...[
        'metrics.a',
        'params."x y"',
        'and',
        'OR',
        'not',
        '(',
        ')',
        '<',
        '=',
        "'v'",
        '3',
        'IS',
        'NULL',
        'in',
        ',',
        '`tags`.t',
        'between',
        'and and',
      ],
    );
    const text = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.array(words, { maxLength: 12 }).map((list) => list.join(' ')),
    );
    fc.assert(
      fc.property(text, (written) => {
        try {
          parse(written);
        } catch (error) {
          assert.ok(error instanceof SearchError);
          assert.ok(error.from >= 0 && error.from <= error.to && error.to <= written.length);
          assert.ok(error.message.length > 0);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('search: order_by', () => {
  it('MLflow s clauses, ascending where nothing is said', () => {
    assert.deepEqual(parseOrder(['metrics.`val/rmse` DESC', 'start_time', 'tags.x asc']), [
      { field: { entity: 'metric', key: 'val/rmse' }, descending: true },
      { field: { entity: 'attribute', key: 'start_time' }, descending: false },
      { field: { entity: 'tag', key: 'x' }, descending: false },
    ]);
    assert.deepEqual(
      parseOrder(["tags.'a b' desc", '`metric`.m', '`run_name` DESC', '"start_time"']),
      parseOrder(['tags.`a b` DESC', 'metrics.m', 'run_name DESC', 'start_time']),
    );
  });

  it('refuses a field twice, a strange clause and what cannot be sorted by', () => {
    for (const order of [
      ["'run_name'"],
      ['`metrics.a`'],
      ['metrics.a', 'metric.a DESC'],
      ['metrics.a UP'],
      [''],
      ["'x'"],
      ['dataset.name'],
    ]) {
      assert.throws(() => parseOrder(order), SearchError);
    }
  });
});

describe('search: text from trees', () => {
  it('narrows a filter, whatever stands in it', () => {
    const narrowed = (text: string): string => narrow(text, "params.m = 'x'", NOW);
    assert.equal(narrowed(''), "params.m = 'x'");
    assert.equal(narrowed('metrics.a < 1 and '), "metrics.a < 1 and params.m = 'x'");
    assert.equal(narrowed('a or b'), "(a or b) and params.m = 'x'");
    assert.equal(narrowed('xgboost'), "(xgboost) and params.m = 'x'");
    assert.equal(narrowed('rmse < 1 and '), "(rmse < 1) and params.m = 'x'");
    assert.equal(narrowed('foo and and'), "(foo) and params.m = 'x'");
    assert.equal(narrowed('and and foo'), "(foo) and params.m = 'x'");
    for (const text of ['', 'metrics.a < 1 and', 'a or b', 'xgboost', 'a b']) {
      assert.ok(parse(narrowed(text)));
    }
  });

  it('any value can be said, at least by LIKE', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 1 }), (value, key) => {
        fc.pre(!key.includes('`') || !key.includes('"'));
        const leaf = parse(equalsText({ entity: 'param', key }, value));
        assert.ok(leaf?.type === 'text' && leaf.field.key === key);
        if (leaf.comparator === '=') {
          assert.equal(leaf.value, value);
        }
      }),
    );
  });
});
