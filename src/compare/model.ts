import { explainModel } from '../mlflow/artifacts/mlmodel';
import { plainText } from '../mlflow/format';
import type { ArtifactOwner } from '../mlflow/store';
import { fieldRows } from './data';

/** What a run's or a version's model says of itself. */
export interface ModelFacts {
  name: string;
  /** Text of its MLmodel file; null where it was not found. */
  mlmodel: string | null;
  /** Bytes of all its files; null where they are not here. */
  size: number | null;
  /** Environment files logged with it, by name. */
  environment: Map<string, string>;
  /** The example of its input, as it was logged; missing where there is none. */
  inputExample?: string;
  /** Whose artifacts it is among. */
  owner?: ArtifactOwner;
}

/** Characters of a name that stands before each of its rows. */
const LONGEST_NAME = 100;

/** A model as rows: flavours, signature, size, versions (MLmodel: mlflow.md, G.1). */
export function modelRows(models: readonly ModelFacts[]): Map<string, string> {
  const rows = new Map<string, string>();
  models.forEach((model, index) => {
    const prefix = models.length > 1 ? `${plainText(model.name, LONGEST_NAME) || String(index + 1)} › ` : '';
    if (model.size !== null) {
      rows.set(`${prefix}size`, String(model.size));
    }
    for (const [key, value] of mlmodelRows(model.mlmodel)) {
      rows.set(prefix + key, value);
    }
    if (model.inputExample !== undefined) {
      rows.set(`${prefix}input example`, model.inputExample);
    }
  });
  return rows;
}

function mlmodelRows(text: string | null): [string, string][] {
  const model = text === null ? null : explainModel(text);
  if (!model) {
    return [];
  }
  const rows: [string, string][] = [];
  if (model.flavors.length > 0) {
    rows.push([
      'flavors',
      model.flavors
        .map(({ name }) => name)
        .toSorted()
        .join(', '),
    ]);
  }
  for (const { name, settings } of model.flavors) {
    const label = plainText(name, LONGEST_NAME);
    for (const { key, value } of settings) {
      if (/(_version|^loader_module|^serialization_format|^model_class)$/.test(key)) {
        rows.push([`${label} › ${key}`, value]);
      }
    }
  }
  for (const [key, value] of [
    ['mlflow_version', model.mlflowVersion],
    ['model_type', model.modelType],
  ] as const) {
    if (value !== null) {
      rows.push([key, value]);
    }
  }
  for (const part of ['inputs', 'outputs', 'params'] as const) {
    for (const [column, type] of fieldRows(model.signature?.[part] ?? [])) {
      rows.push([`signature › ${part} › ${column}`, type]);
    }
  }
  return rows;
}

/**
 * The file of a model's input example, from its MLmodel as MLflow writes it (models/model.py: block style); null where
 * it has none. By its lines: the file decides what to read next, and is parsed in a worker.
 */
export function inputExampleFile(mlmodel: string): string | null {
  const lines = mlmodel.split('\n');
  const start = lines.findIndex((line) => line.startsWith('saved_input_example_info:')) + 1;
  for (let at = start; start > 0 && /^\s+\S/.test(lines[at] ?? ''); at++) {
    const path = /^\s+artifact_path: ([\w.-]+\.json)\s*$/.exec(lines[at]!)?.[1];
    if (path !== undefined) {
      return path;
    }
  }
  return null;
}

/** The flavour that says most of a model: any but python_function. */
export function mainFlavor(rows: ReadonlyMap<string, string>): string | null {
  const flavors = (rows.get('flavors') ?? '').split(', ').filter((name) => name !== '');
  return flavors.find((name) => name !== 'python_function') ?? flavors[0] ?? null;
}
