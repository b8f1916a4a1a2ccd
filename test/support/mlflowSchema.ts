import type { Database } from 'sql.js';
import type { SqlSchema } from '../../src/search/sql';

/**
 * The tables that a search looks at, as real MLflow writes them (from the stores of those versions), without
 * what constrains other tables.
 */
const TABLES = {
  '1.0.0': [
    `CREATE TABLE runs (run_uuid VARCHAR(32), name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500), entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(20), start_time BIGINT, end_time BIGINT, source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER, PRIMARY KEY (run_uuid))`,
    `CREATE TABLE params ("key" VARCHAR(250) NOT NULL, value VARCHAR(250) NOT NULL, run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid))`,
    `CREATE TABLE tags ("key" VARCHAR(250) NOT NULL, value VARCHAR(250), run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid))`,
    `CREATE TABLE metrics ("key" VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT NULL, step BIGINT NOT NULL DEFAULT '0', PRIMARY KEY (key, timestamp, step, run_uuid, value))`,
  ],
  '1.14.1': [
    `CREATE TABLE runs (run_uuid VARCHAR(32), name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500), entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(9), start_time BIGINT, end_time BIGINT, source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER, PRIMARY KEY (run_uuid))`,
    `CREATE TABLE params ("key" VARCHAR(250) NOT NULL, value VARCHAR(250) NOT NULL, run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid))`,
    `CREATE TABLE tags ("key" VARCHAR(250) NOT NULL, value VARCHAR(5000), run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid))`,
    `CREATE TABLE metrics ("key" VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT NULL, step BIGINT NOT NULL DEFAULT '0', is_nan BOOLEAN NOT NULL DEFAULT '0', PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan))`,
    `CREATE TABLE latest_metrics ("key" VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT, step BIGINT NOT NULL, is_nan BOOLEAN NOT NULL, run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid))`,
    `CREATE TABLE model_versions (name VARCHAR(256), version INTEGER, creation_time BIGINT, last_updated_time BIGINT, description VARCHAR(5000), user_id VARCHAR(256), current_stage VARCHAR(20), source VARCHAR(500), run_id VARCHAR(32), status VARCHAR(20), status_message VARCHAR(500), run_link VARCHAR(500), PRIMARY KEY (name, version))`,
  ],
  '3.17.2': [
    `CREATE TABLE runs (run_uuid VARCHAR(32), name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500), entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(9), start_time BIGINT, end_time BIGINT, source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER, deleted_time BIGINT, PRIMARY KEY (run_uuid))`,
    `CREATE TABLE params ("key" VARCHAR(250) NOT NULL, value VARCHAR(8000) NOT NULL, run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid))`,
    `CREATE TABLE tags ("key" VARCHAR(250) NOT NULL, value VARCHAR(8000), run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid))`,
    `CREATE TABLE metrics ("key" VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT NULL, step BIGINT NOT NULL DEFAULT '0', is_nan BOOLEAN NOT NULL DEFAULT '0', PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan))`,
    `CREATE TABLE latest_metrics ("key" VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT, step BIGINT NOT NULL, is_nan BOOLEAN NOT NULL, run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid))`,
    `CREATE TABLE datasets (dataset_uuid VARCHAR(36), experiment_id INTEGER, name VARCHAR(500), digest VARCHAR(36), dataset_source_type VARCHAR(36), dataset_source TEXT, dataset_schema TEXT, dataset_profile TEXT, PRIMARY KEY (experiment_id, name, digest))`,
    `CREATE TABLE inputs (input_uuid VARCHAR(36), source_type VARCHAR(36), source_id VARCHAR(36), destination_type VARCHAR(36), destination_id VARCHAR(36), step BIGINT DEFAULT '0', PRIMARY KEY (source_type, source_id, destination_type, destination_id))`,
    `CREATE TABLE input_tags (input_uuid VARCHAR(36), name VARCHAR(255), value VARCHAR(500), PRIMARY KEY (input_uuid, name))`,
    `CREATE TABLE model_versions (name VARCHAR(256), version INTEGER, creation_time BIGINT, last_updated_time BIGINT, description VARCHAR(5000), user_id VARCHAR(256), current_stage VARCHAR(20), source VARCHAR(500), run_id VARCHAR(32), status VARCHAR(20), status_message VARCHAR(500), run_link VARCHAR(500), storage_location VARCHAR(500), workspace VARCHAR(63) DEFAULT 'default', PRIMARY KEY (workspace, name, version))`,
    `CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid)`,
    `CREATE INDEX index_latest_metrics_run_uuid ON latest_metrics (run_uuid)`,
    `CREATE INDEX index_params_run_uuid ON params (run_uuid)`,
    `CREATE INDEX index_tags_run_uuid ON tags (run_uuid)`,
    `CREATE INDEX index_metrics_run_uuid_key_step ON metrics (run_uuid, "key", step)`,
  ],
} as const;

/** Makes the tables and says what they have. */
export function createTables(db: Database, version: keyof typeof TABLES): SqlSchema {
  for (const statement of TABLES[version]) {
    db.run(statement);
  }
  const has = (name: string): boolean =>
    TABLES[version].some((sql) => sql.startsWith(`CREATE TABLE ${name} (`));
  return {
    latestMetrics: has('latest_metrics'),
    isNan: version !== '1.0.0',
    step: true,
    datasets: has('datasets'),
    modelVersions: has('model_versions'),
  };
}
