import { withoutTrailing } from '../../../mlflow/scan';

/** What stands in a meta.yaml. Keys of a mapping and its values are texts. */
export type YamlValue = string | number | null | ReadonlyMap<string, string> | readonly string[];

/** The plain texts that PyYAML reads as something else than a text (yaml/resolver.py): booleans, numbers, null, dates. */
const NOT_TEXT = [
  /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$/,
  /^[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?$/,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/,
  /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^[-+]?(?:0b[0-1_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$/,
  /^(?:<<|=|~|null|Null|NULL)$/,
  /^[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:$|[Tt \t])/,
];

/** What may not stand in a plain text of a block mapping (yaml/emitter.py, analyze_scalar). */
const MARKED = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:\s|$)| )|:(?:\s|$)|\s#| $/;
/** What libyaml, which MLflow writes with where it is there, does not write as it is. */
const UNPRINTABLES = /[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/gu;

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' };

/** A text as PyYAML's safe_dump writes it, in one line whatever its length and its line breaks. */
export function yamlScalar(text: string): string {
  if (text.search(UNPRINTABLES) >= 0) {
    const quoted = text.replace(/["\\]/g, '\\$&').replace(UNPRINTABLES, (character) => {
      const code = character.codePointAt(0)!.toString(16).toUpperCase();
      const [letter, digits] = code.length > 4 ? ['U', 8] : code.length > 2 ? ['u', 4] : ['x', 2];
      return ESCAPES[character] ?? `\\${letter}${code.padStart(digits, '0')}`;
    });
    return `"${quoted}"`;
  }
  const isPlain = text !== '' && !MARKED.test(text) && !NOT_TEXT.some((form) => form.test(text));
  return isPlain ? text : `'${text.replaceAll("'", "''")}'`;
}

function entryOf(key: string, value: YamlValue): string {
  if (Array.isArray(value)) {
    // An entry of a list stands as far left as its key.
    const items = (value as readonly string[]).map((item) => `- ${yamlScalar(item)}`);
    return items.length === 0 ? `${key}: []` : [`${key}:`, ...items].join('\n');
  }
  if (value === null || typeof value === 'number') {
    return `${key}: ${value}`;
  }
  if (typeof value === 'string') {
    return `${key}: ${yamlScalar(value)}`;
  }
  const pairs = [...(value as ReadonlyMap<string, string>)].sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.length === 0
    ? `${key}: {}`
    : [`${key}:`, ...pairs.map(([name, text]) => `  ${yamlScalar(name)}: ${yamlScalar(text)}`)].join('\n');
}

/** A new meta.yaml: its keys in order, as PyYAML sorts them. */
export function yamlOf(fields: Readonly<Record<string, YamlValue>>): string {
  return editYaml('', fields);
}

/**
 * A meta.yaml with other values of some keys; `undefined` takes one away. All else stays to the letter, also keys that
 * this version of MLflow does not know.
 *
 * @throws Error where it is not a list of keys and values as PyYAML writes it
 */
export function editYaml(text: string, changes: Readonly<Record<string, YamlValue | undefined>>): string {
  const entries: { key: string; lines: string[] }[] = [];
  for (const line of withoutTrailing(text, '\n').split(/\r?\n/)) {
    // An entry of a list stands as far left as its key.
    if (line !== '' && !/^(?:\s|-(?:\s|$))/.test(line)) {
      const key = /^([A-Za-z_]\w*):(?: |$)/.exec(line)?.[1];
      if (key === undefined) {
        throw new Error('It is not written as MLflow writes it.');
      }
      entries.push({ key, lines: [line] });
    } else if (line !== '' || entries.length > 0) {
      const last = entries.at(-1);
      if (!last) {
        throw new Error('It is not written as MLflow writes it.');
      }
      last.lines.push(line);
    }
  }
  for (const [key, value] of Object.entries(changes)) {
    const at = entries.findIndex((entry) => entry.key === key);
    const made = value === undefined ? [] : [{ key, lines: [entryOf(key, value)] }];
    if (at >= 0) {
      entries.splice(at, 1, ...made);
    } else {
      const next = entries.findIndex((entry) => entry.key > key);
      entries.splice(next < 0 ? entries.length : next, 0, ...made);
    }
  }
  return entries.map(({ lines }) => `${lines.join('\n')}\n`).join('');
}
