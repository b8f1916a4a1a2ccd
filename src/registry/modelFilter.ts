import type { KeyValue } from '../mlflow/entities';
import type { ModelFilter } from '../mlflow/store';

/** What of a version is searched. */
export interface SearchedVersion {
  currentStage: string;
  aliases: readonly string[];
  tags: readonly KeyValue[];
}

/** What of a registered model is searched. */
export interface SearchedModel {
  name: string;
  tags: readonly KeyValue[];
  versions: readonly SearchedVersion[];
}

/** Aliases that stand for production where a team uses no stages: MLflow's documentation teaches the first. */
export const PRODUCTION_ALIASES: readonly string[] = ['champion', 'production', 'prod'];

export function isInProduction({ currentStage, aliases }: Omit<SearchedVersion, 'tags'>): boolean {
  return (
    currentStage === 'Production' || aliases.some((alias) => PRODUCTION_ALIASES.includes(alias.toLowerCase()))
  );
}

/** Whether a model is listed: by itself, or for one of its versions. */
export function modelMatches(model: SearchedModel, filter: ModelFilter): boolean {
  const own = textsOfModel(model);
  const words = wordsOf(filter);
  if (filter.versions === undefined && words.every((word) => isIn(word, own))) {
    return true;
  }
  return model.versions.some((version) => versionMatches(model, version, filter));
}

/** Whether it lists everything. */
export function isEmptyFilter(filter: ModelFilter): boolean {
  return filter.versions === undefined && wordsOf(filter).length === 0;
}

/** Whether a version is listed under its model: the words may be the model's, or the version's. */
export function versionMatches(
  model: Omit<SearchedModel, 'versions'>,
  version: SearchedVersion,
  filter: ModelFilter,
): boolean {
  const texts = [...textsOfModel(model), ...textsOf(version)];
  return isChosen(version, filter) && wordsOf(filter).every((word) => isIn(word, texts));
}

function isChosen(version: SearchedVersion, { versions }: ModelFilter): boolean {
  switch (versions) {
    case undefined:
      return true;
    case 'inProduction':
      return isInProduction(version);
    case 'hasAlias':
      return version.aliases.length > 0;
    default:
      // The mark stays on a version that was decided upon: it waits no more.
      return isMarked(version, versions) && !isInProduction(version) && version.currentStage !== 'Archived';
  }
}

function isMarked(
  { tags, aliases }: SearchedVersion,
  { tag, alias }: { tag: KeyValue; alias: string | null },
): boolean {
  return (
    tags.some(({ key, value }) => key === tag.key && value === tag.value) ||
    (alias !== null && aliases.includes(alias))
  );
}

/** In lower case. */
export function wordsOf({ text }: ModelFilter): string[] {
  return (text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
}

function isIn(word: string, texts: readonly string[]): boolean {
  return texts.some((text) => text.includes(word));
}

function textsOfModel({ name, tags }: Omit<SearchedModel, 'versions'>): string[] {
  return [name.toLowerCase(), ...textsOfTags(tags)];
}

function textsOf({ currentStage, aliases, tags }: SearchedVersion): string[] {
  return [
    ...(currentStage === 'None' ? [] : [currentStage.toLowerCase()]),
    ...aliases.map((alias) => `@${alias.toLowerCase()}`),
    ...textsOfTags(tags),
  ];
}

function textsOfTags(tags: readonly KeyValue[]): string[] {
  return tags.map(({ key, value }) => `${key}=${value}`.toLowerCase());
}
