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

const QUOTE = 39;
/** Other ways to write null, a comment, a key. */
const NOT_PLAIN = /^null$|:[ \t]|[ \t]#/i;
const NOTHING: Meta = new Map();

/** @throws Error where the text is no mapping, or more than anybody writes */
export function readMeta(text: string): Meta {
  return quickly(text) ?? readAnyMeta(text);
}

/**
 * What MLflow writes for nearly every run, lines of `key: plain` and `key: 'quoted'`, in a hundredth of the time that a YAML
 * reader takes; null for all else.
 */
function quickly(text: string): Meta | null {
  const meta = new Map<string, MetaValue>();
  let from = 0;
  for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
    const colon = text.indexOf(': ', from);
    if (colon <= from || colon >= to || !isLetter(text.charCodeAt(from))) {
      return null;
    }
    const key = text.slice(from, colon);
    const value = scalar(text.slice(colon + 2, to));
    if (value === undefined || key.includes(' ')) {
      return null;
    }
    meta.set(key, value);
    from = to + 1;
  }
  return from === text.length && from > 0 ? meta : null;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

/** A colon or blank space: no plain scalar ends so. */
function isEnd(code: number): boolean {
  return code === 58 || code === 32 || code === 9 || code === 13;
}

/** undefined for what is not told so quickly. */
function scalar(text: string): MetaValue | undefined {
  const first = text.charCodeAt(0);
  // A digit, "/" and "." begin most values.
  if (isLetter(first) || (first >= 46 && first <= 57)) {
    if (text === 'null') {
      return null;
    }
    const isPlain = !NOT_PLAIN.test(text) && !isEnd(text.charCodeAt(text.length - 1));
    return isPlain ? text : undefined;
  }
  if (text === '[]' || text === '{}') {
    return NOTHING;
  }
  if (first !== QUOTE || text.charCodeAt(text.length - 1) !== QUOTE || text.length < 2) {
    return undefined;
  }
  const inner = text.slice(1, -1);
  if (!inner.includes("'")) {
    return inner;
  }
  const plain = inner.replaceAll("''", '');
  return plain.includes("'") ? undefined : inner.replaceAll("''", "'");
}

/** The same by a YAML reader. @throws Error as `readMeta` */
export function readAnyMeta(text: string): Meta {
  const { document } = readYamlDocument(text);
  if (document.errors[0]) {
    throw document.errors[0];
  }
  if (!isMap(document.contents)) {
    throw new Error('It is not a list of names and values.');
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
