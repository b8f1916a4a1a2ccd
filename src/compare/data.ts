import { placeOf, schemaOf } from '../mlflow/datasets';
import { digestCoverage, type DigestCoverage } from '../mlflow/datasetDigest';
import { valueOf, type Dataset, type DatasetInput } from '../mlflow/entities';
import { plainText } from '../mlflow/format';
import { parseJson } from '../mlflow/json';
import type { SignatureField } from '../mlflow/schema';

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

/** The columns of a dataset's schema with their types; of arrays, the features and the targets. */
export function schemaColumns(schema: string | null): [string, string][] {
  return (schemaOf(schema) ?? []).flatMap(({ title, fields }) =>
    title === 'columns'
      ? fieldRows(fields)
      : fieldRows(fields).map(([name, type], index): [string, string] => [
          fields[index]!.name ?? (fields.length === 1 ? title : `${title} ${name}`),
          type,
        ]),
  );
}

/** The columns of a schema with their types; one without a name by its place, from 0. */
export function fieldRows(fields: readonly SignatureField[]): [string, string][] {
  return fields.map(({ name, type, required }, index) => [
    name ?? String(index),
    required ? type : `${type}, optional`,
  ]);
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

/** Where it came from; null where there is only JSON that does not say. */
function sourceText(source: string): string | null {
  return placeOf(source) ?? (source === '' || isRecord(parse(source)) ? null : source);
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
