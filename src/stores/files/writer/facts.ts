import type { Fact } from '../../../mlflow/writer';
import { DELETED_STAGE } from '../../../registry/rules';
import { TAG_RUN_NAME } from '../../../search/syntax';
import { metaNumber, metaText, stageOf, type Meta } from '../meta';
import type { Places } from './places';

/** What a fact's subject is in the folder now: as text, as the reader shows it; null where there is no such file or field. */
export function factOf(places: Places, subject: Fact['subject']): string | null {
  const { files } = places;
  switch (subject.kind) {
    case 'modelVersion': {
      const meta = versionMeta(places, subject.name, subject.version);
      return subject.field === 'currentStage'
        ? meta && stageOfVersion(meta)
        : registryField(meta, subject.field);
    }
    case 'versionsInStage': {
      const model = places.model(subject.name);
      const versions = model === null ? [] : places.versions(model);
      return versions
        .filter(({ number }) => {
          const meta = versionMeta(places, subject.name, String(number));
          return meta !== null && stageOfVersion(meta) === subject.stage;
        })
        .map(({ number }) => number)
        .join(',');
    }
    case 'alias': {
      const model = places.model(subject.name);
      return model === null ? null : (files.value(`${model}/aliases`, subject.alias)?.trim() ?? null);
    }
    case 'modelVersionTag': {
      const { name, version, key } = subject;
      const folder = versionMeta(places, name, version) && places.version(name, version);
      return folder === null ? null : files.value(`${folder}/tags`, key);
    }
    case 'registeredModel': {
      const model = places.model(subject.name);
      if (subject.field === 'exists') {
        return model === null ? null : 'true';
      }
      return model === null ? null : registryField(files.meta(model), subject.field);
    }
    case 'registeredModelTag': {
      const model = places.model(subject.name);
      return model === null ? null : files.value(`${model}/tags`, subject.key);
    }
    case 'run': {
      const folder = places.run(subject.runId);
      const meta = folder === null ? null : files.meta(folder);
      if (folder === null || meta === null) {
        return null;
      }
      return subject.field === 'name'
        ? // MLflow <= 1.29 has the name in the tag only.
          metaText(meta, 'run_name') || (files.value(`${folder}/tags`, TAG_RUN_NAME) ?? '')
        : stageOf(meta);
    }
    case 'tag': {
      const folder = places.run(subject.runId);
      return folder === null ? null : files.value(`${folder}/tags`, subject.key);
    }
    case 'experiment': {
      const place = places.experiment(subject.experimentId);
      if (!place) {
        return null;
      }
      return subject.field === 'name'
        ? places.text(place.folder, 'name')
        : place.isDeleted
          ? 'deleted'
          : 'active';
    }
    case 'experimentTag': {
      const place = places.experiment(subject.experimentId);
      return place === null ? null : files.value(`${place.folder}/tags`, subject.key);
    }
    case 'experimentNamed':
      return stageOfNamed(places, subject.name);
    case 'loggedModel': {
      const folder = places.loggedModel(subject.modelId);
      return folder === null ? null : (places.text(folder, 'artifact_location') ?? '');
    }
  }
}

/** null also where it was deleted. */
function versionMeta(places: Places, name: string, version: string): Meta | null {
  const folder = places.version(name, version);
  const meta = folder === null ? null : places.files.meta(folder);
  return meta && stageOfVersion(meta) !== DELETED_STAGE ? meta : null;
}

function stageOfVersion(meta: Meta): string {
  return metaText(meta, 'current_stage') ?? 'None';
}

function registryField(meta: Meta | null, field: 'description' | 'lastUpdatedTimestamp'): string | null {
  if (!meta) {
    return null;
  }
  if (field === 'description') {
    return metaText(meta, 'description');
  }
  const time = metaNumber(meta, 'last_updated_timestamp');
  return time === null ? null : String(time);
}

/** An experiment whose meta.yaml is damaged has no name. */
function stageOfNamed(places: Places, name: string): string | null {
  const found = places.experiments().find(({ folder }) => {
    try {
      return places.text(folder, 'name') === name;
    } catch {
      return false;
    }
  });
  return found ? (found.isDeleted ? 'deleted' : 'active') : null;
}
