import { StoreError } from '../../../mlflow/errors';
import { EXPERIMENT_ID } from '../tree';
import { RESERVED, RUN_ID } from '../experiment';
import { metaText, type Meta } from '../meta';
import type { StoreFiles } from './storeFiles';

/** An experiment's folder. */
export interface ExperimentPlace {
  experimentId: string;
  folder: string;
  /** It lies among the deleted ones, which is what makes it one (FileStore._get_experiment). */
  isDeleted: boolean;
}

/** Where things lie in an mlruns folder (reference mlflow.md, B.2). What a link leads to is not there. */
export class Places {
  constructor(readonly files: StoreFiles) {}

  get trash(): string {
    return `${this.files.root}/.trash`;
  }

  /** null where there is none. */
  experiment(experimentId: string): ExperimentPlace | null {
    if (!EXPERIMENT_ID.test(experimentId)) {
      return null;
    }
    const places = [
      { folder: `${this.files.root}/${experimentId}`, isDeleted: false },
      { folder: `${this.trash}/${experimentId}`, isDeleted: true },
    ];
    const found = places.find(({ folder }) => this.files.isFile(`${folder}/meta.yaml`));
    return found ? { experimentId, ...found } : null;
  }

  /** @throws StoreError RESOURCE_DOES_NOT_EXIST */
  mustExperiment(experimentId: string): ExperimentPlace {
    const place = this.experiment(experimentId);
    if (!place) {
      throw new StoreError(
        'RESOURCE_DOES_NOT_EXIST',
        `There is no experiment ${experimentId} in this store.`,
      );
    }
    return place;
  }

  experiments(): ExperimentPlace[] {
    const { root } = this.files;
    const ids = [...this.files.folders(root), ...this.files.folders(this.trash)];
    return [...new Set(ids)].flatMap((id) => this.experiment(id) ?? []);
  }

  runs({ folder }: ExperimentPlace): string[] {
    return this.files
      .folders(folder)
      .filter((name) => RUN_ID.test(name) && !RESERVED.has(name))
      .map((name) => `${folder}/${name}`)
      .filter((run) => this.files.isFile(`${run}/meta.yaml`));
  }

  /** The folder of a run; null where there is none. */
  run(runId: string): string | null {
    return RUN_ID.test(runId) && !RESERVED.has(runId) ? this.inExperiments(runId) : null;
  }

  /** @throws StoreError RESOURCE_DOES_NOT_EXIST */
  mustRun(runId: string): string {
    const folder = this.run(runId);
    if (folder === null) {
      throw new StoreError('RESOURCE_DOES_NOT_EXIST', `There is no run ${runId} in this store.`);
    }
    return folder;
  }

  loggedModel(modelId: string): string | null {
    return RUN_ID.test(modelId) ? this.inExperiments(`models/${modelId}`) : null;
  }

  get registry(): string {
    return `${this.files.root}/models`;
  }

  /** Where a registered model of that name lies or would lie. @throws StoreError INVALID_PARAMETER_VALUE */
  modelFolder(name: string): string {
    if (!isName(name)) {
      throw new StoreError('INVALID_PARAMETER_VALUE', `"${name}" cannot be the name of a folder.`);
    }
    return `${this.registry}/${name}`;
  }

  /** null where there is none. */
  model(name: string): string | null {
    return isName(name) && this.files.isFile(`${this.registry}/${name}/meta.yaml`)
      ? `${this.registry}/${name}`
      : null;
  }

  models(): string[] {
    return this.files
      .folders(this.registry)
      .map((name) => `${this.registry}/${name}`)
      .filter((folder) => this.files.isFile(`${folder}/meta.yaml`));
  }

  /** All versions of a model by number, deleted ones too: their numbers are not used again. */
  versions(model: string): { number: number; folder: string }[] {
    return this.files
      .folders(model)
      .flatMap((name) => {
        const number = /^version-(\d{1,15})$/.exec(name)?.[1];
        const folder = `${model}/${name}`;
        return number !== undefined && this.files.isFile(`${folder}/meta.yaml`)
          ? [{ number: Number(number), folder }]
          : [];
      })
      .sort((a, b) => a.number - b.number);
  }

  /** null where there is none; a deleted one is there. */
  version(name: string, version: string): string | null {
    const model = this.model(name);
    const folder = `${model}/version-${version}`;
    return model !== null && /^\d{1,15}$/.test(version) && this.files.isFile(`${folder}/meta.yaml`)
      ? folder
      : null;
  }

  /** Of the newest of some folders that say one of these fields, which of them it says: so is what is made beside it. */
  fieldsLike<Field extends string>(folders: readonly string[], fields: Record<Field, unknown>): Field[] {
    const known = Object.keys(fields) as Field[];
    for (const folder of folders) {
      let meta: Meta | null = null;
      try {
        meta = this.files.meta(folder);
      } catch {
        // A damaged one is no example.
      }
      if (meta) {
        return known.filter((field) => meta.has(field));
      }
    }
    return [];
  }

  text(folder: string, field: string): string | null {
    const meta = this.files.meta(folder);
    return meta && metaText(meta, field);
  }

  private inExperiments(inner: string): string | null {
    const { root } = this.files;
    for (const parent of [root, this.trash]) {
      for (const experimentId of this.files.folders(parent).filter((name) => EXPERIMENT_ID.test(name))) {
        const folder = `${parent}/${experimentId}/${inner}`;
        if (this.files.isFile(`${folder}/meta.yaml`)) {
          return folder;
        }
      }
    }
    return null;
  }
}

/** Whether a text is a name that a folder can have here. */
function isName(name: string): boolean {
  return (
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    !/[/\0]/.test(name) &&
    !(process.platform === 'win32' && /[\\:*?"<>|]/.test(name))
  );
}
