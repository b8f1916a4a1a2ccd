/** What MLflow's own client answered of a store that real MLflow wrote (an answers.json), to compare with ours. */
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import type { ViewType } from '../../src/mlflow/entities';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The lists of an answers.json: experiments, runs, models, logged models, searches. */
export type Answers = Record<string, Record<string, Json>[]>;

export interface SearchAnswer {
  experiment_ids: string[];
  filter: string;
  order_by: string[] | null;
  view: ViewType;
  answer: { runs?: string[]; error?: string };
}

const COMPARED = ['experiments', 'runs', 'models', 'logged_models'] as const;

/** Parses JSON; integers beyond what a number holds come as text, so that their last digit counts. */
export function parseAnswers(json: string): Answers {
  const reviver = (_: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' &&
    Number.isInteger(value) &&
    !Number.isSafeInteger(value) &&
    Math.abs(value) < 1e19
      ? context?.source
      : value;
  return JSON.parse(json, reviver) as Answers;
}

export function readAnswers(file: string): Answers {
  return parseAnswers(fs.readFileSync(file, 'utf8'));
}

/** What the oracle has no field for (it asked a client that knew none) is not compared. */
export function compareAnswers(ours: Answers, oracle: Answers): void {
  for (const part of COMPARED) {
    if (oracle[part] === undefined) {
      continue;
    }
    assert.equal(ours[part]?.length, oracle[part].length, `how many ${part}`);
    oracle[part].forEach((expected, index) => {
      for (const [field, value] of Object.entries(expected)) {
        assert.deepEqual(ours[part]?.[index]?.[field], value, `${part}[${index}].${field}`);
      }
    });
  }
}

export function searchesOf(answers: Answers): SearchAnswer[] {
  return (answers['searches'] ?? []) as unknown as SearchAnswer[];
}

/** 3.17.2 finds a run by a NaN with != alone; before 3.11 it counted as 0. */
export const NAN_SEARCHES: ReadonlySet<string> = new Set(['metrics.nan_last < 5', 'metrics.nan_last = 0']);
/** Refused by every MLflow, and answered here. */
export const OUR_SEARCHES: ReadonlySet<string> = new Set([
  'params.max_depth > 3',
  'rmse < 7',
  'metrics.rmse < 7 OR metrics.rmse > 9',
]);
/** Refused by every MLflow, and here. */
const REFUSED: ReadonlySet<string> = new Set(['metrics.rmse < ', "metrics.rmse = 'x'"]);

/**
 * The searches of a server, and what MLflow's client of its version found: the same. What a version refuses and later
 * ones answer is answered, and what only we answer too; NaN is as in 3.17.2.
 */
export function compareSearches(ours: Answers, oracle: Answers): void {
  const expected = searchesOf(oracle);
  assert.ok(expected.length > 30, 'searches were compared');
  expected.forEach(({ filter, order_by, view, answer }, index) => {
    const asked = `${filter} ${String(order_by)} ${view}`;
    const { runs, error } = searchesOf(ours)[index]!.answer;
    if (NAN_SEARCHES.has(filter)) {
      assert.deepEqual(runs, [], asked);
    } else if (REFUSED.has(filter)) {
      assert.ok(error !== undefined && answer.error !== undefined, asked);
    } else {
      assert.ok(runs, `${asked}: ${error}`);
      assert.deepEqual(runs, answer.runs ?? runs, asked);
    }
  });
}
