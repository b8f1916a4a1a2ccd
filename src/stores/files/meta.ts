import { isMap, isPair, isScalar, type Node } from 'yaml';
import type { KeyValue } from '../../mlflow/entities';
import { readYamlDocument } from '../../mlflow/yaml';
import { compareBytes } from '../../search/bytes';

/** Bytes of a `meta.yaml` that is read: notes of models stand in it. */
export const MOST_META = 1 << 20;

/**
 * What a `meta.yaml` says: texts as they stand there, null for null, mappings; lists say nothing that is needed. Plain
 * scalars stay texts, as only their field says what they are: PyYAML writes the name `1e5` without quotes.
 */
export type Meta = ReadonlyMap<string, MetaValue>;
export type MetaValue = string | null | Meta;

/** A line that PyYAML's `safe_dump` writes for a short scalar: `key: plain` or `key: 'quoted'`. */
const LINE = /^([A-Za-z_]\w*): (.+)$/;
/** A plain scalar without any of YAML's marks. */
const PLAIN = /^-?[^\s!&*?|>%@`"'#,[\]{}:-][^#:]*$/;
const URI = /^[a-z][\w+.-]*:\/\/[^\s#]+$/;
const QUOTED = /^'((?:[^']|'')*)'$/;

/** @throws Error where the text is no mapping, or more than anybody writes */
export function readMeta(text: string): Meta {
  return quickly(text) ?? thoroughly(text);
}

/** What MLflow writes for nearly every run, in a hundredth of the time that a YAML reader takes; null for all else. */
function quickly(text: string): Meta | null {
  const meta = new Map<string, MetaValue>();
  const lines = text.split('\n');
  const last = lines.pop();
  if (last !== '' || lines.length === 0) {
    return null;
  }
  for (const line of lines) {
    const [, key, value] = LINE.exec(line) ?? [];
    if (key === undefined || value === undefined) {
      return null;
    }
    const quoted = QUOTED.exec(value);
    if (quoted) {
      meta.set(key, quoted[1]!.replaceAll("''", "'"));
    } else if (value === 'null') {
      meta.set(key, null);
    } else if (value === '[]' || value === '{}') {
      meta.set(key, new Map());
    } else if ((PLAIN.test(value) || URI.test(value)) && value !== '~' && value === value.trimEnd()) {
      meta.set(key, value);
    } else {
      return null;
    }
  }
  return meta;
}

function thoroughly(text: string): Meta {
  const { document } = readYamlDocument(text);
  if (document.errors[0]) {
    throw document.errors[0];
  }
  if (!isMap(document.contents)) {
    throw new Error('It is no list of names and values.');
  }
  return mapping(document.contents);
}

function mapping(node: Node): Meta {
  const meta = new Map<string, MetaValue>();
  for (const pair of isMap(node) ? node.items : []) {
    if (isPair(pair) && isScalar(pair.key)) {
      meta.set(String(pair.key.source ?? pair.key.value), valueOf(pair.value));
    }
  }
  return meta;
}

function valueOf(node: unknown): MetaValue {
  if (!isScalar(node)) {
    return isMap(node) ? mapping(node) : new Map();
  }
  return node.value === null ? null : typeof node.value === 'string' ? node.value : (node.source ?? '');
}

export function metaText(meta: Meta, key: string): string | null {
  const value = meta.get(key);
  return typeof value === 'string' ? value : null;
}

/** A time or a count; null for what is none. */
export function metaNumber(meta: Meta, key: string): number | null {
  const text = metaText(meta, key);
  const value = text === null || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** The texts of a mapping, by key. */
export function metaPairs(meta: Meta, key: string): KeyValue[] {
  const value = meta.get(key);
  return value instanceof Map
    ? [...(value as Meta)]
        .flatMap(([name, text]) => (typeof text === 'string' ? [{ key: name, value: text }] : []))
        .sort((a, b) => compareBytes(a.key, b.key))
    : [];
}

export function stageOf(meta: Meta): 'active' | 'deleted' {
  return metaText(meta, 'lifecycle_stage') === 'deleted' ? 'deleted' : 'active';
}
