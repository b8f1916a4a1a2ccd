import type { ModelVersion, RegisteredModel } from '../../../mlflow/entities';
import { noRegisteredModel } from '../../../mlflow/missing';
import type { ModelFilter, Page, RegisteredModelQuery, VersionFilter } from '../../../mlflow/store';
import { STAGES } from '../../../mlflow/writer';
import { isEmptyFilter, modelMatches, PRODUCTION_ALIASES, wordsOf } from '../../../registry/modelFilter';
import { encodePageToken, startOfPage } from '../../pageToken';
import type { Reader } from '../reader';
import type { BindValue, SqlValue } from '../engine';
import type { Schema, TableName } from '../schema';
import { numberOrNull, text, textOrNull } from '../values';
import { inWorkspace } from './scope';

/** A registered model as the list knows it. */
interface ListedModel {
  name: string;
  /** Of its last change, ms; 0 where the store does not say. */
  updated: number;
}

/** By name; prompts left out: they are models with a tag (reference mlflow.md, C.7). */
function listedModels(reader: Reader): ListedModel[] {
  return reader.memo('models', () => {
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
        `SELECT name, last_updated_time FROM registered_models WHERE 1${inWorkspace(reader, 'registered_models')} ORDER BY name`,
      )
      .map(([name, updated]) => ({ name: text(name), updated: numberOrNull(updated) ?? 0 }))
      .filter(({ name }) => !prompts.has(name));
  });
}

function newestFirst(reader: Reader): ListedModel[] {
  return reader.memo('models, newest first', () =>
    // Sorting is stable: models of one time stay in the order of their names.
    listedModels(reader).toSorted((a, b) => b.updated - a.updated),
  );
}

/**
 * Models that a filter can list, told by one walk through each table that it is about. Some may turn out not to be
 * listed: words that stand at different versions, or at a deleted one.
 */
function candidates(reader: Reader, filter: ModelFilter): (name: string) => boolean {
  const sets = wordsOf(filter).map((word) => {
    // SQLite ignores the case of ASCII letters only: others are left for the pure function to compare.
    const pattern = `%${word.replace(/[\\%_]/g, '\\$&').replace(/[^\x20-\x7e]+/g, '%')}%`;
    const like = "LIKE ? ESCAPE '\\'";
    const found = new Set([
      ...STAGES.filter((stage) => stage !== 'None' && stage.toLowerCase().includes(word)).flatMap((stage) =>
        namesWhere(reader, 'model_versions', 'current_stage = ?', [stage]),
      ),
      ...namesWhere(reader, 'registered_model_aliases', `'@' || alias ${like}`, [pattern]),
      ...namesWhere(reader, 'model_version_tags', `key || '=' || value ${like}`, [pattern]),
      ...namesWhere(reader, 'registered_model_tags', `key || '=' || value ${like}`, [pattern]),
    ]);
    return (name: string): boolean => name.toLowerCase().includes(word) || found.has(name);
  });
  const chosen = filter.versions === undefined ? null : new Set(namesOfChosen(reader, filter.versions));
  return (name) => (chosen?.has(name) ?? true) && sets.every((has) => has(name));
}

function namesOfChosen(reader: Reader, versions: VersionFilter): string[] {
  if (versions === 'hasAlias') {
    return namesWhere(reader, 'registered_model_aliases', '1', []);
  }
  if (versions === 'inProduction') {
    return [
      ...namesWhere(reader, 'model_versions', "current_stage = 'Production'", []),
      ...namesWhere(reader, 'registered_model_aliases', 'lower(alias) IN (SELECT value FROM json_each(?))', [
        JSON.stringify(PRODUCTION_ALIASES),
      ]),
    ];
  }
  const { tag, alias } = versions;
  return [
    ...namesWhere(reader, 'model_version_tags', 'key = ? AND value = ?', [tag.key, tag.value]),
    ...namesWhere(reader, 'registered_model_aliases', 'alias = ?', [alias]),
  ];
}

function namesWhere(
  reader: Reader,
  table: TableName,
  condition: string,
  parameters: readonly BindValue[],
): string[] {
  return reader.schema.has(table)
    ? reader
        .query(
          `SELECT DISTINCT name FROM ${table} WHERE ${condition}${inWorkspace(reader, table)}`,
          parameters,
        )
        .map(([name]) => text(name))
    : [];
}

export function searchRegisteredModels(reader: Reader, query: RegisteredModelQuery): Page<RegisteredModel> {
  const { filter = {}, runId, orderBy, maxResults, pageToken } = query;
  const all = orderBy === 'lastUpdated' ? newestFirst(reader) : listedModels(reader);
  const ofRun = runId === undefined ? null : modelsOfRun(reader, runId);
  const isCandidate = isEmptyFilter(filter) ? () => true : candidates(reader, filter);
  const models = all.filter(({ name }) => (ofRun?.has(name) ?? true) && isCandidate(name));
  const found: RegisteredModel[] = [];
  const names = models.map(({ name }) => name);
  let at = startOfPage(names, pageToken);
  // One more than is asked for tells whether there is a next page.
  while (found.length <= maxResults && at < models.length) {
    const next = names.slice(at, at + maxResults + 1);
    found.push(...readModels(reader, next).filter((model) => modelMatches(model, filter)));
    at += next.length;
  }
  const items = found.slice(0, maxResults);
  const last = items.at(-1);
  return {
    items,
    ...(last !== undefined && found.length > maxResults
      ? { nextPageToken: encodePageToken({ id: last.name, at: names.indexOf(last.name) }) }
      : {}),
  };
}

function modelsOfRun(reader: Reader, runId: string): Set<string> {
  return new Set(
    namesWhere(reader, 'model_versions', "run_id = ? AND current_stage IS NOT 'Deleted_Internal'", [runId]),
  );
}

export function getRegisteredModel(reader: Reader, { name }: { name: string }): RegisteredModel {
  if (!listedModels(reader).some((model) => model.name === name)) {
    throw noRegisteredModel(name);
  }
  return readModels(reader, [name])[0]!;
}

/**
 * In the order of the names. Each table is asked once for all of them: the tags' primary keys begin with the key, so
 * to ask for one model's means to walk through those of all.
 */
function readModels(reader: Reader, names: readonly string[]): RegisteredModel[] {
  const models = new Map(
    names.map((name): [string, RegisteredModel] => [
      name,
      {
        name,
        creationTimestamp: null,
        lastUpdatedTimestamp: null,
        description: null,
        aliases: [],
        tags: [],
        versions: [],
      },
    ]),
  );
  const rows = (table: TableName, columns: string, further: string): SqlValue[][] =>
    reader.schema.has(table)
      ? reader.query(
          `SELECT name, ${columns} FROM ${table}
            WHERE name IN (SELECT value FROM json_each(?))${inWorkspace(reader, table)}${further}`,
          [JSON.stringify(names)],
        )
      : [];
  for (const row of rows('registered_models', 'creation_time, last_updated_time, description', '')) {
    const model = models.get(text(row[0]));
    if (model) {
      model.creationTimestamp = numberOrNull(row[1]);
      model.lastUpdatedTimestamp = numberOrNull(row[2]);
      model.description = textOrNull(row[3]);
    }
  }
  for (const [name, key, value] of rows('registered_model_tags', 'key, value', ' ORDER BY key')) {
    models.get(text(name))?.tags.push({ key: text(key), value: text(value) });
  }
  readVersions(rows, reader.schema, models);
  return [...models.values()];
}

/** Newest first. A version that was deleted stays as a row in the stage 'Deleted_Internal'. */
function readVersions(
  rows: (table: TableName, columns: string, further: string) => SqlValue[][],
  schema: Schema,
  models: ReadonlyMap<string, RegisteredModel>,
): void {
  const versions = new Map<string, ModelVersion>();
  const columns = `CAST(version AS TEXT), creation_time, last_updated_time, description, user_id, current_stage, source,
      run_id, ${schema.column('model_versions', 'run_link')}, status, status_message,
      ${schema.column('model_versions', 'storage_location')}`;
  for (const row of rows(
    'model_versions',
    columns,
    " AND current_stage IS NOT 'Deleted_Internal' ORDER BY version DESC",
  )) {
    const version: ModelVersion = {
      name: text(row[0]),
      version: text(row[1]),
      creationTimestamp: numberOrNull(row[2]),
      lastUpdatedTimestamp: numberOrNull(row[3]),
      description: textOrNull(row[4]),
      userId: textOrNull(row[5]),
      currentStage: textOrNull(row[6]) ?? 'None',
      source: text(row[7]),
      runId: textOrNull(row[8]),
      runLink: textOrNull(row[9]),
      status: text(row[10]),
      statusMessage: textOrNull(row[11]),
      storageLocation: textOrNull(row[12]),
      aliases: [],
      tags: [],
    };
    versions.set(`${version.name}\n${version.version}`, version);
    models.get(version.name)?.versions.push(version);
  }
  for (const row of rows('registered_model_aliases', 'CAST(version AS TEXT), alias', ' ORDER BY alias')) {
    const [name, version, alias] = row.map(text);
    const named = versions.get(`${name}\n${version}`);
    named?.aliases.push(alias!);
    models.get(name!)?.aliases.push({ alias: alias!, version: version!, dangling: named === undefined });
  }
  for (const row of rows('model_version_tags', 'CAST(version AS TEXT), key, value', ' ORDER BY key')) {
    const [name, version, key, value] = row.map(text);
    versions.get(`${name}\n${version}`)?.tags.push({ key: key!, value: value! });
  }
}
