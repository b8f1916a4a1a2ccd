import { StoreError } from '../../../mlflow/errors';
import type { KeyValue, ModelVersion, RegisteredModel } from '../../../mlflow/entities';
import type { Page, RegisteredModelQuery } from '../../../mlflow/store';
import type { Reader } from '../reader';
import type { TableName } from '../schema';
import { decodeToken, encodeToken, numberOrNull, text, textOrNull } from '../values';

/** Since MLflow 3.10 a registry has workspaces; a client that was told of none works in this one. */
const WORKSPACE = 'default';

/** ` AND workspace = 'default'`, where the table has workspaces. */
function inWorkspace(reader: Reader, table: TableName): string {
  return reader.schema.has(table, 'workspace') ? ` AND ${table}.workspace = '${WORKSPACE}'` : '';
}

/** Names of the registered models, prompts left out: they are models with a tag (reference mlflow.md, C.7). */
function modelNames(reader: Reader): string[] {
  return reader.memo('model names', () => {
    if (!reader.schema.has('registered_models')) {
      return [];
    }
    const prompts = new Set(
      reader.schema.has('registered_model_tags')
        ? reader
            .query(
              `SELECT name FROM registered_model_tags
                WHERE key = 'mlflow.prompt.is_prompt' AND lower(value) = 'true'${inWorkspace(reader, 'registered_model_tags')}`,
            )
            .map(([name]) => text(name))
        : [],
    );
    return reader
      .query(
        `SELECT name FROM registered_models WHERE 1${inWorkspace(reader, 'registered_models')} ORDER BY name`,
      )
      .map(([name]) => text(name))
      .filter((name) => !prompts.has(name));
  });
}

/** By name. */
export function searchRegisteredModels(reader: Reader, query: RegisteredModelQuery): Page<RegisteredModel> {
  const part = query.nameContains?.toLocaleLowerCase() ?? '';
  const names = modelNames(reader).filter((name) => name.toLocaleLowerCase().includes(part));
  const token = query.pageToken === undefined ? undefined : decodeToken(query.pageToken);
  const after = token ? text(token[0]) : undefined;
  const start = after === undefined ? 0 : names.findIndex((name) => name > after);
  const page = start < 0 ? [] : names.slice(start, start + query.maxResults);
  const last = page.at(-1);
  return {
    items: page.map((name) => readModel(reader, name)),
    ...(last !== undefined && start + page.length < names.length
      ? { nextPageToken: encodeToken([last]) }
      : {}),
  };
}

export function getRegisteredModel(reader: Reader, { name }: { name: string }): RegisteredModel {
  if (!modelNames(reader).includes(name)) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', `There is no registered model "${name}" in this store.`);
  }
  return readModel(reader, name);
}

function readModel(reader: Reader, name: string): RegisteredModel {
  const { schema } = reader;
  const row = reader.first(
    `SELECT creation_time, last_updated_time, description FROM registered_models
      WHERE name = ?${inWorkspace(reader, 'registered_models')}`,
    [name],
  );
  const aliases = schema.has('registered_model_aliases')
    ? reader
        .query(
          `SELECT alias, CAST(version AS TEXT) FROM registered_model_aliases
            WHERE name = ?${inWorkspace(reader, 'registered_model_aliases')} ORDER BY alias`,
          [name],
        )
        .map(([alias, version]) => ({ alias: text(alias), version: text(version) }))
    : [];
  const versions = readVersions(reader, name);
  for (const { alias, version } of aliases) {
    versions.find((candidate) => candidate.version === version)?.aliases.push(alias);
  }
  return {
    name,
    creationTimestamp: numberOrNull(row?.[0]),
    lastUpdatedTimestamp: numberOrNull(row?.[1]),
    description: textOrNull(row?.[2]),
    aliases: aliases.map((entry) => ({
      ...entry,
      dangling: !versions.some((version) => version.version === entry.version),
    })),
    tags: pairs(reader, 'registered_model_tags', name),
    versions,
  };
}

function pairs(reader: Reader, table: 'registered_model_tags', name: string): KeyValue[] {
  return reader.schema.has(table)
    ? reader
        .query(`SELECT key, value FROM ${table} WHERE name = ?${inWorkspace(reader, table)} ORDER BY key`, [
          name,
        ])
        .map(([key, value]) => ({ key: text(key), value: text(value) }))
    : [];
}

/** Newest first. A version that was deleted stays as a row in the stage 'Deleted_Internal'. */
function readVersions(reader: Reader, name: string): ModelVersion[] {
  const { schema } = reader;
  if (!schema.has('model_versions')) {
    return [];
  }
  const rows = reader.query(
    `SELECT CAST(version AS TEXT), creation_time, last_updated_time, description, user_id, current_stage, source,
      run_id, ${schema.column('model_versions', 'run_link')}, status, status_message,
      ${schema.column('model_versions', 'storage_location')}
      FROM model_versions WHERE name = ? AND current_stage IS NOT 'Deleted_Internal'${inWorkspace(reader, 'model_versions')}
      ORDER BY version DESC`,
    [name],
  );
  const versions = rows.map((row): ModelVersion => ({
    name,
    version: text(row[0]),
    creationTimestamp: numberOrNull(row[1]),
    lastUpdatedTimestamp: numberOrNull(row[2]),
    description: textOrNull(row[3]),
    userId: textOrNull(row[4]),
    currentStage: textOrNull(row[5]) ?? 'None',
    source: text(row[6]),
    runId: textOrNull(row[7]),
    runLink: textOrNull(row[8]),
    status: text(row[9]),
    statusMessage: textOrNull(row[10]),
    storageLocation: textOrNull(row[11]),
    aliases: [],
    tags: [],
  }));
  if (schema.has('model_version_tags')) {
    const byVersion = new Map(versions.map((version) => [version.version, version]));
    for (const [version, key, value] of reader.query(
      `SELECT CAST(version AS TEXT), key, value FROM model_version_tags
        WHERE name = ?${inWorkspace(reader, 'model_version_tags')} ORDER BY key`,
      [name],
    )) {
      byVersion.get(text(version))?.tags.push({ key: text(key), value: text(value) });
    }
  }
  return versions;
}
