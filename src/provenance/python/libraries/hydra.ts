import { argument, dirname, type Machine } from '../machine';
import { runImports } from '../imports';
import { tailOf } from '../operations';
import { pythonText } from '../text';
import { dictOf, elementsOf } from '../iteration';
import {
  constant,
  isOpenForWords,
  text,
  UNKNOWN,
  type CallArguments,
  type DictData,
  type FunctionData,
  type Value,
} from '../values';
import { compose } from './hydraCompose';
import {
  applyOverrides,
  parseOverride,
  sweptValues,
  withoutHydra,
  type HydraOverride,
} from './hydraOverrides';
import { normalize } from './configFiles';
import { asConfig } from './omegaconf';

/** The configuration that `@hydra.main(config_path=…, config_name=…)` composes from its files. */
export function hydraConfig(m: Machine, target: FunctionData): Value {
  const decorator = target.decorators.find(
    (value) => value.data.kind === 'object' && value.data.path === 'hydra.main',
  );
  if (decorator?.data.kind !== 'object') {
    return UNKNOWN;
  }
  const { args } = decorator.data;
  const place = configPlace(m, args, target.scope.module.file);
  if (place === null) {
    return UNKNOWN;
  }
  const words = m.hydraOverrides ?? [];
  const name = words.find((word) => word.startsWith(CONFIG_NAME))?.slice(CONFIG_NAME.length);
  return composed(
    m,
    { folder: place.folder, name: name ?? place.name },
    words.filter((word) => !word.startsWith('--')).map(parseOverride),
    args.named.has('version_base'),
  );
}

const CONFIG_NAME = '--config-name=';

interface Place {
  /** Inside the repository; null where there is no folder of configurations, only nodes of the ConfigStore. */
  folder: string | null;
  /** null where no name is given. */
  name: string | null;
}

/** Hydra up to 1.0 also took the file itself as `config_path`. */
function configPlace(m: Machine, args: CallArguments, file: string): Place | null {
  const path = argument(args, 0, 'config_path');
  const name = argument(args, 1, 'config_name');
  if (args.open || (name && name.data.kind !== 'constant') || (path && path.data.kind !== 'constant')) {
    return null;
  }
  const written = path ? text(path) : null;
  const label = name ? text(name) : null;
  if (written !== null && label === null && /\.ya?ml$/.test(written)) {
    const folder = folderOf(m, dirname(written), file);
    return folder === null ? null : { folder, name: written.slice(written.lastIndexOf('/') + 1) };
  }
  // Up to version 1.1 the script's own folder was searched where none is named.
  return { folder: folderOf(m, written ?? '.', file), name: label };
}

/** A `config_path`: relative to the file that names it, of a package, or absolute on the machine that ran it. */
function folderOf(m: Machine, path: string, file: string): string | null {
  const inPackage = /^pkg:\/\/([\w./]+)$/.exec(path)?.[1];
  if (inPackage !== undefined) {
    const relative = inPackage.replace(/\./g, '/');
    const found = m.searchPath
      .map((base) => normalize(`${base}/${relative}`)!)
      .filter((folder) => isFolder(m, folder));
    return found.length === 1 ? found[0]! : null;
  }
  const plain = path.replace(/^\/@repository\//, '/');
  return path.startsWith('/')
    ? path === plain
      ? null
      : normalize(plain)
    : normalize(`${dirname(file)}/${path}`);
}

function isFolder(m: Machine, folder: string): boolean {
  return m.files.list(folder).length > 0 || m.files.folders(folder).length > 0;
}

/** The composed configuration; every value that is not known to have been given may be overridden on the command line. */
export function composed(
  m: Machine,
  place: Place,
  overrides: readonly HydraOverride[],
  isModern: boolean,
  isComplete = m.hydraOverrides !== null,
  isSwept = true,
): Value {
  m.usesHydra = true;
  const known = new Set(m.choices.keys());
  let whole = compose(m, place.folder, place.name, overrides, isModern);
  if (whole.data.kind === 'unknown') {
    // What is missing may be a node of the ConfigStore: a module registers it that is only imported.
    const registered = m.hydraNodes.size;
    runImports(m, m.module(m.entry));
    if (m.hydraNodes.size > registered) {
      [...m.choices.keys()].filter((id) => !known.has(id)).forEach((id) => m.choices.delete(id));
      whole = compose(m, place.folder, place.name, overrides, isModern);
    }
  }
  if (whole.data.kind !== 'dict') {
    return whole;
  }
  const swept = isSwept ? sweptValues(m, whole) : [];
  applyOverrides(m, whole.data, overrides);
  const marked = asConfig(m, withoutHydra(whole), (value, path) =>
    isComplete || value.outside ? value : { ...value, outside: { kind: 'default', name: path } },
  );
  swept.forEach(({ keys, value }) => addOption(marked, keys, value));
  return marked;
}

/** A value of a sweep stands beside the configuration's own: one of them is the run's. */
function addOption(config: Value, keys: readonly string[], value: (own: Value) => Value): void {
  let current: DictData | null = config.data.kind === 'dict' ? config.data : null;
  for (const key of keys.slice(0, -1)) {
    const inner: Value | undefined = current?.entries.get(`str:${key}`)?.value;
    current = inner?.data.kind === 'dict' ? inner.data : null;
  }
  const last = keys.at(-1)!;
  const key = `str:${last}`;
  const old = current?.entries.get(key);
  current?.entries.set(key, {
    key: old?.key ?? constant('str', last, null),
    value: value(old?.value ?? UNKNOWN),
  });
}

/** `hydra.compose(config_name=…, overrides=[…])` in a folder that `initialize` named: the code's own lines override. */
export function composeCall(m: Machine, args: CallArguments): Value {
  const name = argument(args, 0, 'config_name');
  const folder = m.hydraFolders.at(-1);
  const list = argument(args, 1, 'overrides');
  const items = list ? elementsOf(m, list) : { items: [], exact: true };
  const overrides = items.items.map((item) => {
    const written = text(item);
    return written === null ? null : lineOverride(written, item);
  });
  // Words of the command line stand for the values that they may replace, as those of `@hydra.main` do.
  const isKnown = items.exact || (list !== undefined && isOpenForWords(list));
  if (!name || text(name) === null || folder === undefined || !isKnown || overrides.includes(null)) {
    return UNKNOWN;
  }
  return composed(
    m,
    { folder, name: text(name) },
    overrides.flatMap((each) => each ?? []),
    true,
    items.exact,
    false,
  );
}

/** An override that the code holds. The line of `f"key={value}"` sets what the value's own line does not. */
function lineOverride(written: string, item: Value): HydraOverride {
  const override = parseOverride(written);
  const tail = tailOf(item);
  const isTail = tail?.origin && override.value !== null && pythonText(tail) === override.value;
  const { origin, outside } = isTail ? tail : item;
  return { ...override, origin, ...(outside ? { outside } : {}) };
}

/** `initialize(config_path=…)`, `initialize_config_dir(config_dir=…)`, `initialize_config_module(config_module=…)`. */
export function initialize(m: Machine, path: string, args: CallArguments, file: string): Value {
  const kind = path.slice(path.lastIndexOf('.') + 1);
  const named = argument(
    args,
    0,
    kind === 'initialize_config_dir'
      ? 'config_dir'
      : kind === 'initialize_config_module'
        ? 'config_module'
        : 'config_path',
  );
  const written = named ? text(named) : null;
  m.hydraFolders.push(
    written === null
      ? null
      : folderOf(m, kind === 'initialize_config_module' ? `pkg://${written}` : written, file),
  );
  return dictOf(m, [], null);
}
