import { depthsOf } from '../../mlflow/family';
import type { ModelFact, TableScope } from '../../mlflow/runTable';
import { latestFromHistory, UNSEARCHED_SQL } from '../../search/sql';
import type { TableKeeper } from '../runTable/keeper';
import type { KeyKind, LoadedRun, RuleColumn, TableLoader } from '../runTable/loader';
import { distinctKeys, lastLoggedOf, latestMetricsOf, pairsOf } from './queries/attributes';
import { readFamily, runsWhere } from './queries/family';
import { searchSchema } from './queries/runs';
import { inWorkspace } from './queries/scope';
import type { Reader } from './reader';
import type { TableName } from './schema';
import { metricValue, number, text } from './values';

/** Values of one key are read in pieces that double, because most scans end after a few. */
const FIRST_PIECE = 64;
const LARGEST_PIECE = 8192;

/** Tables that a run's values are added to, row after row. */
const VALUE_TABLES = ['metrics', 'latest_metrics', 'params', 'tags'] as const;
/** What a row of them is about. */
const HOLDS = "key || ' ' || run_uuid";
/** More rows than this since the last look cost more to look through than columns to read. */
const MOST_ADDED = 100_000;

/** The last row of each table of values when it was looked at: its rowid, and what it holds. Missing: it has none. */
class LastRows {
  constructor(readonly of: ReadonlyMap<string, { rowid: number; holds: string }>) {}
}

/** A run table's columns out of a SQLite store: a column a query, never a join (reference sqlite.md, 4). */
export class SqliteTableLoader implements TableLoader {
  readonly rulesCostByRun = false;
  /** A tag is written over in place, which leaves no trace. */
  readonly tracesTags = false;

  constructor(
    private readonly reader: Reader,
    private readonly keeper: TableKeeper,
  ) {}

  learnedModel(runId: string): ModelFact | undefined {
    return this.keeper.learnedModel(runId);
  }

  runs(scope: TableScope, each: (run: LoadedRun) => void): void {
    const { where, params } = runsWhere(this.reader, scope.experimentIds, scope.view);
    const nameless = new Map<string, LoadedRun>();
    this.reader.each(
      `SELECT run_uuid, CAST(experiment_id AS TEXT), name, status, user_id, start_time, end_time,
        lifecycle_stage = 'deleted' FROM runs r WHERE ${where}`,
      params,
      (row) => {
        const run: LoadedRun = {
          runId: row.text(0),
          experimentId: row.text(1),
          name: row.text(2),
          status: row.text(3),
          userId: row.text(4),
          startTime: row.isNull(5) ? null : row.number(5),
          endTime: row.isNull(6) ? null : row.number(6),
          deleted: row.number(7) === 1,
        };
        if (run.name === '') {
          nameless.set(run.runId, run);
        } else {
          each(run);
        }
      },
    );
    if (nameless.size > 0) {
      // MLflow up to 1.29 kept the name in the tag only.
      this.text('tag', 'mlflow.runName', (runId, value) => {
        const run = nameless.get(runId);
        if (run) {
          run.name = value ?? '';
        }
      });
      nameless.forEach(each);
    }
  }

  metric(key: string, each: (runId: string, value: number) => void): void {
    const schema = searchSchema(this.reader);
    this.values(
      schema.latestMetrics
        ? `SELECT run_uuid, value, is_nan FROM latest_metrics WHERE ${this.ofKey('latest_metrics')}`
        : latestFromHistory(schema),
      [key],
      each,
    );
  }

  /** Of all runs: one walk through a metric costs less than a look-up for each run of a table. */
  ruled(
    columns: readonly RuleColumn[],
    _runIds: readonly string[],
    each: (runId: string, column: number, value: number) => void,
  ): void {
    const schema = searchSchema(this.reader);
    const isNan = schema.isNan ? 'is_nan' : '0';
    columns.forEach(({ key, rule, step = 0 }, column) => {
      const take = (runId: string, value: number): void => each(runId, column, value);
      if (rule === 'step') {
        // Several values may share a step: the last in time is shown.
        this.values(
          `SELECT run_uuid, value, ${isNan} FROM metrics WHERE key = ? AND ${schema.step ? 'step' : '0'} = ?
            ORDER BY timestamp, value`,
          [key, step],
          take,
        );
      } else {
        this.values(
          `SELECT run_uuid, ${rule}(value), 0 FROM metrics WHERE key = ? AND ${isNan} = 0 GROUP BY run_uuid`,
          [key],
          take,
        );
      }
    });
  }

  metricsOf(
    keys: readonly string[],
    runIds: readonly string[],
    each: (runId: string, key: string, value: number) => void,
  ): void {
    latestMetricsOf(this.reader, runIds, keys).forEach((metrics, runId) =>
      metrics.forEach(({ key, value }) => each(runId, key, value)),
    );
  }

  lastLogged(runIds: readonly string[], each: (runId: string, time: number) => void): void {
    lastLoggedOf(this.reader, runIds).forEach((time, runId) => each(runId, time));
  }

  text(kind: 'param' | 'tag', key: string, each: (runId: string, value: string | null) => void): void {
    this.reader.each(`SELECT run_uuid, value FROM ${kind}s WHERE ${this.ofKey(`${kind}s`)}`, [key], (row) =>
      each(row.text(0), row.isNull(1) ? null : row.text(1)),
    );
  }

  hasTag(key: string): boolean {
    return this.reader.first('SELECT 1 FROM tags WHERE key = ? LIMIT 1', [key]) !== undefined;
  }

  tags(keys: readonly string[], each: (runId: string, key: string, value: string | null) => void): void {
    const places = keys.map(() => '?').join();
    const those = this.hasRowid('tags')
      ? `rowid IN (SELECT rowid FROM tags WHERE key IN (${places}))`
      : `key IN (${places})`;
    this.reader.each(`SELECT run_uuid, key, value FROM tags WHERE ${those}`, keys, (row) =>
      each(row.text(0), row.text(1), row.isNull(2) ? null : row.text(2)),
    );
  }

  textsOf(
    kind: 'param' | 'tag',
    keys: readonly string[],
    runIds: readonly string[],
    each: (runId: string, key: string, value: string) => void,
  ): void {
    pairsOf(this.reader, `${kind}s`, runIds, keys).forEach((pairs, runId) =>
      pairs.forEach(({ key, value }) => each(runId, key, value)),
    );
  }

  datasets(each: (runId: string, name: string, digest: string, context: string | null) => void): void {
    if (!searchSchema(this.reader).datasets) {
      return;
    }
    this.reader.each(
      `SELECT i.destination_id, d.name, d.digest, t.value FROM inputs i
        JOIN datasets d ON d.dataset_uuid = i.source_id
        LEFT JOIN input_tags t ON t.input_uuid = i.input_uuid AND t.name = 'mlflow.data.context'
        WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN'`,
      [],
      (row) => each(row.text(0), row.text(1), row.text(2), row.isNull(3) ? null : row.text(3)),
    );
  }

  registered(each: (runId: string, name: string, version: string) => void): void {
    if (!searchSchema(this.reader).modelVersions) {
      return;
    }
    this.reader.each(
      `SELECT run_id, name, CAST(version AS TEXT) FROM model_versions
        WHERE run_id IS NOT NULL AND current_stage <> 'Deleted_Internal'${inWorkspace(this.reader, 'model_versions')}
        ORDER BY name, version`,
      [],
      (row) => each(row.text(0), row.text(1), row.text(2)),
    );
  }

  experimentNames(each: (experimentId: string, name: string) => void): void {
    this.reader.each('SELECT CAST(experiment_id AS TEXT), name FROM experiments', [], (row) =>
      each(row.text(0), row.text(1)),
    );
  }

  modelTypes(each: (runId: string, modelType: string) => void): void {
    if (!this.reader.schema.has('logged_models')) {
      return;
    }
    this.reader.each(
      `SELECT source_run_id, coalesce(nullif(model_type, ''), name) FROM logged_models
        WHERE source_run_id IS NOT NULL AND lifecycle_stage <> 'deleted'
        ORDER BY creation_timestamp_ms, model_id DESC`,
      [],
      (row) => each(row.text(0), row.text(1)),
    );
  }

  depths(each: (runId: string, depth: number) => void): void {
    // A table holds all of its runs anyway, so their links are no more.
    depthsOf(readFamily(this.reader, '1', [], Number.MAX_SAFE_INTEGER - 1)).forEach((depth, runId) =>
      each(runId, depth),
    );
  }

  artifactUris(each: (runId: string, uri: string) => void): void {
    this.reader.each('SELECT run_uuid, artifact_uri FROM runs WHERE artifact_uri IS NOT NULL', [], (row) =>
      each(row.text(0), row.text(1)),
    );
  }

  term(folded: string, each: (runId: string) => void): void {
    for (const source of ['params', `tags WHERE key NOT IN (${UNSEARCHED_SQL}) AND`]) {
      const from = source === 'params' ? 'params WHERE' : source;
      this.reader.each(`SELECT run_uuid FROM ${from} instr(lower(value), ?) > 0`, [folded], (row) =>
        each(row.text(0)),
      );
    }
  }

  keys(kind: KeyKind): string[] {
    const keys: string[] = [];
    const table =
      kind === 'metric'
        ? this.reader.schema.has('latest_metrics')
          ? 'latest_metrics'
          : 'metrics'
        : (`${kind}s` as const);
    this.reader.each(`${distinctKeys(table)} SELECT key FROM keys WHERE key IS NOT NULL`, [], (row) =>
      keys.push(row.text(0)),
    );
    return keys;
  }

  everything(runIds: readonly string[], each: (kind: KeyKind, key: string, value: string) => void): void {
    pairsOf(this.reader, 'params', runIds, 'all').forEach((pairs) =>
      pairs.forEach(({ key, value }) => each('param', key, value)),
    );
    latestMetricsOf(this.reader, runIds, 'all').forEach((metrics) =>
      metrics.forEach(({ key, value }) => each('metric', key, String(value))),
    );
  }

  marks(): LastRows {
    const last = new Map(
      this.valueTables().flatMap((table) => {
        const row = this.hasRowid(table)
          ? this.reader.first(`SELECT rowid, ${HOLDS} FROM ${table} ORDER BY rowid DESC LIMIT 1`)
          : undefined;
        return row ? [[table, { rowid: number(row[0]), holds: text(row[1]) }] as const] : [];
      }),
    );
    return new LastRows(last);
  }

  changedSince(marks: unknown, most: number): string[] | null {
    if (!(marks instanceof LastRows)) {
      return null;
    }
    const runIds = new Set<string>();
    for (const table of this.valueTables()) {
      const mark = marks.of.get(table);
      const there = mark && this.reader.first(`SELECT ${HOLDS} FROM ${table} WHERE rowid = ?`, [mark.rowid]);
      if (mark && (!there || text(there[0]) !== mark.holds)) {
        return null;
      }
      if (!mark && !this.hasRowid(table)) {
        return null;
      }
      let added = 0;
      this.reader.each(
        `SELECT run_uuid FROM ${table} WHERE rowid > ? LIMIT ${MOST_ADDED + 1}`,
        [mark?.rowid ?? 0],
        (row) => {
          added++;
          runIds.add(row.text(0));
        },
      );
      if (added > MOST_ADDED || runIds.size > most) {
        return null;
      }
    }
    return [...runIds];
  }

  scan(kind: KeyKind, key: string, each: (runId: string, value: string) => boolean): void {
    const table =
      kind === 'metric'
        ? this.reader.schema.has('latest_metrics')
          ? 'latest_metrics'
          : `(${latestFromHistory(searchSchema(this.reader))})`
        : `${kind}s`;
    const own = kind === 'metric' && !this.reader.schema.has('latest_metrics');
    // NaN is stored as 0, which it differs from.
    const value = kind === 'metric' ? "CASE WHEN is_nan THEN 'NaN' ELSE value END" : 'value';
    let after = '';
    let goOn = true;
    for (let piece = FIRST_PIECE; goOn; piece = Math.min(piece * 2, LARGEST_PIECE)) {
      let found = 0;
      this.reader.each(
        `SELECT run_uuid, ${value} FROM ${table} WHERE ${own ? '' : 'key = ?1 AND '}run_uuid > ?2
          ORDER BY run_uuid LIMIT ?3`,
        [key, after, piece],
        (row) => {
          found++;
          after = row.text(0);
          goOn = goOn && each(after, row.text(1));
        },
      );
      goOn = goOn && found === piece;
    }
  }

  /**
   * The condition for one key of all runs. The primary key hands out the rows by run id, which visits the table's
   * pages in no order and each of them many times; by rowid each page is read once, one after the other.
   */
  private ofKey(table: 'latest_metrics' | 'params' | 'tags'): string {
    return this.hasRowid(table) ? `rowid IN (SELECT rowid FROM ${table} WHERE key = ?)` : 'key = ?';
  }

  private valueTables(): TableName[] {
    return VALUE_TABLES.filter((table) => this.reader.schema.has(table));
  }

  private hasRowid(table: string): boolean {
    return this.reader.memo(`rowid of ${table}`, () => {
      try {
        this.reader.first(`SELECT 1 FROM ${table} WHERE rowid = 0`);
        return true;
      } catch {
        // Made WITHOUT ROWID, which MLflow does not do.
        return false;
      }
    });
  }

  private values(
    sql: string,
    params: (string | number)[],
    each: (runId: string, value: number) => void,
  ): void {
    this.reader.each(sql, params, (row) => each(row.text(0), metricValue(row.number(1), row.number(2))));
  }
}
