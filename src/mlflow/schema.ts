/**
 * The schemas of signatures and of datasets, as MLflow writes them (mlflow/types/schema.py, `to_dict`; reference
 * mlflow.md, A.2 and G.1): lists of columns, tensors and params.
 */
import { parseJson } from './json';

/** A column, tensor or param as it is written. */
export type Spec = Readonly<Record<string, unknown>>;

/** The same, read. */
export interface SignatureField {
  /** null for an unnamed tensor. */
  name: string | null;
  /** As MLflow writes types: `double`, `Array(double)`, `Tensor (float64, (-1, 4))`, `{a: string (optional)}`. */
  type: string;
  required: boolean;
  /** Of a param. */
  default: string | null;
}

/** Types within types that are followed: MLflow writes a few, a stranger any number. */
export const MAX_DEPTH = 12;

/** The fields of a schema: a JSON string, or since some versions the list itself; null where it is neither. */
export function specsOf(schema: unknown): Spec[] | null {
  let value = schema;
  if (typeof schema === 'string') {
    try {
      value = parseJson(schema);
    } catch {
      return null;
    }
  }
  return Array.isArray(value) ? value.map(specOf) : null;
}

/** The fields of a schema, read; null where there are none. */
export function fields(schema: unknown): SignatureField[] | null {
  return specsOf(schema)?.map(toField) ?? null;
}

/** An object's fields; none of what is no object. */
export function specOf(value: unknown): Spec {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Spec) : {};
}

export function isRequired(spec: Spec): boolean {
  return spec['required'] !== false && spec['optional'] !== true;
}

/** As MLflow prints it. */
export function typeText(spec: Spec): string {
  const shape = spec['shape'];
  return Array.isArray(shape)
    ? `${wordOf(spec['type']) ?? wordOf(spec['dtype']) ?? 'any'}, shape ${shapeText(shape)}`
    : nestedType(spec, 0);
}

function toField(spec: Spec): SignatureField {
  const isParam = Object.hasOwn(spec, 'default');
  return {
    name: wordOf(spec['name']),
    type: typeText(spec),
    required: isRequired(spec),
    default: isParam ? (JSON.stringify(spec['default']) ?? null) : null,
  };
}

function nestedType(spec: Spec, depth: number): string {
  const type = wordOf(spec['type']) ?? wordOf(spec['dtype']) ?? 'any';
  if (depth > MAX_DEPTH) {
    return '…';
  }
  switch (type) {
    case 'tensor': {
      const tensor = specOf(spec['tensor-spec']);
      return `Tensor (${wordOf(tensor['dtype']) ?? 'any'}, ${shapeText(tensor['shape'])})`;
    }
    case 'array':
      return `Array(${nestedType(specOf(spec['items']), depth + 1)})`;
    case 'map':
      return `Map(str -> ${nestedType(specOf(spec['values']), depth + 1)})`;
    case 'object':
      return `{${Object.entries(specOf(spec['properties']))
        .map(([name, property]) => {
          const inner = specOf(property);
          return `${name}: ${nestedType(inner, depth + 1)}${isRequired(inner) ? '' : ' (optional)'}`;
        })
        .join(', ')}}`;
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

/** A word, number or truth value as text; null for anything else. */
export function wordOf(value: unknown): string | null {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : null;
}
