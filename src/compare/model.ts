import { plainText } from '../mlflow/format';
import type { ArtifactOwner } from '../mlflow/store';
import { parseYaml } from '../mlflow/yaml';
import { schemaColumns } from './data';

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
  const parsed = parse(text);
  if (!isRecord(parsed)) {
    return [];
  }
  const rows: [string, string][] = [];
  const flavors = isRecord(parsed.flavors) ? parsed.flavors : {};
  const names = Object.keys(flavors);
  if (names.length > 0) {
    rows.push(['flavors', names.toSorted().join(', ')]);
  }
  for (const name of names) {
    const flavor = isRecord(flavors[name]) ? flavors[name] : {};
    const label = plainText(name, LONGEST_NAME);
    for (const [key, value] of Object.entries(flavor)) {
      if (/(_version|^loader_module|^serialization_format|^model_class)$/.test(key) && isSimple(value)) {
        rows.push([`${label} › ${key}`, String(value)]);
      }
    }
  }
  for (const key of ['mlflow_version', 'model_type']) {
    const value = parsed[key];
    if (isSimple(value)) {
      rows.push([key, String(value)]);
    }
  }
  const signature = isRecord(parsed.signature) ? parsed.signature : {};
  for (const part of ['inputs', 'outputs', 'params']) {
    const schema = signature[part];
    if (typeof schema === 'string') {
      for (const [column, type] of schemaColumns(schema)) {
        rows.push([`signature › ${part} › ${column}`, type]);
      }
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

function isSimple(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function parse(text: string | null): unknown {
  try {
    return text === null ? null : parseYaml(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
