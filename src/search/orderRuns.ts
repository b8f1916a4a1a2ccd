import { metricOf, paramOf, tagOf, type Run } from '../mlflow/entities';
import { durationAsItRan } from '../mlflow/optunaTrial';
import { compareBytes } from './bytes';
import { TAG_COMMIT, TAG_RUN_NAME, type Field, type OrderClause } from './syntax';

type Value = string | number | undefined;

/**
 * Whole runs in the order that `orderToSql` gives rows: metrics by value, then NaN, then missing; others by value,
 * then missing, in both directions; at the end start time, newest first, and the id. Each value is looked up once.
 */
export function inOrder<T extends Run>(runs: readonly T[], order: readonly OrderClause[]): T[] {
  const clauses = [...order];
  if (!order.some(({ field }) => field.entity === 'attribute' && field.key === 'start_time')) {
    clauses.push({ field: { entity: 'attribute', key: 'start_time' }, descending: true });
  }
  const lookups = clauses.map(({ field }) => valueFor(field));
  const placed = runs.map((run): Placed<T> => {
    const values = lookups.map((value) => value(run));
    const [first] = values;
    return { run, values, first: typeof first !== 'number' ? NaN : clauses[0]!.descending ? -first : first };
  });
  const compare = (a: Placed<T>, b: Placed<T>): number => {
    for (let at = 0; at < clauses.length; at++) {
      const order = compareValues(a.values[at], b.values[at], clauses[at]!.descending);
      if (order !== 0) {
        return order;
      }
    }
    return compareBytes(a.run.info.runId, b.run.info.runId);
  };
  // Most pairs are told apart by one subtraction, which needs no warming up.
  placed.sort((a, b) => a.first - b.first || compare(a, b));
  return placed.map(({ run }) => run);
}

/** A run with its values, and the first of them so that less comes first; NaN where it is no number. */
interface Placed<T> {
  run: T;
  values: readonly Value[];
  first: number;
}

/** What is missing stands last, NaN before it, whatever the direction. */
function compareValues(a: Value, b: Value, descending: boolean): number {
  const classes = classOf(a) - classOf(b);
  if (classes !== 0 || classOf(a) !== 0) {
    return classes;
  }
  const up =
    typeof a === 'number' && typeof b === 'number'
      ? Number(a > b) - Number(a < b)
      : compareBytes(String(a), String(b));
  return descending ? -up : up;
}

function classOf(value: Value): number {
  return value === undefined ? 2 : Number.isNaN(value) ? 1 : 0;
}

function valueFor(field: Field): (run: Run) => Value {
  switch (field.entity) {
    case 'metric':
      return (run) => metricOf(run, field.key)?.value;
    case 'param':
      return (run) => paramOf(run, field.key);
    case 'tag':
      return (run) => tagOf(run, field.key);
    case 'dataset':
      return () => undefined;
    case 'attribute':
      return attributeOf(field.key);
  }
}

function attributeOf(key: string): (run: Run) => Value {
  switch (key) {
    case 'run_id':
      return ({ info }) => info.runId;
    case 'run_name':
      return (run) => run.info.runName || tagOf(run, TAG_RUN_NAME);
    case 'status':
      return ({ info }) => info.status;
    case 'user_id':
      return ({ info }) => info.userId;
    case 'artifact_uri':
      return ({ info }) => info.artifactUri;
    case 'start_time':
      return ({ info }) => info.startTime ?? undefined;
    case 'end_time':
      return ({ info }) => info.endTime ?? undefined;
    case 'duration':
      return durationAsItRan;
    case 'commit':
      return (run) => tagOf(run, TAG_COMMIT);
    default:
      return () => undefined;
  }
}
