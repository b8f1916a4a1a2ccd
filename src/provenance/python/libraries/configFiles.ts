import { parse as parseToml } from 'smol-toml';
import { isAlias, isMap, isNode, isPair, isScalar, isSeq } from 'yaml';
import { parseDotenv } from '../../../mlflow/dotenv';
import { readYamlDocument, type YamlDocument } from '../../../mlflow/yaml';
import { tails } from '../../tails';
import type { Machine } from '../machine';
import { dirname } from '../machine';
import { listOf } from '../iteration';
import { constant, UNKNOWN, type DictData, type Origin, type Value } from '../values';

/** How `__file__` begins: a path inside the repository, wherever the program ran. */
export const REPOSITORY_ROOT = '/@repository/';

/**
 * The file of the repository that a path of the program names. The working directory is not recorded: a relative
 * path is looked for from the root, the script's folder and those above the file that opens it, and where two
 * places have it, neither is taken.
 */
export function findFile(m: Machine, path: string, importer: string): string | null {
  if (path.startsWith(REPOSITORY_ROOT)) {
    const inside = normalize(path.slice(REPOSITORY_ROOT.length));
    return inside !== null && m.files.exists(inside) ? inside : null;
  }
  const absolute = path.startsWith('/');
  const found = new Set<string>();
  if (absolute) {
    const tail = tails(path).find((end) => m.files.exists(end));
    if (tail !== undefined) {
      found.add(tail);
    }
  } else {
    const folders = new Set(['', ...m.searchPath]);
    for (let folder = dirname(importer); folder !== ''; folder = dirname(folder)) {
      folders.add(folder);
    }
    for (const folder of folders) {
      const candidate = normalize(folder === '' ? path : `${folder}/${path}`);
      if (candidate !== null && m.files.exists(candidate)) {
        found.add(candidate);
      }
    }
  }
  return found.size === 1 ? [...found][0]! : null;
}

/** Without `.` and `..`; null where it leaves the repository. */
export function normalize(path: string): string | null {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) {
        return null;
      }
    } else if (part !== '.' && part !== '') {
      parts.push(part);
    }
  }
  return parts.join('/');
}

/** A configuration file as a value whose parts know their lines; UNKNOWN for what cannot be read. */
export function readConfigFile(m: Machine, file: string): Value {
  const text = m.files.read(file);
  if (/\.toml$/i.test(file)) {
    return readToml(m, file, text);
  }
  if (/(^|\/)\.env[^/]*$|\.env$/i.test(file)) {
    return readDotenv(m, file, text);
  }
  if (/\.(ini|cfg)$/i.test(file)) {
    return readIni(m, file, text);
  }
  return readYaml(m, file, text);
}

/** Of a configuration; what is beyond stays unknown. */
const MOST_NODES = 20_000;
const MOST_DEPTH = 40;
/** Characters of a dotted key whose line is known: it stands before each key below it. */
const LONGEST_KEY = 1000;

/** YAML, and JSON, which is YAML for a reader. */
export function readYaml(m: Machine, file: string, text: string): Value {
  let read: YamlDocument;
  try {
    read = readYamlDocument(text, { merge: true, version: '1.1' });
  } catch {
    return UNKNOWN;
  }
  const { document, lines, targets } = read;
  if (document.errors.length > 0) {
    return UNKNOWN;
  }
  const originOf = (offset: number | undefined): Origin => ({
    file,
    line: offset === undefined ? 1 : lines.linePos(offset).line,
  });
  let nodes = 0;
  const convert = (node: unknown, depth: number): Value => {
    if (++nodes > MOST_NODES || depth > MOST_DEPTH) {
      return UNKNOWN;
    }
    if (isAlias(node)) {
      return convert(targets.get(node), depth + 1);
    }
    if (isNode(node) && node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) {
      // Only the program's own loader knows what such a tag makes.
      return { ...UNKNOWN, origin: originOf(node.range?.[0]) };
    }
    if (isScalar(node)) {
      return scalar(node.value, node.source, originOf(node.range?.[0]));
    }
    if (isSeq(node)) {
      return listOf(
        m,
        node.items.map((item) => convert(item, depth + 1)),
        originOf(node.range?.[0]),
      );
    }
    if (isMap(node)) {
      const data: DictData = {
        kind: 'dict',
        entries: new Map(),
        open: false,
        changed: false,
        region: m.region,
      };
      const merged: Value[] = [];
      for (const pair of node.items) {
        if (!isPair(pair) || !isScalar(pair.key)) {
          continue;
        }
        const isPlain = pair.key.type === 'PLAIN';
        const key = scalar(
          pair.key.value,
          isPlain ? pair.key.source : undefined,
          originOf(pair.key.range?.[0]),
        );
        const isMerge = pair.key.value === '<<' || typeof pair.key.value === 'symbol';
        const value =
          pair.value === null ? constant('none', null, key.origin) : convert(pair.value, depth + 1);
        if (isMerge) {
          merged.push(...(value.data.kind === 'list' ? value.data.items : [value]));
        } else if (key.data.kind === 'constant') {
          const { type, value: raw } = key.data.constant;
          data.entries.set(type === 'str' ? `str:${String(raw)}` : `n:${Number(raw)}`, { key, value });
        }
      }
      for (const value of merged) {
        for (const [key, entry] of value.data.kind === 'dict' ? value.data.entries : []) {
          if (!data.entries.has(key)) {
            data.entries.set(key, entry);
          }
        }
      }
      return { data, origin: originOf(node.range?.[0]) };
    }
    return UNKNOWN;
  };
  return convert(document.contents, 0);
}

function scalar(value: unknown, source: string | undefined, origin: Origin | null): Value {
  // The library takes these for what YAML 1.1 has in its tables; PyYAML, and OmegaConf with it, keeps them as text.
  const isText =
    typeof value === 'boolean'
      ? /^[yn]$/i.test(source ?? '')
      : typeof value === 'number' &&
        ((Number.isNaN(value) && !/nan$/i.test(source ?? 'nan')) || /^[-+]?0[\d_]*[89]/.test(source ?? ''));
  if (source !== undefined && isText) {
    return constant('str', source, origin);
  }
  switch (typeof value) {
    case 'number':
      // YAML 1.1 of PyYAML reads `1e-3` as a text; so does the run that logged it, and by value both are equal.
      return constant(
        Number.isInteger(value) && !/[.eE]/.test(source ?? '') ? 'int' : 'float',
        value,
        origin,
      );
    case 'bigint':
      return constant('str', String(value), origin);
    case 'boolean':
      return constant('bool', value, origin);
    case 'string':
      return constant('str', value, origin);
    case 'symbol':
      return constant('str', '<<', origin);
    default:
      return value === null || value === undefined
        ? constant('none', null, origin)
        : constant('str', source ?? '', origin);
  }
}

function readToml(m: Machine, file: string, text: string): Value {
  let parsed: unknown;
  try {
    parsed = parseToml(text);
  } catch {
    return UNKNOWN;
  }
  const lines = tomlLines(text);
  let nodes = 0;
  const convert = (value: unknown, path: string, depth: number): Value => {
    if (++nodes > MOST_NODES || depth > MOST_DEPTH) {
      return UNKNOWN;
    }
    const line = path.length > LONGEST_KEY ? undefined : lines.get(path);
    const origin: Origin | null = line === undefined ? null : { file, line };
    if (Array.isArray(value)) {
      return listOf(
        m,
        value.map((item) => {
          const inner = convert(item, path, depth + 1);
          return inner.origin ? inner : { ...inner, origin };
        }),
        origin,
      );
    }
    if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
      const data: DictData = {
        kind: 'dict',
        entries: new Map(),
        open: false,
        changed: false,
        region: m.region,
      };
      for (const [key, item] of Object.entries(value)) {
        const inner = convert(item, path === '' ? key : `${path}.${key}`, depth + 1);
        data.entries.set(`str:${key}`, {
          key: constant('str', key, inner.origin),
          value: inner.origin || inner.data.kind === 'dict' ? inner : { ...inner, origin },
        });
      }
      return { data, origin };
    }
    return scalar(value, undefined, origin);
  };
  return convert(parsed, '', 0);
}

/** The line of each `a.b.key` of a TOML file. */
function tomlLines(text: string): Map<string, number> {
  const result = new Map<string, number>();
  let section = '';
  const bare = (key: string) => key.trim().replace(/^["']|["']$/g, '');
  const path = (dotted: string) => dotted.split('.').map(bare).join('.');
  text.split('\n').forEach((line, index) => {
    const header = /^\s*\[\[?([^\]]+)\]\]?/.exec(line);
    const pair = /^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"))*)\s*=/.exec(line);
    if (header && !pair) {
      section = path(header[1]!);
    }
    const key = pair ? (section === '' ? path(pair[1]!) : `${section}.${path(pair[1]!)}`) : section;
    if ((!header && !pair) || key.length > LONGEST_KEY) {
      return;
    }
    result.set(key, index + 1);
    if (pair) {
      for (const inner of line.slice(pair[0].length).matchAll(/[{,]\s*([\w-]+)\s*=/g)) {
        result.set(`${key}.${inner[1]!}`, index + 1);
      }
    }
  });
  return result;
}

/** `KEY=value` lines. */
export function readDotenv(m: Machine, file: string, text: string): Value {
  const data: DictData = { kind: 'dict', entries: new Map(), open: false, changed: false, region: m.region };
  for (const { key, value, line } of parseDotenv(text)) {
    const origin = { file, line };
    data.entries.set(`str:${key}`, {
      key: constant('str', key, origin),
      value: value.includes('${') ? UNKNOWN : constant('str', value, origin),
    });
  }
  return { data, origin: { file, line: 1 } };
}

function readIni(m: Machine, file: string, text: string): Value {
  const data: DictData = { kind: 'dict', entries: new Map(), open: false, changed: false, region: m.region };
  let section: DictData | null = null;
  let last: { key: Value; value: Value } | null = null;
  text.split('\n').forEach((line, index) => {
    const origin = { file, line: index + 1 };
    const header = /^\s*\[([^\]]+)\]/.exec(line);
    const pair = iniPair(line.trim());
    if (header) {
      section = { kind: 'dict', entries: new Map(), open: false, changed: false, region: m.region };
      data.entries.set(`str:${header[1]!}`, {
        key: constant('str', header[1]!, origin),
        value: { data: section, origin },
      });
      last = null;
    } else if (last && /^\s+\S/.test(line)) {
      // The value goes on.
      last.value = UNKNOWN;
    } else if (pair && section) {
      const key = pair.key.toLowerCase();
      // `%(other)s` stands for another option.
      last = {
        key: constant('str', key, origin),
        value: pair.value.includes('%(') ? UNKNOWN : constant('str', pair.value, origin),
      };
      section.entries.set(`str:${key}`, last);
    }
  });
  return { data, origin: { file, line: 1 } };
}

/** `key = value` or `key: value`; undefined for a comment and for a line that has neither. */
function iniPair(line: string): { key: string; value: string } | undefined {
  const at = line.search(/[=:]/);
  return at <= 0 || line.startsWith('#') || line.startsWith(';')
    ? undefined
    : { key: line.slice(0, at).trimEnd(), value: line.slice(at + 1).trimStart() };
}
