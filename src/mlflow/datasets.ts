import { digestCoverage } from './datasetDigest';
import { formatSize, plainText } from './format';
import { valueOf, type DatasetInput, type KeyValue } from './entities';
import { parseJson } from './json';
import { fields, type SignatureField } from './schema';

export interface SchemaPart {
  title: 'columns' | 'features' | 'targets';
  fields: SignatureField[];
}

/** A dataset as a page shows it: MLflow stores its parts as JSON texts (reference mlflow.md, A.2). */
export interface DatasetSummary {
  name: string;
  digest: string;
  /** What an equal digest says of the data, as sentences; null where that is not known. */
  covers: string | null;
  /** `mlflow.data.context`: "train", "eval"…; null where it was logged without. */
  context: string | null;
  sourceType: string;
  /** Where it came from: a URI or a path, or the source and commit of the code that made it. */
  source: string;
  /** null where no schema was logged. */
  schema: SchemaPart[] | null;
  profile: KeyValue[];
}

export function summarizeDataset({ dataset, tags }: DatasetInput): DatasetSummary {
  return {
    name: dataset.name,
    digest: dataset.digest,
    covers: digestCoverage(dataset)?.text ?? null,
    context: valueOf(tags, 'mlflow.data.context') ?? null,
    sourceType: dataset.sourceType,
    source: placeOf(dataset.source) ?? plainText(dataset.source, LONGEST_SOURCE),
    schema: schemaOf(dataset.schema),
    profile: profileOf(dataset.profile),
  };
}

function profileOf(profile: string | null): KeyValue[] {
  return profile !== null && profile.length > LONGEST
    ? [{ key: 'profile', value: `${formatSize(profile.length)} of JSON: too large to be shown here` }]
    : entries(parse(profile));
}

/** Where a dataset came from, out of the JSON that MLflow keeps of it; null where that does not say. */
export function placeOf(source: string): string | null {
  const value = parse(source);
  for (const name of ['uri', 'url', 'path', 'table_name', 'name']) {
    const found = field(value, name);
    if (typeof found === 'string') {
      return found;
    }
  }
  const tags = field(value, 'tags');
  const file = field(tags, 'mlflow.source.name');
  const commit = field(tags, 'mlflow.source.git.commit');
  return typeof file === 'string'
    ? `${file}${typeof commit === 'string' ? ` @ ${commit.slice(0, 7)}` : ''}`
    : null;
}

/** Its columns, or the arrays of its features and targets; null where none were logged. */
export function schemaOf(schema: string | null): SchemaPart[] | null {
  const value = parse(schema);
  const columns = fields(field(value, 'mlflow_colspec'));
  if (columns) {
    return [{ title: 'columns', fields: columns }];
  }
  const tensors = field(value, 'mlflow_tensorspec');
  const parts = (['features', 'targets'] as const).flatMap((title) => {
    const found = fields(field(tensors, title));
    return found ? [{ title, fields: found }] : [];
  });
  return parts.length > 0 ? parts : null;
}

function entries(value: unknown): KeyValue[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).map(([key, inner]) => ({
        key,
        value: typeof inner === 'string' ? inner : (JSON.stringify(inner) ?? ''),
      }))
    : [];
}

const LONGEST_SOURCE = 2000;

/** Characters; MLflow itself keeps a schema of at most 1 MiB, and pages wait for what is parsed. */
const LONGEST = 1 << 20;

function parse(text: string | null): unknown {
  try {
    return text === null || text.length > LONGEST ? null : parseJson(text);
  } catch {
    return null;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
