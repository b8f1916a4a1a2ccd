import type { Machine } from '../machine';
import { dictOf, elementsOf } from '../iteration';
import { constant, UNKNOWN, type DictData, type Value } from '../values';
import { structured } from './config';
import { normalize, readConfigFile } from './configFiles';
import { joined, keywordOf, packageHeader, PLAIN, readItem, type Item } from './hydraDefaults';
import { rememberGroups, type HydraOverride } from './hydraOverrides';
import { isLegacyHydra } from './hydraVersion';

const MOST_NESTED = 12;
/** Groups that no defaults list names and that a command line may add: folders looked at. */
const MOST_ADDED = 12;

/** One item of a defaults list, placed: Hydra 1.1 to 1.3, `hydra/core/default_element.py`. */
interface Node {
  /** The folder that its own items are relative to, `model`; empty at the root. */
  group: string;
  /** Inside the folder of configurations, without extension. */
  path: string;
  /** As written after `@`, or null. */
  keyword: string | null;
  /** Where it goes by its place alone. */
  relative: string;
  /** The package of what lists it. */
  parent: string;
  isPrimary: boolean;
  isOptional: boolean;
}

interface Piece {
  package: string;
  content: Value;
}

interface Composition {
  m: Machine;
  root: string | null;
  isLegacy: boolean;
  /** Options by the group's key, as `override` or the command line chose them: the first stands. */
  chosen: Map<string, string | null>;
  /** Groups that were come to, with their option. */
  seen: Map<string, string | null>;
  /** `+group=option` of the command line. */
  added: readonly [string, string][];
  isKnown: boolean;
}

/**
 * The configuration that Hydra composes of a folder, with interpolations as they are written. Which option of each
 * group was taken is a choice of the trace, unless the command line is known.
 */
export function compose(
  m: Machine,
  root: string | null,
  name: string | null,
  overrides: readonly HydraOverride[],
  isModern: boolean,
): Value {
  const isKnown = m.hydraOverrides !== null;
  const primary = chosenPrimary(m, root, name, isKnown);
  const isLegacy = primary !== null && isLegacyHydra(m, root, primary, isModern);
  const begin = (added: readonly [string, string][]): Composition => {
    const chosen = new Map<string, string | null>();
    for (const { key, value, sign } of overrides) {
      if (isGroup(m, root, key)) {
        chosen.set(key, sign === '~' || value === 'null' ? null : value);
      }
    }
    return { m, root, isLegacy, chosen, seen: new Map(), added, isKnown };
  };
  const given = overrides.flatMap(({ key, value, sign }): [string, string][] =>
    sign.startsWith('+') && value !== null && isGroup(m, root, key) ? [[key, value]] : [],
  );
  let composition = begin(given);
  let pieces = primary === null ? [] : expandPrimary(composition, primary);
  const more = isKnown || pieces === null ? [] : addedGroups(composition);
  if (more.length > 0 && primary !== null) {
    composition = begin([...given, ...more]);
    pieces = expandPrimary(composition, primary);
  }
  if (pieces === null) {
    return UNKNOWN;
  }
  const result = dictOf(m, [], null);
  const data = result.data as DictData;
  for (const piece of pieces) {
    place(m, data, piece.package === '' ? [] : piece.package.split('.'), piece.content);
  }
  rememberGroups(data, new Set([...composition.seen.keys(), ...composition.added.map(([key]) => key)]));
  return result;
}

/** `--config-name` takes another file of the folder. */
function chosenPrimary(
  m: Machine,
  root: string | null,
  name: string | null,
  isKnown: boolean,
): string | null {
  const preset = name?.replace(/\.ya?ml$/, '') ?? null;
  return isKnown || root === null || preset?.includes('/')
    ? preset
    : m.choose(`hydra:--config-name of ${root}`, optionsOf(m, root, ''), preset);
}

function expandPrimary(c: Composition, name: string): Piece[] | null {
  return expand(
    c,
    { group: '', path: name, keyword: null, relative: '', parent: '', isPrimary: true, isOptional: false },
    0,
  );
}

/** Folders of options that no list names: `+experiment=big` adds one. */
function addedGroups(c: Composition): [string, string][] {
  const { m, root } = c;
  if (root === null) {
    return [];
  }
  const named = new Set([...c.seen.keys()].map((key) => key.split('@')[0]!.split('/')[0]!));
  return m.files
    .folders(root)
    .filter((folder) => folder !== 'hydra' && !named.has(folder))
    .slice(0, MOST_ADDED)
    .flatMap((folder): [string, string][] => {
      const option = m.choose(`hydra:+${folder}`, optionsOf(m, root, folder), null);
      return option === null ? [] : [[folder, option]];
    });
}

function configFile(c: Composition, path: string): string | null {
  const base = c.root === null ? null : normalize(`${c.root}/${path.replace(/\.ya?ml$/, '')}`);
  return base === null
    ? null
    : ([`${base}.yaml`, `${base}.yml`].find((file) => c.m.files.exists(file)) ?? null);
}

function optionsOf(m: Machine, root: string | null, group: string): string[] {
  const folder = root === null ? null : normalize(`${root}/${group}`);
  const files = folder === null ? [] : m.files.list(folder);
  const stored = [...m.hydraNodes.keys()].filter(
    (key) => key.slice(0, Math.max(0, key.lastIndexOf('/'))) === group,
  );
  return [
    ...files.flatMap((file) => /^([^.].*)\.ya?ml$/.exec(file)?.[1] ?? []),
    ...stored.map((key) => key.slice(key.lastIndexOf('/') + 1)),
  ].sort();
}

/** Whether a key of the command line names a group, rather than a value. */
function isGroup(m: Machine, root: string | null, key: string): boolean {
  return !key.includes('.') && optionsOf(m, root, key.split('@')[0]!).length > 0;
}

interface Loaded {
  content: Value;
  defaults: Value[];
  /** The package that the file's first lines name. */
  header: string | null;
  hasContent: boolean;
}

function load(c: Composition, path: string): Loaded | null {
  const { m } = c;
  const file = configFile(c, path);
  const stored = file === null ? m.hydraNodes.get(path) : undefined;
  if (file === null && !stored) {
    return null;
  }
  const own = stored ? structured(m, stored) : readConfigFile(m, file!);
  if (own.data.kind !== 'dict') {
    // An empty file has no keys; one that cannot be read may have any.
    const isEmpty = own.data.kind === 'constant';
    return {
      content: isEmpty ? dictOf(m, [], null) : UNKNOWN,
      defaults: [],
      header: null,
      hasContent: false,
    };
  }
  const entries = new Map(own.data.entries);
  const defaults = entries.get('str:defaults')?.value;
  entries.delete('str:defaults');
  return {
    content: { ...own, data: { ...own.data, entries } },
    defaults: defaults ? elementsOf(m, defaults).items : [],
    header: file === null ? null : packageHeader(m.files.read(file)),
    hasContent: entries.size > 0,
  };
}

/** null where a file is missing that must be there: then nothing is known. */
function expand(c: Composition, node: Node, depth: number): Piece[] | null {
  c.m.step();
  const loaded = depth > MOST_NESTED ? null : load(c, node.path);
  if (!loaded) {
    return node.isOptional ? [] : null;
  }
  const target = finalPackage(c, node, loaded.header);
  const own: Piece = { package: target, content: loaded.content };
  const items = loaded.defaults.flatMap((item) => readItem(item) ?? []);
  const hasSelf = items.some(({ isSelf }) => isSelf);
  if (node.isPrimary) {
    items.push(...c.added.map(([group, option]): Item => ({ ...PLAIN, group, option })));
  }
  if (!hasSelf && !c.isLegacy) {
    const at = node.isPrimary ? items.length - c.added.length : items.length;
    items.splice(at, 0, { ...PLAIN, isSelf: true });
  } else if (c.isLegacy) {
    // Up to version 1.0 the primary configuration came first, wherever nothing said otherwise.
    items.splice(0, items.length, { ...PLAIN, isSelf: true }, ...items.filter(({ isSelf }) => !isSelf));
  }
  for (const item of items) {
    if (item.isOverride && item.group !== null) {
      const { key } = placed(c, node, target, item);
      if (!c.chosen.has(key)) {
        c.chosen.set(key, typeof item.option === 'string' ? item.option : null);
      }
    }
  }
  const parts: (Piece[] | null)[] = [];
  const later: number[] = [];
  const children = items.filter(({ isOverride }) => !isOverride);
  // From the end: what a file lists last may override a group that is listed before it.
  for (let index = children.length - 1; index >= 0; index--) {
    const item = children[index]!;
    if (typeof item.option === 'string' && item.option.includes('${')) {
      later.push(index);
    } else {
      parts[index] = item.isSelf ? [own] : expandItem(c, node, target, item, depth);
    }
  }
  for (const index of later) {
    const item = children[index]!;
    const option = withChoices(c, children, String(item.option));
    parts[index] = option === null ? null : expandItem(c, node, target, { ...item, option }, depth);
  }
  return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
}

/** `${model}_${db}` of the groups chosen so far; Hydra 1.0 wrote `${defaults.0.model}`. */
function withChoices(c: Composition, items: readonly Item[], written: string): string | null {
  let known = true;
  const result = written.replace(/\$\{([^{}]*)\}/g, (_, name: string) => {
    const legacy = /^defaults\.(\d+)\.(.+)$/.exec(name);
    const listed = legacy ? items.filter(({ isSelf }) => !isSelf)[Number(legacy[1])] : undefined;
    const key = legacy ? (listed?.group ?? '') : name;
    const option = c.seen.get(key);
    known &&= option !== null && option !== undefined;
    return option ?? '';
  });
  return known ? result : null;
}

/** A group's key on the command line, and where it lies. */
function placed(
  c: Composition,
  node: Node,
  target: string,
  item: Item,
): { key: string; path: string; relative: string } {
  const written = item.group ?? '';
  const relative = written.replace(/^\//, '');
  const path =
    written.startsWith('/') || node.group === '' || c.isLegacy ? relative : `${node.group}/${relative}`;
  const own = path.replace(/\//g, '.');
  const end = joined(target, keywordOf(item.keyword, own) ?? relative.replace(/\//g, '.'));
  return { path, relative, key: c.isLegacy || end === own ? path : `${path}@${end || '_global_'}` };
}

function expandItem(c: Composition, node: Node, target: string, item: Item, depth: number): Piece[] | null {
  if (item.group === null) {
    return typeof item.option === 'string' ? expandPath(c, node, target, item, item.option, depth) : [];
  }
  const { key, path, relative } = placed(c, node, target, item);
  if ((path === 'hydra' || path.startsWith('hydra/')) && !isGroup(c.m, c.root, path)) {
    return [];
  }
  return expandGroup(c, { key, path, relative, target }, item, depth);
}

function expandGroup(
  c: Composition,
  at: { key: string; path: string; relative: string; target: string },
  item: Item,
  depth: number,
): Piece[] | null {
  const { key, path, relative } = at;
  const isChosen = c.chosen.has(key);
  const preset = isChosen ? c.chosen.get(key)! : item.option;
  const single = typeof preset === 'string' && preset !== '???' ? preset : null;
  const option =
    c.isKnown || Array.isArray(preset) || path.startsWith('hydra')
      ? preset
      : c.m.choose(`hydra:${key}`, optionsOf(c.m, c.root, path), single, preset === '???');
  const options = Array.isArray(option) ? (option as readonly string[]) : [option as string | null];
  c.seen.set(key, typeof option === 'string' ? option : null);
  const parts = options.map((name) =>
    name === null
      ? preset === '???'
        ? null
        : []
      : expand(
          c,
          {
            group: [path, name.slice(0, Math.max(0, name.lastIndexOf('/')))].filter(Boolean).join('/'),
            path: `${path}/${name}`,
            keyword: item.keyword,
            relative: relative.replace(/\//g, '.'),
            parent: at.target,
            isPrimary: false,
            isOptional: item.isOptional,
          },
          depth + 1,
        ),
  );
  return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
}

/** `- base`, `- model/common`, `- /shared/paths`. */
function expandPath(
  c: Composition,
  node: Node,
  target: string,
  item: Item,
  written: string,
  depth: number,
): Piece[] | null {
  const plain = written.replace(/^\//, '');
  const path = written.startsWith('/') || node.group === '' || c.isLegacy ? plain : `${node.group}/${plain}`;
  const folder = (each: string): string => each.slice(0, Math.max(0, each.lastIndexOf('/')));
  return expand(
    c,
    {
      group: folder(path),
      path,
      keyword: item.keyword,
      relative: folder(plain).replace(/\//g, '.'),
      parent: target,
      isPrimary: false,
      isOptional: item.isOptional,
    },
    depth + 1,
  );
}

/** Up to version 1.0 a file without a header went to the root, whatever its group. */
function finalPackage(c: Composition, node: Node, header: string | null): string {
  const own = node.group.replace(/\//g, '.');
  const name = node.path.slice(node.path.lastIndexOf('/') + 1);
  if (c.isLegacy) {
    const written = node.keyword ?? (node.isPrimary ? '' : (header ?? ''));
    return written === '_global_' ? '' : written.replace('_group_', own).replace('_name_', name);
  }
  const absolute =
    header === null || header === '_group_'
      ? null
      : header.startsWith('_global_')
        ? header
        : `_global_.${header}`;
  const written =
    keywordOf(node.keyword, own) ??
    absolute?.replace('_group_', own).replace('_name_', name) ??
    node.relative;
  return joined(node.parent, written);
}

function place(m: Machine, into: DictData, keys: readonly string[], content: Value): void {
  if (content.data.kind !== 'dict') {
    into.open = true;
    return;
  }
  let current = into;
  for (const key of keys) {
    const old = current.entries.get(`str:${key}`)?.value;
    const inner = old?.data.kind === 'dict' ? old : dictOf(m, [], content.origin);
    const own = { ...(inner.data as DictData), entries: new Map((inner.data as DictData).entries) };
    current.entries.set(`str:${key}`, { key: constant('str', key, null), value: { ...inner, data: own } });
    current = own;
  }
  merge(m, current, content.data);
}

function merge(m: Machine, into: DictData, from: DictData): void {
  m.spend(from.entries.size);
  into.open ||= from.open;
  for (const [key, entry] of from.entries) {
    const old = into.entries.get(key)?.value;
    if (old?.data.kind === 'dict' && entry.value.data.kind === 'dict') {
      const inner: DictData = { ...old.data, entries: new Map(old.data.entries) };
      merge(m, inner, entry.value.data);
      into.entries.set(key, { key: entry.key, value: { ...old, data: inner } });
    } else {
      into.entries.set(key, entry);
    }
  }
}
