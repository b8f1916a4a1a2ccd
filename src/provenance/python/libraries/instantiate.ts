import { callValue } from '../calls';
import { attributeOf } from '../expressions';
import { listOf } from '../iteration';
import type { Machine, Site } from '../machine';
import { constant, text, truth, UNKNOWN, type CallArguments, type Value } from '../values';
import type { LibraryFunction } from './index';

const MOST_DEPTH = 12;

/** The class or function that a dotted path names: of the project, or of a library. */
function byPath(m: Machine, path: string, importer: string): Value {
  const names = path.split('.');
  for (let count = names.length; count > 0; count--) {
    const file = m.findModule(names.slice(0, count).join('.'), importer);
    if (file) {
      const module: Value = { data: { kind: 'module', module: m.module(file) }, origin: null };
      return names.slice(count).reduce((value, name) => attributeOf(m, value, name), module);
    }
  }
  return { data: { kind: 'library', path }, origin: null };
}

/**
 * `hydra.utils.instantiate(config, **more)`: calls what `_target_` names with the other entries, and those within
 * them first (hydra-core 1.3, `_internal/instantiate/_instantiate2.py`).
 */
const instantiate: LibraryFunction = (m, args, site) => {
  const config = args.positional[0] ?? args.named.get('config') ?? UNKNOWN;
  const more = new Map([...args.named].filter(([name]) => name !== 'config'));
  return made(m, config, { positional: args.positional.slice(1), named: more, open: args.open }, site, 0);
};

function made(m: Machine, config: Value, more: CallArguments, site: Site | null, depth: number): Value {
  m.step();
  const { data } = config;
  if (depth > MOST_DEPTH) {
    return UNKNOWN;
  }
  if (data.kind === 'list') {
    return listOf(
      m,
      data.items.map((item) => made(m, item, NOTHING, site, depth + 1)),
      config.origin,
      data.type,
      data.open,
    );
  }
  if (data.kind !== 'dict') {
    return config;
  }
  const entry = (name: string): Value | undefined =>
    more.named.get(name) ?? data.entries.get(`str:${name}`)?.value;
  const target = entry('_target_');
  const recursive = entry('_recursive_');
  const goesIn = !recursive || truth({ ...recursive, outside: undefined }) !== false;
  const inner = (value: Value): Value => (goesIn ? made(m, value, NOTHING, site, depth + 1) : value);
  if (!target) {
    const entries = [...data.entries].map(
      ([key, each]) => [key, { key: each.key, value: inner(each.value) }] as const,
    );
    return { ...config, data: { ...data, entries: new Map(entries) } };
  }
  const path = text(target);
  const callee = path !== null ? byPath(m, path, site?.scope.module.file ?? '') : target;
  const named = new Map<string, Value>();
  for (const { key, value } of data.entries.values()) {
    const name = text(key);
    if (name !== null && !HYDRAS_OWN.test(name) && !more.named.has(name)) {
      named.set(name, inner(value));
    }
  }
  more.named.forEach((value, name) => {
    if (!HYDRAS_OWN.test(name)) {
      named.set(name, value);
    }
  });
  const listed = entry('_args_');
  const positional =
    more.positional.length > 0
      ? more.positional
      : listed?.data.kind === 'list'
        ? listed.data.items.map(inner)
        : [];
  const call: CallArguments = { positional, named, open: more.open || data.open };
  const partial = entry('_partial_');
  return partial && truth({ ...partial, outside: undefined }) !== false
    ? { data: { kind: 'partial', callee, args: call }, origin: null }
    : callValue(m, callee, call, site);
}

const NOTHING: CallArguments = { positional: [], named: new Map(), open: false };
const HYDRAS_OWN = /^_(target|recursive|convert|partial|args)_$/;

/** `get_class`, `get_method` and `get_object` of Hydra, and `importlib.import_module`. */
const namedObject: LibraryFunction = (m, args, site) => {
  const path = args.positional[0] ? text(args.positional[0]) : null;
  return path === null ? UNKNOWN : byPath(m, path, site?.scope.module.file ?? '');
};

export const INSTANTIATE_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [/^hydra(\.\w+)*\.(instantiate|call)$/, instantiate],
  [/^hydra(\.\w+)*\.get_(class|method|object)$/, namedObject],
  [
    /^hydra(\.\w+)*\.(get_original_cwd|to_absolute_path)$/,
    (_m, args) => args.positional[0] ?? constant('str', '/@repository/', null),
  ],
];
