import { trackingLines } from '../workspace';
import type { KeyValue } from '../entities';
import { fields, specOf, specsOf, wordOf, type SignatureField, type Spec } from '../schema';
import { parseYaml } from '../yaml';

export interface ModelSignature {
  inputs: SignatureField[] | null;
  outputs: SignatureField[] | null;
  params: SignatureField[] | null;
}

export interface ModelFlavor {
  name: string;
  /** Its settings as written, nested ones as JSON. */
  settings: KeyValue[];
}

/** What an `MLmodel` file says (reference mlflow.md, G.1). */
export interface ModelExplanation {
  flavors: ModelFlavor[];
  signature: ModelSignature | null;
  pythonVersion: string | null;
  mlflowVersion: string | null;
  /** As written, UTC. */
  created: string | null;
  sizeBytes: number | null;
  runId: string | null;
  modelId: string | null;
  /** What it is for, where its library says so. */
  modelType: string | null;
  inputExample: { path: string; type: string } | null;
  metadata: KeyValue[];
}

/** Reads an `MLmodel` file; null where the text is none. */
export function explainModel(text: string): ModelExplanation | null {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch {
    return null;
  }
  const flavors = field(value, 'flavors');
  if (typeof flavors !== 'object' || flavors === null || Array.isArray(flavors)) {
    return null;
  }
  const example = field(value, 'saved_input_example_info');
  return {
    flavors: Object.entries(flavors).map(([name, settings]) => ({ name, settings: pairs(settings) })),
    signature: signatureOf(field(value, 'signature')),
    pythonVersion: wordOf(field(field(flavors, 'python_function'), 'python_version')),
    mlflowVersion: wordOf(field(value, 'mlflow_version')),
    created: wordOf(field(value, 'utc_time_created')),
    sizeBytes: number(field(value, 'model_size_bytes')),
    runId: wordOf(field(value, 'run_id')),
    modelId: wordOf(field(value, 'model_id')),
    modelType: wordOf(field(value, 'model_type')),
    inputExample: example
      ? { path: wordOf(field(example, 'artifact_path')) ?? '', type: wordOf(field(example, 'type')) ?? '' }
      : null,
    metadata: pairs(field(value, 'metadata')),
  };
}

/** Code that loads a model: the generic way, and that of each flavour with a loader of its own. */
export function loadingSnippets(
  modelUri: string,
  trackingUri: string,
  flavors: readonly string[],
): { flavor: string; code: string }[] {
  const snippet = (module: string): string =>
    [
      ...trackingLines(trackingUri),
      `model = mlflow.${module}.load_model(${pythonString(modelUri)})`,
      '',
    ].join('\n');
  return [
    { flavor: 'python_function', code: snippet('pyfunc') },
    ...flavors
      .filter((flavor) => flavor !== 'python_function' && /^[a-z][a-z0-9_]*$/.test(flavor))
      .map((flavor) => ({ flavor, code: snippet(flavor) })),
  ].filter(({ flavor }) => flavors.length === 0 || flavors.includes(flavor));
}

/** JSON's string notation is Python's too, but for characters above U+FFFF, which Python takes as they are. */
function pythonString(text: string): string {
  return JSON.stringify(text);
}

/** The fields of a signature's parts as they are written; null where the text has no signature, or not that part. */
export function signatureSpecs(
  mlmodel: string | null,
): Record<'inputs' | 'outputs' | 'params', Spec[] | null> | null {
  try {
    const signature = field(mlmodel === null ? null : parseYaml(mlmodel), 'signature');
    return typeof signature === 'object' && signature !== null && !Array.isArray(signature)
      ? {
          inputs: specsOf(field(signature, 'inputs')),
          outputs: specsOf(field(signature, 'outputs')),
          params: specsOf(field(signature, 'params')),
        }
      : null;
  } catch {
    return null;
  }
}

function signatureOf(signature: unknown): ModelSignature | null {
  if (typeof signature !== 'object' || signature === null) {
    return null;
  }
  return {
    inputs: fields(field(signature, 'inputs')),
    outputs: fields(field(signature, 'outputs')),
    params: fields(field(signature, 'params')),
  };
}

function pairs(value: unknown): KeyValue[] {
  return Object.entries(specOf(value))
    .filter(([, inner]) => inner !== null)
    .map(([key, inner]) => ({ key, value: wordOf(inner) ?? JSON.stringify(inner) ?? '' }));
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
