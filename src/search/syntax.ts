/**
 * The search language as a tree. What the text leaves open (times relative to now, a day for a moment) is
 * settled by the parser: a tree means the same at any later time, and every backend sees the same few leaves.
 */

export type Entity = 'metric' | 'param' | 'tag' | 'attribute' | 'dataset';

/**
 * What in a store has a key without a prefix: those of its metrics, params and tags that are named so. `rmse < 3`
 * is understood where one of them is; where several are, it is refused.
 */
export type KeyLookup = (key: string) => readonly KeyEntity[];
export const KEY_ENTITIES = ['metric', 'param', 'tag'] as const satisfies readonly Entity[];
export type KeyEntity = (typeof KEY_ENTITIES)[number];

export interface Field {
  entity: Entity;
  /** Without quotes; an attribute's or dataset's canonical name. */
  key: string;
}

export type NumberComparator = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type TextComparator = '=' | '!=' | 'LIKE' | 'ILIKE';

export type Leaf =
  /** Missing values match no comparator, `!=` included; NaN matches `!=` and no other (MLflow 3.17.2). Times are ms. */
  | { type: 'number'; field: Field; comparator: NumberComparator; value: number }
  /** Missing values match no comparator, `!=` included. */
  | { type: 'text'; field: Field; comparator: TextComparator; value: string }
  | { type: 'list'; field: Field; negated: boolean; values: string[] }
  | { type: 'null'; field: Field; negated: boolean }
  /** Metrics only. `negated`: there is a value, and it is a number. */
  | { type: 'nan'; field: Field; negated: boolean }
  /** The text stands in the run's name or id, or in the value of a param or tag. */
  | { type: 'term'; text: string };

export type Filter =
  Leaf | { type: 'and'; nodes: Filter[] } | { type: 'or'; nodes: Filter[] } | { type: 'not'; node: Filter };

/** One clause of an order_by. */
export interface OrderClause {
  field: Field;
  descending: boolean;
}

/** A refusal: what is wrong, and where in the text (UTF-16 offsets, `to` after the last character). */
export class SearchError extends Error {
  constructor(
    message: string,
    readonly from: number,
    readonly to: number,
  ) {
    super(message);
    this.name = 'SearchError';
  }
}

export type AttributeKind = 'text' | 'number' | 'time' | 'duration';

/** The attributes that can be compared, MLflow's (reference mlflow.md, E.2), then ours. */
export const ATTRIBUTES: ReadonlyMap<string, { kind: AttributeKind; mlflow: boolean; about: string }> =
  new Map([
    ['run_id', { kind: 'text', mlflow: true, about: 'ID of the run' }],
    ['run_name', { kind: 'text', mlflow: true, about: 'name of the run' }],
    ['status', { kind: 'text', mlflow: true, about: 'RUNNING, SCHEDULED, FINISHED, FAILED or KILLED' }],
    ['user_id', { kind: 'text', mlflow: true, about: 'who started it' }],
    ['artifact_uri', { kind: 'text', mlflow: true, about: 'where its artifacts are' }],
    ['start_time', { kind: 'time', mlflow: true, about: 'ms, a date, or "7d ago"' }],
    ['end_time', { kind: 'time', mlflow: true, about: 'ms, a date, or "7d ago"' }],
    ['duration', { kind: 'duration', mlflow: false, about: 'ms, or "10m", "1h 30m"' }],
    ['parent', { kind: 'text', mlflow: false, about: 'ID of the parent run' }],
    ['depth', { kind: 'number', mlflow: false, about: 'how many parents stand above it' }],
    ['registered', { kind: 'text', mlflow: false, about: 'name of a registered model with a version of it' }],
    ['commit', { kind: 'text', mlflow: false, about: 'git commit of its source' }],
  ]);

const ATTRIBUTE_ALIASES: ReadonlyMap<string, string> = new Map([
  ['run name', 'run_name'],
  ['Run name', 'run_name'],
  ['Run Name', 'run_name'],
  ['created', 'start_time'],
  ['Created', 'start_time'],
]);

export const DATASET_KEYS: readonly string[] = ['name', 'digest', 'context'];

const ENTITIES: ReadonlyMap<string, Entity> = new Map<string, Entity>([
  ['metric', 'metric'],
  ['metrics', 'metric'],
  ['param', 'param'],
  ['params', 'param'],
  ['parameter', 'param'],
  ['parameters', 'param'],
  ['tag', 'tag'],
  ['tags', 'tag'],
  ['attribute', 'attribute'],
  ['attributes', 'attribute'],
  ['attr', 'attribute'],
  ['run', 'attribute'],
  ['dataset', 'dataset'],
  ['datasets', 'dataset'],
]);

/** The entity of a prefix in one of MLflow's spellings, or undefined. */
export function entityOf(prefix: string): Entity | undefined {
  return ENTITIES.get(prefix);
}

/** The attribute of a name in one of MLflow's spellings, or undefined. */
export function attributeOf(name: string): string | undefined {
  const canonical = ATTRIBUTE_ALIASES.get(name) ?? name;
  return ATTRIBUTES.has(canonical) ? canonical : undefined;
}

export const TAG_RUN_NAME = 'mlflow.runName';
export const TAG_COMMIT = 'mlflow.source.git.commit';

/** Tags whose text a bare term does not look at: machine-made JSON of kilobytes, where any word may stand. */
export const UNSEARCHED_TAGS: readonly string[] = [
  'mlflow.log-model.history',
  'mlflow.loggedArtifacts',
  'mlflow.project.env',
];
