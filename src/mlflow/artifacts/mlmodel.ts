import { trackingLines } from '../workspace';
import type { KeyValue } from '../entities';
import { parseJson } from '../json';
import { parseYaml } from '../yaml';

/** A column, tensor or param of a model's signature. */
export interface SignatureField {
  /** null for an unnamed tensor. */
  name: string | null;
  /** As MLflow writes types: `double`, `Array(double)`, `Tensor (float64, (-1, 4))`, `{a: string (optional)}`. */
  type: string;
  required: boolean;
  /** Of a param. */
  default: string | null;
}

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
  inputExample: { path: string; type: string } | null;
  metadata: KeyValue[];
}

const MAX_DEPTH = 12;

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
    pythonVersion: textOf(field(field(flavors, 'python_function'), 'python_version')),
    mlflowVersion: textOf(field(value, 'mlflow_version')),
    created: textOf(field(value, 'utc_time_created')),
    sizeBytes: number(field(value, 'model_size_bytes')),
    runId: textOf(field(value, 'run_id')),
    modelId: textOf(field(value, 'model_id')),
    inputExample: example
      ? { path: textOf(field(example, 'artifact_path')) ?? '', type: textOf(field(example, 'type')) ?? '' }
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

/** The columns of a schema: a JSON string, or since some versions the list itself. */
export function fields(schema: unknown): SignatureField[] | null {
  let value = schema;
  if (typeof schema === 'string') {
    try {
      value = parseJson(schema);
    } catch {
      return null;
    }
  }
  return Array.isArray(value) ? value.map(toField) : null;
}

function toField(spec: unknown): SignatureField {
  const isParam = typeof spec === 'object' && spec !== null && Object.hasOwn(spec, 'default');
  return {
    name: textOf(field(spec, 'name')),
    type: isParam ? paramType(spec) : typeText(spec, 0),
    required: field(spec, 'required') !== false && field(spec, 'optional') !== true,
    default: isParam ? (JSON.stringify(field(spec, 'default')) ?? null) : null,
  };
}

function paramType(spec: unknown): string {
  const type = textOf(field(spec, 'type')) ?? textOf(field(spec, 'dtype')) ?? 'any';
  const shape = field(spec, 'shape');
  return Array.isArray(shape)
    ? `${type}, shape ${shapeText(shape)}`
    : typeText({ ...asObject(spec), type }, 0);
}

function typeText(spec: unknown, depth: number): string {
  const type = textOf(field(spec, 'type')) ?? 'any';
  if (depth > MAX_DEPTH) {
    return '…';
  }
  switch (type) {
    case 'tensor': {
      const tensor = field(spec, 'tensor-spec');
      return `Tensor (${textOf(field(tensor, 'dtype')) ?? 'any'}, ${shapeText(field(tensor, 'shape'))})`;
    }
    case 'array':
      return `Array(${typeText(field(spec, 'items'), depth + 1)})`;
    case 'map':
      return `Map(str -> ${typeText(field(spec, 'values'), depth + 1)})`;
    case 'object': {
      const properties = Object.entries(asObject(field(spec, 'properties')));
      return `{${properties
        .map(
          ([name, property]) =>
            `${name}: ${typeText(property, depth + 1)}${field(property, 'required') === false ? ' (optional)' : ''}`,
        )
        .join(', ')}}`;
    }
    default:
      return type;
  }
}

function shapeText(shape: unknown): string {
  if (!Array.isArray(shape)) {
    return '?';
  }
  const sizes = shape.map(String);
  return `(${sizes.join(', ')}${sizes.length === 1 ? ',' : ''})`;
}

function pairs(value: unknown): KeyValue[] {
  return Object.entries(asObject(value))
    .filter(([, inner]) => inner !== null)
    .map(([key, inner]) => ({ key, value: textOf(inner) ?? JSON.stringify(inner) ?? '' }));
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
