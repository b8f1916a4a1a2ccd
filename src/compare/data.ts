import { digestCoverage, type DigestCoverage } from '../mlflow/datasetDigest';
import { valueOf, type Dataset, type DatasetInput } from '../mlflow/entities';
import { plainText } from '../mlflow/format';
import { parseJson } from '../mlflow/json';

const LONGEST_CONTEXT = 100;

/** A run's datasets as rows: name, digest, size and columns, by what each was used for. */
export function dataRows(inputs: readonly DatasetInput[]): Map<string, string> {
  const rows = new Map<string, string>();
  for (const { label, dataset } of labelled(inputs)) {
    rows.set(`${label} › name`, dataset.name);
    rows.set(digestKey(label), dataset.digest);
    const source = sourceText(dataset.source);
    if (source !== null) {
      rows.set(`${label} › source`, source);
    }
    for (const [key, value] of profileRows(dataset.profile)) {
      rows.set(`${label} › ${key}`, value);
    }
    for (const [column, type] of schemaColumns(dataset.schema)) {
      rows.set(`${label} › column ${column}`, type);
    }
  }
  return rows;
}

/** What the digests of a run's datasets cover, by their rows' keys; without those whose kind is not known. */
export function digestsCovered(inputs: readonly DatasetInput[]): Map<string, DigestCoverage> {
  return new Map(
    labelled(inputs).flatMap(({ label, dataset }) => {
      const covered = digestCoverage(dataset);
      return covered ? [[digestKey(label), covered] as const] : [];
    }),
  );
}

/** A digest may be all digits and is no number. */
export function isDigestRow(section: string, key: string): boolean {
  return section === 'data' && key.endsWith(DIGEST);
}

const DIGEST = ' › digest';

function digestKey(label: string): string {
  return `${label}${DIGEST}`;
}

/** By what each was used for, numbered where several were used for the same. */
function labelled(inputs: readonly DatasetInput[]): { label: string; dataset: Dataset }[] {
  const used = new Map<string, number>();
  return inputs.map(({ dataset, tags }) => {
    // It stands before each column.
    const context = plainText(valueOf(tags, 'mlflow.data.context') ?? 'dataset', LONGEST_CONTEXT);
    const count = (used.get(context) ?? 0) + 1;
    used.set(context, count);
    return { label: count === 1 ? context : `${context} ${count}`, dataset };
  });
}

/** The columns of a dataset's or a signature's schema with their types. */
export function schemaColumns(schema: string | null): [string, string][] {
  const parsed = parse(schema);
  const spec = Array.isArray(parsed)
    ? parsed
    : isRecord(parsed) && Array.isArray(parsed.mlflow_colspec)
      ? parsed.mlflow_colspec
      : isRecord(parsed)
        ? tensors(parsed.mlflow_tensorspec)
        : [];
  return (spec as unknown[]).flatMap((column, index): [string, string][] => {
    if (!isRecord(column)) {
      return [];
    }
    const name = typeof column.name === 'string' ? column.name : String(index);
    return [[name, columnType(column)]];
  });
}

/** Features of arrays are a schema written inside the schema. */
function tensors(spec: unknown): unknown[] {
  if (Array.isArray(spec)) {
    return spec as unknown[];
  }
  const features = isRecord(spec) ? spec.features : null;
  const inner = typeof features === 'string' ? parse(features) : features;
  return Array.isArray(inner)
    ? (inner as unknown[]).map((item) => (isRecord(item) ? { name: 'features', ...item } : item))
    : [];
}

function columnType(column: Record<string, unknown>): string {
  const tensor = column['tensor-spec'];
  if (isRecord(tensor)) {
    return `tensor ${String(tensor.dtype)} ${JSON.stringify(tensor.shape)}`;
  }
  const type = typeof column.type === 'string' ? column.type : 'unknown';
  return column.required === false ? `${type}, optional` : type;
}

function profileRows(profile: string | null): [string, string][] {
  const parsed = parse(profile);
  if (!isRecord(parsed)) {
    return [];
  }
  return Object.entries(parsed).flatMap(([key, value]): [string, string][] =>
    typeof value === 'number' || typeof value === 'string'
      ? [[key === 'num_rows' ? 'rows' : key === 'num_elements' ? 'elements' : key, String(value)]]
      : [],
  );
}

function sourceText(source: string): string | null {
  const parsed = parse(source);
  if (!isRecord(parsed)) {
    return source === '' ? null : source;
  }
  const place = parsed.uri ?? parsed.url ?? parsed.path;
  return typeof place === 'string' ? place : null;
}

function parse(text: string | null): unknown {
  try {
    return text === null ? null : parseJson(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
