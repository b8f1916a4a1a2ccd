import type { ModelVersion, RegisteredModel } from '../../mlflow/entities';
import { DELETED_STAGE, isPrompt } from '../../registry/rules';
import { compareBytes } from '../../search/bytes';
import type { Disk } from './disk';
import { EntityFolder } from './entityFolder';
import { recordedMeta } from './inputs';
import { metaNumber, metaText } from './meta';
import type { Recorder } from './recorded';

const DAMAGE = 'its meta.yaml is damaged';

/** Of one store. */
const MOST_MODELS = 100_000;

/** The registry of MLflow >= 2.0, in the folder `models` of a store: without prompts, versions without deleted ones. */
export function registryIn(disk: Disk, folder: string): EntityFolder<RegisteredModel> {
  return new EntityFolder(disk, folder, (recorder, name) => readModel(recorder, folder, name), {
    most: MOST_MODELS,
    isWatched: true,
  });
}

function readModel(recorder: Recorder, registry: string, name: string): RegisteredModel | null {
  const folder = `${registry}/${name}`;
  const file = `${folder}/meta.yaml`;
  if (recorder.look(file)?.isFolder !== false) {
    return null;
  }
  const meta = recordedMeta(recorder, file);
  const tags = recorder.textsIn(`${folder}/tags`);
  if (isPrompt(tags)) {
    return null;
  }
  // The files are what counts: the map in meta.yaml is a copy of some time (reference mlflow.md, B.3).
  const aliases = recorder
    .textsIn(`${folder}/aliases`)
    .map(({ key, value }) => ({ alias: key, version: value.trim() }));
  const versions = (recorder.list(folder)?.folders ?? [])
    .flatMap((inner) => {
      const number = /^version-(\d{1,15})$/.exec(inner)?.[1];
      return number === undefined ? [] : (readVersion(recorder, { folder, name, number }) ?? []);
    })
    .sort((a, b) => Number(b.version) - Number(a.version));
  const there = new Set(versions.map(({ version }) => version));
  for (const version of versions) {
    version.aliases = aliases.flatMap((each) => (each.version === version.version ? [each.alias] : []));
  }
  return {
    name,
    creationTimestamp: meta && metaNumber(meta, 'creation_timestamp'),
    lastUpdatedTimestamp: meta && metaNumber(meta, 'last_updated_timestamp'),
    description: meta ? metaText(meta, 'description') : 'The meta.yaml of this model is damaged.',
    aliases: aliases
      .map((alias) => ({ ...alias, dangling: !there.has(alias.version) }))
      .sort((a, b) => compareBytes(a.alias, b.alias)),
    tags,
    versions,
    ...(meta ? {} : { damage: DAMAGE }),
  };
}

/** null where it was deleted, or is none. */
function readVersion(
  recorder: Recorder,
  { folder, name, number }: { folder: string; name: string; number: string },
): ModelVersion | null {
  const inner = `${folder}/version-${number}`;
  const file = `${inner}/meta.yaml`;
  if (recorder.look(file)?.isFolder !== false) {
    return null;
  }
  const meta = recordedMeta(recorder, file);
  if (meta && metaText(meta, 'current_stage') === DELETED_STAGE) {
    return null;
  }
  const text = (key: string): string | null => meta && metaText(meta, key);
  return {
    name,
    version: String(Number(number)),
    creationTimestamp: meta && metaNumber(meta, 'creation_timestamp'),
    lastUpdatedTimestamp: meta && metaNumber(meta, 'last_updated_timestamp'),
    description: meta ? text('description') : 'The meta.yaml of this version is damaged.',
    userId: text('user_id'),
    currentStage: text('current_stage') ?? 'None',
    source: text('source') ?? '',
    runId: text('run_id'),
    runLink: text('run_link'),
    status: text('status') ?? 'READY',
    statusMessage: text('status_message'),
    storageLocation: text('storage_location'),
    aliases: [],
    tags: recorder.textsIn(`${inner}/tags`),
    ...(meta ? {} : { damage: DAMAGE }),
  };
}
