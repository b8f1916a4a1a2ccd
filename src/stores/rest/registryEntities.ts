import type { ModelVersion, RegisteredModel } from '../../mlflow/entities';
import { fieldsOf } from '../../mlflow/shape';
import { DELETED_STAGE, isPrompt } from '../../registry/rules';
import { compareBytes } from '../../search/bytes';
import { objectsOf, pairsOf, textOf, textOrNull, timeOf, wordOrNull } from './entities';

/**
 * Registered models out of the answers of registered-models/search, which has aliases and tags, and of
 * model-versions/search, which has all versions and their tags but no aliases (reference servers.md, section 2).
 */
export function modelsOf(models: readonly unknown[], versions: readonly unknown[]): RegisteredModel[] {
  const found = models
    .map(modelOf)
    .filter(({ tags }) => !isPrompt(tags))
    .sort((a, b) => compareBytes(a.name, b.name));
  const byName = new Map(found.map((model) => [model.name, model]));
  for (const version of versions.map(versionOf)) {
    // A server should answer none of them.
    if (version.currentStage !== DELETED_STAGE) {
      byName.get(version.name)?.versions.push(version);
    }
  }
  for (const model of found) {
    model.versions.sort((a, b) => Number(b.version) - Number(a.version));
    const byNumber = new Map(model.versions.map((version) => [version.version, version]));
    for (const alias of model.aliases) {
      const named = byNumber.get(alias.version);
      alias.dangling = named === undefined;
      named?.aliases.push(alias.alias);
    }
  }
  return found;
}

function modelOf(json: unknown): RegisteredModel {
  const fields = fieldsOf(json);
  return {
    name: textOf(fields['name']),
    creationTimestamp: timeOf(fields['creation_timestamp']),
    lastUpdatedTimestamp: timeOf(fields['last_updated_timestamp']),
    description: textOrNull(fields['description']),
    aliases: objectsOf(fields['aliases'])
      .map(({ alias, version }) => ({ alias: textOf(alias), version: textOf(version), dangling: false }))
      .sort((a, b) => compareBytes(a.alias, b.alias)),
    tags: pairsOf(fields['tags']),
    versions: [],
  };
}

function versionOf(json: unknown): ModelVersion {
  const fields = fieldsOf(json);
  return {
    name: textOf(fields['name']),
    version: textOf(fields['version']),
    creationTimestamp: timeOf(fields['creation_timestamp']),
    lastUpdatedTimestamp: timeOf(fields['last_updated_timestamp']),
    description: textOrNull(fields['description']),
    userId: wordOrNull(fields['user_id']),
    currentStage: textOf(fields['current_stage']) || 'None',
    source: textOf(fields['source']),
    runId: wordOrNull(fields['run_id']),
    runLink: wordOrNull(fields['run_link']),
    status: textOf(fields['status']),
    statusMessage: wordOrNull(fields['status_message']),
    storageLocation: null,
    aliases: [],
    tags: pairsOf(fields['tags']),
  };
}
