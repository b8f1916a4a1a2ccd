import { TAG_PARENT } from '../mlflow/family';
import type { TRIAL_TAGS } from '../mlflow/optunaTrial';
import { ODD_TIMES } from '../mlflow/times';
import { foldAscii, likeToGlob } from './like';
import {
  TAG_COMMIT,
  TAG_RUN_NAME,
  UNSEARCHED_TAGS,
  type Field,
  type Filter,
  type Leaf,
  type OrderClause,
} from './syntax';

/** What the store's schema has (reference mlflow.md, A.5): asked of the schema, never of its version. */
export interface SqlSchema {
  /** `latest_metrics`, MLflow >= 1.3. Without it the latest value is computed from `metrics`. */
  latestMetrics: boolean;
  /** `metrics.is_nan`, MLflow >= 1.1. */
  isNan: boolean;
  /** `metrics.step`, MLflow >= 1.0. */
  step: boolean;
  /** `datasets`, `inputs` and `input_tags`, MLflow >= 2.4. */
  datasets: boolean;
  /** `model_versions`, MLflow >= 1.4. */
  modelVersions: boolean;
  /** ` AND …` that narrows `model_versions` to one workspace, MLflow >= 3.10; else empty. */
  inWorkspace?: string;
}

/** SQL with the values of its `?`, in order. */
export interface Sql {
  sql: string;
  params: (string | number)[];
}

/**
 * A filter as a condition on the rows of `runs` under the name `r`: always 0 or 1, never NULL, so that NOT is
 * the complement. Conditions on keys are looked up by primary key (key, run_uuid).
 */
export function filterToSql(filter: Filter, schema: SqlSchema): Sql {
  switch (filter.type) {
    case 'and':
    case 'or': {
      const parts = filter.nodes.map((node) => filterToSql(node, schema));
      return {
        sql: `(${parts.map((part) => part.sql).join(filter.type === 'and' ? ' AND ' : ' OR ')})`,
        params: parts.flatMap((part) => part.params),
      };
    }
    case 'not': {
      const inner = filterToSql(filter.node, schema);
      return { sql: `(NOT ${inner.sql})`, params: inner.params };
    }
    default:
      return leafToSql(filter, schema);
  }
}

function leafToSql(leaf: Leaf, schema: SqlSchema): Sql {
  if (leaf.type === 'term') {
    return termToSql(leaf.text);
  }
  if (leaf.type === 'null') {
    const has = existence(leaf.field, { sql: '1', params: [] }, schema);
    return leaf.negated ? has : { sql: `(NOT ${has.sql})`, params: has.params };
  }
  if (leaf.type === 'nan') {
    return existence(
      leaf.field,
      { sql: leaf.negated ? 'v.is_nan = 0' : 'v.is_nan <> 0', params: [] },
      schema,
    );
  }
  return existence(leaf.field, valueCondition(leaf), schema);
}

/** The condition on `v.value` alone. */
function valueCondition(leaf: Leaf & { type: 'number' | 'text' | 'list' }): Sql {
  switch (leaf.type) {
    case 'number':
      if (leaf.field.entity === 'metric') {
        // NaN is stored as 0 beside its mark.
        return leaf.comparator === '!='
          ? { sql: '(v.is_nan <> 0 OR v.value != ?)', params: [leaf.value] }
          : { sql: `v.is_nan = 0 AND v.value ${leaf.comparator} ?`, params: [leaf.value] };
      }
      if (leaf.field.entity === 'attribute') {
        return { sql: `v.value ${leaf.comparator} ?`, params: [leaf.value] };
      }
      // Beside a REAL, SQLite turns a well-formed text into a number; any other text stays above +infinity.
      return {
        sql: `v.value <= CAST(9e999 AS REAL) AND v.value ${leaf.comparator} CAST(? AS REAL)`,
        params: [leaf.value],
      };
    case 'text':
      switch (leaf.comparator) {
        case 'LIKE':
          return { sql: 'v.value GLOB ?', params: [likeToGlob(leaf.value)] };
        case 'ILIKE':
          return { sql: 'lower(v.value) GLOB ?', params: [likeToGlob(foldAscii(leaf.value))] };
        default:
          return { sql: `v.value ${leaf.comparator} ?`, params: [leaf.value] };
      }
    case 'list':
      return {
        sql: `v.value ${leaf.negated ? 'NOT IN' : 'IN'} (SELECT value FROM json_each(?))`,
        params: [JSON.stringify(leaf.values)],
      };
  }
}

/** Whether the run has a value of the field for which the condition on `v` holds. */
function existence(field: Field, condition: Sql, schema: SqlSchema): Sql {
  const exists = (from: string, params: (string | number)[]): Sql => ({
    sql: `EXISTS (SELECT 1 FROM ${from} WHERE ${condition.sql})`,
    params: [...params, ...condition.params],
  });
  switch (field.entity) {
    case 'metric':
      return schema.latestMetrics
        ? exists('(SELECT value, is_nan FROM latest_metrics WHERE key = ? AND run_uuid = r.run_uuid) v', [
            field.key,
          ])
        : {
            sql: `r.run_uuid IN (SELECT v.run_uuid FROM (${latestFromHistory(schema)}) v WHERE ${condition.sql})`,
            params: [field.key, ...condition.params],
          };
    case 'param':
      return exists('(SELECT value FROM params WHERE key = ? AND run_uuid = r.run_uuid) v', [field.key]);
    case 'tag':
      return exists(tagSource, [field.key]);
    case 'dataset':
      return schema.datasets ? exists(datasetSource(field.key), []) : never;
    case 'attribute':
      return attributeExistence(field.key, condition, exists, schema);
  }
}

const never: Sql = { sql: '0', params: [] };
const tagSource = '(SELECT value FROM tags WHERE key = ? AND run_uuid = r.run_uuid) v';

function attributeExistence(
  key: string,
  condition: Sql,
  exists: (from: string, params: (string | number)[]) => Sql,
  schema: SqlSchema,
): Sql {
  const column = (expression: string): Sql => ({
    sql: `coalesce((SELECT ${condition.sql} FROM (SELECT ${expression} AS value) v WHERE v.value IS NOT NULL), 0)`,
    params: condition.params,
  });
  switch (key) {
    case 'run_id':
      return column('r.run_uuid');
    case 'status':
      return column('r.status');
    case 'user_id':
      return column('r.user_id');
    case 'artifact_uri':
      return column('r.artifact_uri');
    case 'start_time':
      return column('r.start_time');
    case 'end_time':
      return column('r.end_time');
    case 'duration':
      return column(durationSql);
    // As MLflow does: the column is empty for runs of MLflow <= 1.29.
    case 'run_name':
      return exists(tagSource, [TAG_RUN_NAME]);
    case 'parent':
      return exists(tagSource, [TAG_PARENT]);
    case 'commit':
      return exists(tagSource, [TAG_COMMIT]);
    case 'registered':
      return schema.modelVersions
        ? exists(
            `(SELECT name AS value FROM model_versions WHERE run_id = r.run_uuid AND current_stage <> 'Deleted_Internal'${schema.inWorkspace ?? ''}) v`,
            [],
          )
        : never;
    case 'depth':
      return {
        sql: `(SELECT ${condition.sql} FROM (SELECT coalesce((SELECT d.depth FROM (${depthsSql}) d WHERE d.x = r.run_uuid), 0) AS value) v)`,
        params: condition.params,
      };
    default:
      return never;
  }
}

const DAY_SQL = '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]';
const MICROS_SQL = '[0-9][0-9][0-9][0-9][0-9][0-9]';

function trialTag(key: (typeof TRIAL_TAGS)[number]): string {
  return `(SELECT value FROM tags WHERE key = '${key}' AND run_uuid = r.run_uuid)`;
}

/** ms of what Optuna writes as a time, as if it were UTC's; NULL for a day or an hour that is none. */
function millisecondsSql(time: string): string {
  return `(strftime('%s', substr(${time}, 1, 19)) * 1000 + CAST(substr(${time}, 21, 3) AS INTEGER))`;
}

function isOddSql(time: string): string {
  return ODD_TIMES.map(([from, to]) => `(${time} >= ${from} AND ${time} < ${to})`).join(' OR ');
}

/** mlflow/origin's `tookOf`. */
const tookSql = `(CASE WHEN r.start_time = 0 OR ${isOddSql('r.start_time')} OR ${isOddSql('r.end_time')} THEN NULL
  ELSE r.end_time - r.start_time END)`;

/**
 * mlflow/optunaTrial's `durationAsItRan`. A store without such a tag is asked for it once, not for each run; LIMIT keeps
 * SQLite from looking a tag up wherever its name stands.
 */
const durationSql = `(CASE WHEN r.status = 'FINISHED'
    AND EXISTS (SELECT 1 FROM tags WHERE key = 'datetime_complete') THEN coalesce((
  SELECT ${millisecondsSql('ended')} - ${millisecondsSql('started')} FROM (
    SELECT ${trialTag('datetime_complete')} AS ended, ${trialTag('datetime_start')} AS started,
      ${trialTag('state')} AS state, ${trialTag('number')} AS number, ${trialTag('direction')} AS direction,
      replace(replace(${trialTag('direction')}, 'MINIMIZE', ''), 'MAXIMIZE', '') AS rest
    LIMIT 1)
  WHERE (ended GLOB '${DAY_SQL}' OR ended GLOB '${DAY_SQL}.${MICROS_SQL}')
    AND (started GLOB '${DAY_SQL}' OR started GLOB '${DAY_SQL}.${MICROS_SQL}')
    AND state IN ('COMPLETE', 'PRUNED', 'FAIL')
    AND number GLOB '[0-9]*' AND number NOT GLOB '*[^0-9]*' AND length(number) <= 9
    AND rest <> direction AND trim(rest, '[]'', ') = ''
    AND ${millisecondsSql('ended')} >= ${millisecondsSql('started')}
  ), ${tookSql}) ELSE ${tookSql} END)`;

/** mlflow/family's depths, as a query: for runs that have parents in the store. Columns x (run id), depth. */
export const depthsSql = `
  WITH RECURSIVE edge(child, parent) AS MATERIALIZED (
    SELECT t.run_uuid, t.value FROM tags t JOIN runs p ON p.run_uuid = t.value
    WHERE t.key = '${TAG_PARENT}'
  ), above(x, ancestor) AS (
    SELECT child, parent FROM edge
    UNION SELECT above.x, edge.parent FROM above JOIN edge ON edge.child = above.ancestor
  ), circle(x) AS MATERIALIZED (SELECT x FROM above WHERE x = ancestor)
  SELECT above.x AS x,
    sum(circle.x IS NULL) + max(circle.x IS NOT NULL) AS depth
  FROM above LEFT JOIN circle ON circle.x = above.ancestor
  WHERE above.x NOT IN (SELECT x FROM circle) GROUP BY above.x`;

function datasetSource(key: string): string {
  const joined = `inputs i JOIN datasets d ON d.dataset_uuid = i.source_id${
    key === 'context'
      ? " JOIN input_tags t ON t.input_uuid = i.input_uuid AND t.name = 'mlflow.data.context'"
      : ''
  }`;
  const value = key === 'context' ? 't.value' : key === 'digest' ? 'd.digest' : 'd.name';
  return `(SELECT ${value} AS value FROM ${joined} WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN' AND i.destination_id = r.run_uuid) v`;
}

/** Latest = greatest (step, timestamp, value), not the last written (reference mlflow.md, A.2). One `?`: the key. */
export function latestFromHistory(schema: SqlSchema): string {
  const order = `${schema.step ? 'step DESC, ' : ''}timestamp DESC, value DESC`;
  return `SELECT run_uuid, value, is_nan FROM (
    SELECT run_uuid, value, ${schema.isNan ? 'is_nan' : '0 AS is_nan'},
      row_number() OVER (PARTITION BY run_uuid ORDER BY ${order}) AS place
    FROM metrics WHERE key = ?) WHERE place = 1`;
}

/** The tags that a bare term does not look at, as SQL's list. */
export const UNSEARCHED_SQL = UNSEARCHED_TAGS.map((key) => `'${key}'`).join(', ');

function termToSql(text: string): Sql {
  const folded = foldAscii(text);
  return {
    sql: `(instr(lower(r.run_uuid), ?) > 0
      OR r.run_uuid IN (SELECT run_uuid FROM params WHERE instr(lower(value), ?) > 0)
      OR r.run_uuid IN (SELECT run_uuid FROM tags WHERE instr(lower(value), ?) > 0 AND key NOT IN (${UNSEARCHED_SQL})))`,
    params: [folded, folded, folded],
  };
}

/**
 * An order on the rows of `runs r`, as MLflow sorts: metrics by value, then NaN, then missing; others by value
 * (params and tags as text), then missing, in both directions; at the end start_time, newest first, and the id.
 * `joins` goes after `FROM runs r`; its values come before those of WHERE.
 */
export function orderToSql(
  order: readonly OrderClause[],
  schema: SqlSchema,
): { joins: Sql; orderBy: string } {
  const joins: Sql = { sql: '', params: [] };
  const terms: string[] = [];
  order.forEach(({ field, descending }, index) => {
    const name = `o${index}`;
    const direction = descending ? 'DESC' : 'ASC';
    const expression = orderExpression(field, name, schema, joins);
    if (field.entity === 'metric') {
      terms.push(`CASE WHEN ${name}.value IS NULL THEN 2 WHEN ${name}.is_nan <> 0 THEN 1 ELSE 0 END`);
    } else {
      terms.push(`(${expression} IS NULL)`);
    }
    terms.push(`${expression} ${direction}`);
  });
  if (!order.some(({ field }) => field.entity === 'attribute' && field.key === 'start_time')) {
    terms.push('r.start_time DESC');
  }
  terms.push('r.run_uuid ASC');
  return { joins, orderBy: terms.join(', ') };
}

function orderExpression(field: Field, name: string, schema: SqlSchema, joins: Sql): string {
  const join = (table: string, key: string): string => {
    joins.sql += ` LEFT JOIN ${table} ${name} ON ${name}.run_uuid = r.run_uuid AND ${name}.key = ?`;
    joins.params.push(key);
    return `${name}.value`;
  };
  switch (field.entity) {
    case 'metric':
      if (schema.latestMetrics) {
        return join('latest_metrics', field.key);
      }
      joins.sql += ` LEFT JOIN (${latestFromHistory(schema)}) ${name} ON ${name}.run_uuid = r.run_uuid`;
      joins.params.push(field.key);
      return `${name}.value`;
    case 'param':
      return join('params', field.key);
    case 'tag':
      return join('tags', field.key);
    case 'dataset':
      return 'NULL';
    case 'attribute':
      switch (field.key) {
        case 'run_id':
          return 'r.run_uuid';
        case 'run_name':
          return `coalesce(nullif(r.name, ''), ${join('tags', TAG_RUN_NAME)})`;
        case 'commit':
          return join('tags', TAG_COMMIT);
        case 'duration':
          return durationSql;
        default:
          return `r.${field.key}`;
      }
  }
}
