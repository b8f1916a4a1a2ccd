import type { ModelVersion, RegisteredModel } from '../../mlflow/entities';
import { compareBytes } from '../../search/bytes';
import type { Disk } from './disk';
import { recordedMeta } from './inputs';
import { metaNumber, metaText } from './meta';
import { Recorded, type Recorder } from './recorded';

/** The tag by which a registered model is a prompt (reference mlflow.md, C.7). */
const PROMPT_TAG = 'mlflow.prompt.is_prompt';
/** Set at a version that was deleted: its folder stays (reference mlflow.md, B.4). */
const DELETED = 'Deleted_Internal';

/** The folder `models` of a store: the registry of MLflow >= 2.0. */
export class RegistryFolder {
  private readonly names: Recorded<string[] | null>;
  private readonly models = new Map<string, Recorded<RegisteredModel | null>>();

  constructor(
    private readonly disk: Disk,
    private readonly folder: string,
  ) {
    this.names = new Recorded(disk, (recorder) => recorder.list(folder)?.folders ?? null);
  }

  /** Whether the store has one at all. */
  get isThere(): boolean {
    return this.names.value !== null;
  }

  /** Without prompts, by name, their versions without deleted ones. May throw NotHere. */
  all(): RegisteredModel[] {
    return (this.names.value ?? []).flatMap((name) => this.model(name).value ?? []);
  }

  /** Looks whether models came or went. Whether any did. May throw NotHere. */
  look(): boolean {
    const isChanged = this.names.look();
    const names = new Set(this.names.value);
    for (const name of [...this.models.keys()].filter((known) => !names.has(known))) {
      this.models.delete(name);
    }
    return isChanged;
  }

  /** Each model, to be looked at: one that nobody asked for is read, so that from now on it is known what it was. */
  lookers(): (() => boolean)[] {
    return (this.names.value ?? []).map((name) => () => {
      const model = this.model(name);
      const isChanged = model.look();
      void model.value;
      return isChanged;
    });
  }

  private model(name: string): Recorded<RegisteredModel | null> {
    const known =
      this.models.get(name) ?? new Recorded(this.disk, (recorder) => readModel(recorder, this.folder, name));
    this.models.set(name, known);
    return known;
  }
}

function readModel(recorder: Recorder, registry: string, name: string): RegisteredModel | null {
  const folder = `${registry}/${name}`;
  const file = `${folder}/meta.yaml`;
  if (recorder.look(file)?.isFolder !== false) {
    return null;
  }
  const meta = recordedMeta(recorder, file);
  const tags = recorder.textsIn(`${folder}/tags`);
  if (tags.some(({ key, value }) => key === PROMPT_TAG && value.toLowerCase() === 'true')) {
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
  if (meta && metaText(meta, 'current_stage') === DELETED) {
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
  };
}
