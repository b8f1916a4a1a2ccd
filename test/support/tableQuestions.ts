/** Random questions to a run table, made of what the store holds. */
import fc from 'fast-check';
import { valueOf } from '../../src/mlflow/entities';
import {
  TABLE_ATTRIBUTES,
  type TableColumn,
  type TableQuery,
  type TableScope,
} from '../../src/mlflow/runTable';
import type { HeldRuns } from '../../src/stores/runTable/heldRuns';

/** What random questions about a store are made of. */
export interface Words {
  experimentIds: string[];
  runIds: string[];
  metrics: string[];
  params: string[];
  tags: string[];
  /** Fields of the search language that hold texts, with some of their values. */
  texts: { field: string; values: string[] }[];
  steps: number[];
}

/** The words of a store. */
export function wordsOf(held: HeldRuns): Words {
  const runs = [...held.runs.values()];
  const metrics = keysOf(runs.map((run) => run.metrics));
  const params = keysOf(runs.map((run) => run.params));
  const tags = keysOf(runs.map((run) => run.tags));
  const inputs = runs.flatMap(({ info }) => held.datasetInputs(info.runId));
  const all: [field: string, values: (string | undefined)[]][] = [
    ...params.map((key): [string, (string | undefined)[]] => [
      `params.\`${key}\``,
      runs.map((run) => valueOf(run.params, key)),
    ]),
    ...tags.map((key): [string, (string | undefined)[]] => [
      `tags.\`${key}\``,
      runs.map((run) => valueOf(run.tags, key)),
    ]),
    ['attributes.run_name', runs.map(({ info }) => info.runName)],
    ['attributes.status', runs.map(({ info }) => info.status)],
    ['attributes.user_id', runs.map(({ info }) => info.userId)],
    ['attributes.artifact_uri', runs.map(({ info }) => info.artifactUri)],
    ['attributes.parent', runs.map((run) => valueOf(run.tags, 'mlflow.parentRunId'))],
    ['attributes.commit', runs.map((run) => valueOf(run.tags, 'mlflow.source.git.commit'))],
    ['attributes.registered', held.versions().map(({ name }) => name)],
    ['datasets.name', inputs.map(({ dataset }) => dataset.name)],
    ['datasets.digest', inputs.map(({ dataset }) => dataset.digest)],
    ['datasets.context', inputs.map((input) => valueOf(input.tags, 'mlflow.data.context'))],
  ];
  return {
    experimentIds: held.experiments().map(({ experimentId }) => experimentId),
    runIds: runs.map(({ info }) => info.runId).slice(0, 200),
    metrics,
    params,
    tags,
    texts: all.map(([field, values]) => ({
      field,
      values: [
        'absent',
        ...distinct(values.flatMap((value) => value ?? []))
          .filter(isQuotable)
          .slice(0, 30),
      ],
    })),
    steps: distinct(runs.flatMap((run) => run.metrics.map(({ step }) => step))).slice(0, 20),
  };
}

function distinct<T>(values: T[]): T[] {
  return [...new Set(values)];
}

function isQuotable(text: string): boolean {
  return text !== '' && text.length < 200 && !/["'\\]/.test(text);
}

/** The keys that most of the lists have, and a few that few have. */
function keysOf(lists: readonly (readonly { key: string }[])[]): string[] {
  const counts = new Map<string, number>();
  lists.flat().forEach(({ key }) => counts.set(key, (counts.get(key) ?? 0) + 1));
  const keys = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)!);
  return [...keys.slice(0, 9), ...keys.slice(9).slice(-3), 'absent'].filter((key) => !/[`"]/.test(key));
}

/** A column of any kind. */
export function columnOf(words: Words): fc.Arbitrary<TableColumn> {
  const metric = fc.constantFrom(...words.metrics);
  return fc.oneof(
    metric.map((key): TableColumn => ({ kind: 'metric', key })),
    fc
      .tuple(metric, fc.constantFrom('last' as const, 'min' as const, 'max' as const))
      .map(([key, rule]): TableColumn => ({ kind: 'metric', key, rule })),
    fc
      .tuple(metric, fc.oneof(fc.constantFrom(...words.steps), fc.constantFrom(0, 1, -1)))
      .map(([key, step]): TableColumn => ({ kind: 'metric', key, rule: 'step', step })),
    fc.constantFrom(...words.params).map((key): TableColumn => ({ kind: 'param', key })),
    fc.constantFrom(...words.tags).map((key): TableColumn => ({ kind: 'tag', key })),
    fc.constantFrom(...TABLE_ATTRIBUTES, 'absent').map((key): TableColumn => ({ kind: 'attribute', key })),
  );
}

/** Conditions in the search language that a part of the runs meets. */
function filterOf(words: Words): fc.Arbitrary<string> {
  const key = (keys: string[]): fc.Arbitrary<string> => fc.constantFrom(...keys).map((name) => `\`${name}\``);
  const text = fc
    .constantFrom(...words.texts)
    .chain(({ field, values }) => fc.tuple(fc.constant(field), fc.constantFrom(...values)));
  const number = fc.oneof(fc.constantFrom('0', '1', '-1', '0.5', '1e308'), fc.nat({ max: 20 }).map(String));
  const comparator = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
  const leaf = fc.oneof(
    fc
      .tuple(key(words.metrics), comparator, number)
      .map(([name, is, value]) => `metrics.${name} ${is} ${value}`),
    fc
      .tuple(key(words.metrics), fc.constantFrom('', 'NOT '))
      .map(([name, not]) => `metrics.${name} IS ${not}NAN`),
    fc
      .tuple(key(words.params), comparator, number)
      .map(([name, is, value]) => `params.${name} ${is} ${value}`),
    fc.tuple(text, fc.constantFrom('=', '!=')).map(([[field, value], is]) => `${field} ${is} '${value}'`),
    fc
      .tuple(text, fc.constantFrom('LIKE', 'ILIKE'))
      .map(([[field, value], is]) => `${field} ${is} '%${value.slice(1, 5)}%'`),
    fc.tuple(text, fc.constantFrom('', 'NOT ')).map(([[field], not]) => `${field} IS ${not}NULL`),
    fc.tuple(comparator, fc.nat({ max: 2 })).map(([is, depth]) => `attributes.depth ${is} ${depth}`),
    fc
      .tuple(comparator, fc.constantFrom("'2s'", "'1m'", '1000'))
      .map(([is, time]) => `duration ${is} ${time}`),
    fc.constantFrom("start_time > '30d ago'", 'end_time IS NULL', "start_time < '2026-01-01'"),
    text.map(([, value]) => `'${value.slice(0, 6)}'`),
    fc.constantFrom("'flavors'", "'SKLEARN'", "'Train'"),
  );
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    { weight: 4, arbitrary: leaf },
    {
      weight: 3,
      arbitrary: fc
        .tuple(leaf, fc.constantFrom('and', 'or', 'and not', 'or not'), leaf)
        .map(([left, both, right]) => `(${left}) ${both} (${right})`),
    },
  );
}

export function scopeOf(words: Words): fc.Arbitrary<TableScope> {
  return fc.record({
    experimentIds: fc.oneof(fc.constant([]), fc.subarray([...words.experimentIds, '404'], { minLength: 1 })),
    view: fc.constantFrom('ACTIVE_ONLY' as const, 'ALL' as const, 'DELETED_ONLY' as const),
  });
}

/** A question for rows. */
export function queryOf(words: Words): fc.Arbitrary<TableQuery> {
  const column = columnOf(words);
  const someRuns = fc.array(fc.constantFrom(...words.runIds, 'absent'), { maxLength: 6 });
  return fc
    .tuple(
      scopeOf(words),
      fc.record({
        filter: filterOf(words),
        now: fc.constant(1_785_000_000_000),
        sort: fc.array(fc.record({ column, descending: fc.boolean() }), { maxLength: 3 }),
        tree: fc.boolean(),
        group: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(column, { maxLength: 2 })),
        expanded: fc.boolean(),
        toggled: someRuns,
        hidden: someRuns,
        only: fc.option(fc.subarray(words.runIds), { freq: 4 }),
        from: fc.oneof(fc.constant(0), fc.nat({ max: 20 })),
        count: fc.nat({ max: 60 }),
        columns: fc.array(column, { maxLength: 8 }),
        pinned: someRuns,
        wholeTexts: fc.boolean(),
        locate: someRuns,
      }),
    )
    .map(([scope, rest]) => ({ ...scope, ...rest }));
}
