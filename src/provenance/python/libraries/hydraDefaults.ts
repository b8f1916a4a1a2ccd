import { text, type Value } from '../values';

/** One entry of a defaults list. */
export interface Item {
  isSelf: boolean;
  isOverride: boolean;
  isOptional: boolean;
  /** null for a configuration that is named by its path alone. */
  group: string | null;
  keyword: string | null;
  /** null for none. */
  option: string | null | readonly string[];
}

export const PLAIN: Item = {
  isSelf: false,
  isOverride: false,
  isOptional: false,
  group: null,
  keyword: null,
  option: null,
};

/** `- _self_`, `- base`, `- model: xgb`, `- /db@other: mysql`, `- optional local: x`, `- override hydra/…: y`. */
export function readItem(item: Value): Item | null {
  const single = text(item);
  if (single === '_self_' || single === '__SELF__') {
    return { ...PLAIN, isSelf: true };
  }
  if (single !== null) {
    const [path, keyword] = single.replace(/^optional\s+/, '').split('@');
    return { ...PLAIN, option: path!, keyword: keyword ?? null, isOptional: single.startsWith('optional ') };
  }
  const entries = item.data.kind === 'dict' ? [...item.data.entries.values()] : [];
  const entry = entries.find(({ key }) => text(key) !== 'optional');
  const written = entry ? text(entry.key) : null;
  if (!entry || written === null) {
    return null;
  }
  const words = written.trim().split(/\s+/);
  const [group, keyword] = words.at(-1)!.split('@');
  const { data } = entry.value;
  return {
    isSelf: false,
    isOverride: words.slice(0, -1).includes('override'),
    isOptional: words.slice(0, -1).includes('optional') || entries.length > 1,
    group: group!,
    keyword: keyword ?? null,
    option: data.kind === 'list' ? data.items.flatMap((each) => text(each) ?? []) : optionText(entry.value),
  };
}

/** An option may look like a number or a truth value: `- seed: 42`. */
function optionText(value: Value): string | null {
  return value.data.kind === 'constant' && value.data.constant.type !== 'none'
    ? String(value.data.constant.value)
    : null;
}

/** `# @package …` among the comments that a file begins with. */
export function packageHeader(content: string): string | null {
  for (const line of content.slice(0, 4096).split('\n')) {
    const found = /^#\s*@package\s+(\S+)/.exec(line.trim())?.[1];
    if (found !== undefined) {
      return found;
    }
    if (line.trim() !== '' && !line.trim().startsWith('#')) {
      break;
    }
  }
  return null;
}

/** The package behind `@`: `_here_` is that of the list, `_group_` the group's own. */
export function keywordOf(keyword: string | null, group: string): string | null {
  return keyword === null
    ? null
    : keyword === '_here_'
      ? ''
      : keyword.includes('_group_')
        ? `_global_.${keyword.replace('_group_', group)}`
        : keyword;
}

/** A package below another; `_global_` starts anew at the root. */
export function joined(parent: string, inner: string): string {
  const whole = [parent, inner].filter((part) => part !== '').join('.');
  const start = whole.lastIndexOf('_global_');
  return start < 0 ? whole : whole.slice(start + '_global_'.length + 1);
}
