import { argument, dirname, type Machine } from '../machine';
import { dictOf, elementsOf } from '../iteration';
import { constant, text, UNKNOWN, type DictData, type FunctionData, type Value } from '../values';
import { normalize, readConfigFile } from './configFiles';
import { structured } from './config';
import { givenOutside } from './options';

/** The configuration that `@hydra.main(config_path=…, config_name=…)` composes from its files. */
export function hydraConfig(m: Machine, target: FunctionData): Value {
  const decorator = target.decorators.find(
    (value) => value.data.kind === 'object' && value.data.path === 'hydra.main',
  );
  if (decorator?.data.kind !== 'object') {
    return UNKNOWN;
  }
  const path = argument(decorator.data.args, 0, 'config_path');
  const name = argument(decorator.data.args, 1, 'config_name');
  const folder = normalize(`${dirname(target.scope.module.file)}/${(path && text(path)) ?? '.'}`);
  const file = name ? text(name) : null;
  if (folder === null || file === null) {
    return UNKNOWN;
  }
  return composed(m, folder, file, 0);
}

/** The composed configuration of a folder; every value can be overridden on the command line. */
export function composed(m: Machine, folder: string, name: string, depth: number): Value {
  const content = loadGroup(m, folder, name, depth);
  if (content.data.kind !== 'dict') {
    return content;
  }
  return resolve(m, content, content, '', 0);
}

function configFile(m: Machine, folder: string, name: string): string | null {
  const base = normalize(`${folder}/${name.replace(/\.ya?ml$/, '')}`);
  return base === null
    ? null
    : ([`${base}.yaml`, `${base}.yml`].find((file) => m.files.exists(file)) ?? null);
}

const MOST_NESTED = 8;

function loadGroup(m: Machine, folder: string, name: string, depth: number): Value {
  const file = configFile(m, folder, name);
  if (file === null || depth > MOST_NESTED) {
    const stored = m.hydraNodes.get(name);
    return stored ? structured(m, stored) : UNKNOWN;
  }
  const own = readConfigFile(m, file);
  if (own.data.kind !== 'dict') {
    return own.data.kind === 'constant' ? dictOf(m, [], null) : UNKNOWN;
  }
  const result = dictOf(m, [], own.origin);
  const data = result.data as DictData;
  const defaults = own.data.entries.get('str:defaults')?.value;
  own.data.entries.delete('str:defaults');
  const items = defaults ? elementsOf(m, defaults).items : [];
  let selfDone = false;
  for (const item of items) {
    if (text(item) === '_self_') {
      merge(m, data, own.data);
      selfDone = true;
    } else {
      mergeDefault(m, data, folder, item, depth);
    }
  }
  if (!selfDone) {
    merge(m, data, own.data);
  }
  return result;
}

/** `- model: xgb`, `- base`, `- /db: mysql`, `- optional local: x`, `- override hydra/…: y`. */
function mergeDefault(m: Machine, data: DictData, folder: string, item: Value, depth: number): void {
  const single = text(item);
  if (single !== null) {
    const content = loadGroup(m, folder, single, depth + 1);
    if (content.data.kind === 'dict') {
      merge(m, data, content.data);
    } else {
      data.open = true;
    }
    return;
  }
  const entry = item.data.kind === 'dict' ? [...item.data.entries.values()][0] : undefined;
  const group = entry ? text(entry.key) : null;
  if (!entry || group === null || /^(override\s+)?\/?hydra\b/.test(group)) {
    return;
  }
  const plain = group.replace(/^(optional|override)\s+/, '').replace(/^\//, '');
  const [path, target] = plain.split('@');
  const names = entry.value.data.kind === 'list' ? entry.value.data.items.map(text) : [text(entry.value)];
  for (const name of names) {
    if (name === null || !path) {
      data.open = true;
      continue;
    }
    const content = loadGroup(m, `${folder}/${path}`, name, depth + 1);
    if (content.data.kind !== 'dict') {
      data.open = true;
      continue;
    }
    const file = configFile(m, `${folder}/${path}`, name);
    const isGlobal = file !== null && /^[ \t]*#[ \t]*@package[ \t]+_global_/m.test(m.files.read(file));
    if (isGlobal || target === '_global_' || target === '_here_') {
      merge(m, data, content.data);
    } else {
      place(m, data, (target ?? path).split(/[./]/), content);
    }
  }
}

function place(m: Machine, data: DictData, keys: string[], content: Value): void {
  let current = data;
  for (const key of keys.slice(0, -1)) {
    const inner = current.entries.get(`str:${key}`)?.value ?? dictOf(m, [], null);
    current.entries.set(`str:${key}`, { key: constant('str', key, null), value: inner });
    if (inner.data.kind !== 'dict') {
      return;
    }
    current = inner.data;
  }
  const last = keys.at(-1)!;
  const wrapper: DictData = {
    ...data,
    entries: new Map([[`str:${last}`, { key: constant('str', last, null), value: content }]]),
    open: false,
  };
  merge(m, current, wrapper);
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

/** Fills in `${path}`; marks each value as one that the command line may override. */
function resolve(m: Machine, value: Value, root: Value, path: string, depth: number): Value {
  const { data } = value;
  if (depth > 12) {
    return UNKNOWN;
  }
  if (data.kind === 'dict') {
    const entries = new Map(
      [...data.entries].map(([key, entry]) => {
        const inner = path === '' ? key.slice(4) : `${path}.${key.slice(4)}`;
        return [key, { key: entry.key, value: resolve(m, entry.value, root, inner, depth + 1) }] as const;
      }),
    );
    return { ...value, data: { ...data, entries } };
  }
  if (data.kind === 'list') {
    return {
      ...value,
      data: { ...data, items: data.items.map((item) => resolve(m, item, root, path, depth + 1)) },
    };
  }
  if (data.kind !== 'constant') {
    return value;
  }
  const raw = text(value);
  if (raw === '???') {
    return givenOutside(`${path}=… on the command line`, value.origin);
  }
  if (raw?.includes('${')) {
    return interpolated(m, raw, value, root, depth);
  }
  return { ...value, outside: { kind: 'default', name: path } };
}

function interpolated(m: Machine, raw: string, value: Value, root: Value, depth: number): Value {
  const environment = /^\$\{oc\.env:([^,}]+)(?:,([^}]*))?\}$/.exec(raw);
  if (environment) {
    return environment[2] === undefined
      ? givenOutside(`${environment[1]!} in the environment`, value.origin)
      : constant('str', environment[2], value.origin, { kind: 'default', name: environment[1]! });
  }
  const reference = /^\$\{([\w.]+)\}$/.exec(raw)?.[1];
  if (!reference) {
    return UNKNOWN;
  }
  let current: Value = root;
  for (const key of reference.split('.')) {
    current =
      current.data.kind === 'dict' ? (current.data.entries.get(`str:${key}`)?.value ?? UNKNOWN) : UNKNOWN;
  }
  return current.data.kind === 'unknown' ? UNKNOWN : resolve(m, current, root, reference, depth + 1);
}
