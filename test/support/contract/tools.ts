/** What the parts of the contract suite share. */
import * as assert from 'node:assert/strict';
import { toStoreError, type StoreErrorCode } from '../../../src/mlflow/errors';
import type { Page, PageRequest } from '../../../src/mlflow/store';
import type { Fact } from '../../../src/mlflow/writer';
import type { MadeRun } from '../histories';
import { EXPERIMENT } from '../histories';
import type { StoreKindUnderTest, StoreUnderTest } from '../kinds/storeKind';
import type { Answers, Json } from '../oracle';

/** Names of what make_era.py wrote. */
export const ERA = {
  taxi: 'taxi duration',
  vision: 'vision/resnet ünïcode 模型',
  gone: 'abandoned idea',
  empty: 'nothing here yet',
  sweep: 'hyperopt sweep',
  model: 'taxi regressor',
} as const;

/** A run of an answers.json. */
export interface OracleRun {
  run_id: string;
  experiment_id: string;
  run_name: string;
  status: string;
  start_time: number;
  end_time: number | null;
  lifecycle_stage: string;
  artifact_uri: string;
  params: Record<string, string>;
  tags: Record<string, string>;
  /** NaN and the infinities as JSON cannot hold them are texts, or the greatest doubles. */
  metrics: Record<string, number | string>;
  artifacts: Record<string, number | null>;
  dataset_inputs: { name: string; digest: string }[];
}

export interface Era extends StoreUnderTest {
  oracle: Answers;
  /** In the order of the oracle: start time, then id. */
  runs: OracleRun[];
  /** The id of the run that make_era.py gave this name. */
  run: (name: string) => string;
  experiment: (name: string) => string;
}

/** make_era.py's store, one for all tests of the describe around; `fresh`: one for each. */
export function useEra(kind: StoreKindUnderTest, { fresh = false } = {}): () => Era {
  let era: Era | undefined;
  (fresh ? beforeEach : before)(async () => {
    era = await openEra(kind);
  });
  (fresh ? afterEach : after)(() => era?.close());
  return () => {
    assert.ok(era);
    return era;
  };
}

async function openEra(kind: StoreKindUnderTest): Promise<Era> {
  const opened = await kind.era();
  const find = (part: string, name: string, nameField: string, idField: string): string => {
    const found = opened.oracle[part]?.find((entry) => entry[nameField] === name)?.[idField];
    assert.equal(typeof found, 'string', `${name} is among the ${part}`);
    return found as string;
  };
  return {
    ...opened,
    runs: opened.oracle['runs'] as unknown as OracleRun[],
    run: (name) => find('runs', name, 'run_name', 'run_id'),
    experiment: (name) => find('experiments', name, 'name', 'experiment_id'),
  };
}

/** Stores with runs of the tests' own, closed after each. */
export function useMade(kind: StoreKindUnderTest): (runs: readonly MadeRun[]) => Promise<StoreUnderTest> {
  const opened: StoreUnderTest[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((made) => made.close()));
  });
  return async (runs) => {
    const made = await kind.make(runs);
    opened.push(made);
    return made;
  };
}

/** Where the runs of a made store are. */
export const MADE = { experimentIds: [EXPERIMENT], view: 'ACTIVE_ONLY' } as const;

/** Every item, a page at a time. Fails where the pages have no end. */
export async function allPages<T>(
  ask: (page: PageRequest) => Promise<Page<T>>,
  maxResults: number,
  between: (page: number) => Promise<void> = async () => undefined,
): Promise<T[]> {
  const items: T[] = [];
  let pageToken: string | undefined;
  for (let pages = 1; ; pages++) {
    const page = await ask({ maxResults, ...(pageToken === undefined ? {} : { pageToken }) });
    assert.ok(page.items.length <= maxResults, 'no page is longer than was asked for');
    items.push(...page.items);
    pageToken = page.nextPageToken;
    if (pageToken === undefined) {
      return items;
    }
    assert.ok(page.items.length > 0, 'a page with another after it is not empty');
    assert.ok(pages < 1000, 'the pages come to an end');
    await between(pages);
  }
}

/** Fails unless it is refused with the code, in one sentence. */
export async function refuses(
  promise: Promise<unknown>,
  code: StoreErrorCode,
  message: RegExp = /./,
): Promise<unknown> {
  let details: unknown;
  await assert.rejects(promise, (error: unknown) => {
    const refusal = toStoreError(error);
    assert.equal(refusal.code, code, refusal.message);
    assert.match(refusal.message, message);
    assert.doesNotMatch(refusal.message, /\n/);
    details = refusal.details;
    return true;
  });
  return details;
}

/** The number of a metric in an answers.json. */
export function numberOf(value: Json | undefined): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  const number = Number(value);
  return Math.abs(number) === Number.MAX_VALUE ? number * 2 : number;
}

export function fact(subject: Fact['subject'], seen: string | null): Fact {
  return { label: `the ${subject.kind}`, subject, seen };
}
