import { itemOf, mergeInto } from '../expressions';
import { dictOf } from '../iteration';
import { argument, type Machine, type Site } from '../machine';
import { isArgument, recordFields } from '../records';
import { callValue } from '../calls';
import { noArguments } from '../machine';
import {
  anyOf,
  constant,
  keyOf,
  text,
  truth,
  UNKNOWN,
  type CallArguments,
  type ObjectData,
  type Value,
} from '../values';
import { asDict } from './builtins';
import { mergeDeep, setPath } from './configDicts';
import { findFile, readConfigFile } from './configFiles';
import { fileOfPath } from './fileChoice';
import type { LibraryFunction } from './index';
import { asConfig, literal, toContainer, unresolved } from './omegaconf';
import { composeCall, initialize } from './hydra';
import { makeObject, objectOf } from './objects';

/** The configuration file that a value stands for: an open file, its text, or its path. */
export function configFileOf(m: Machine, value: Value | undefined, site: Site | null): string | null {
  if (!value || !site) {
    return null;
  }
  const opened = objectOf(value, /^(builtins\.open|file\.text|file\.handle)$/);
  const path = opened ? argument(opened.args, 0, 'file') : value;
  return path ? fileOfPath(m, path, site) : null;
}

const load: LibraryFunction = (m, args, site) => {
  const file = configFileOf(
    m,
    args.positional[0] ?? args.named.get('stream') ?? args.named.get('f') ?? args.named.get('file_'),
    site,
  );
  return file === null ? UNKNOWN : readConfigFile(m, file);
};

/** python-box 7 and 8: `Box.from_yaml(yaml_string=…, filename=…)`; the text is what a file's `read()` gave. */
const readBox: LibraryFunction = (m, args, site, path) => {
  const named = args.named.get('filename') ?? args.named.get('file');
  const first = named ?? args.positional[0] ?? args.named.get(`${path.split('_').at(-1)!}_string`);
  // A text by itself is the document, but for those that take a path.
  const isPath = named !== undefined || path.endsWith('from_file') || path.startsWith('anyconfig');
  const file = isPath || first?.data.kind === 'object' ? configFileOf(m, first, site) : null;
  const body = first && !isPath ? text(first) : null;
  return file !== null
    ? readConfigFile(m, file)
    : body === null
      ? UNKNOWN
      : { ...literal(m, body), origin: first!.origin };
};

const loadDotenv: LibraryFunction = (m, args, site) => {
  if (!site) {
    return UNKNOWN;
  }
  const named = argument(args, 0, 'dotenv_path');
  const file = named ? configFileOf(m, named, site) : findFile(m, '.env', site.scope.module.file);
  const values = file === null ? UNKNOWN : readConfigFile(m, file);
  for (const { key, value } of values.data.kind === 'dict' ? values.data.entries.values() : []) {
    const name = text(key);
    if (name !== null) {
      m.environment.set(name, value);
    }
  }
  return values;
};

const merge: LibraryFunction = (m, args, site) => {
  const result = dictOf(m, [], site ? m.origin(site) : null);
  for (const value of args.positional) {
    // What the command line gives stands for the values that it may replace: those of the code are its defaults.
    const isCommandLine = objectOf(value, /OmegaConf\.from_cli$/) !== null;
    if (!isCommandLine) {
      mergeDeep(m, result, copied(unresolved(m, structured(m, value))));
    }
  }
  return asConfig(m, result);
};

/** A dict, a record or YAML text, as `OmegaConf.create` takes them. */
function created(m: Machine, value: Value): Value {
  const body = text(value);
  return body === null ? structured(m, value) : { ...literal(m, body), origin: value.origin };
}

/** A configuration of its own: merging changes no other. */
function copied(value: Value): Value {
  const { data } = value;
  if (data.kind !== 'dict') {
    return value;
  }
  const entries = [...data.entries].map(
    ([key, entry]) => [key, { key: entry.key, value: copied(entry.value) }] as const,
  );
  return { ...value, data: { ...data, entries: new Map(entries) } };
}

/** A dataclass, or an object of one, as the dict that OmegaConf makes of it. */
export function structured(m: Machine, value: Value): Value {
  if (value.data.kind === 'class') {
    recordFields(m, value.data);
    return structured(m, callValue(m, value, noArguments(), null));
  }
  if (value.data.kind !== 'instance') {
    return value;
  }
  const dict = asDict(m, value);
  if (dict.data.kind === 'dict') {
    for (const entry of dict.data.entries.values()) {
      entry.value = structured(m, entry.value);
    }
  }
  return dict;
}

/** `replace(record, …)` makes a new record of the fields, and runs what its class does then. */
const replaced: LibraryFunction = (m, args, site) => {
  const data = args.positional[0]?.data;
  if (data?.kind !== 'instance') {
    return UNKNOWN;
  }
  const fields = recordFields(m, data.type).filter(({ preset }) => isArgument(preset));
  const named = new Map(
    fields.flatMap(({ name }) => {
      const value = args.named.get(name) ?? data.attributes.get(name);
      return value ? [[name, value] as const] : [];
    }),
  );
  const type: Value = { data: data.type, origin: null };
  return callValue(m, type, { positional: [], named, open: args.open }, site);
};

export const CONFIG_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [/^(yaml|ruamel\.yaml|ruamel_yaml|oyaml)\.(safe_load|load|full_load|unsafe_load|round_trip_load)$/, load],
  [/^(json|simplejson|ujson|orjson|toml|tomllib|tomli|rtoml|pytoml)\.(load|loads|load_file)$/, load],
  [
    /^omegaconf\.(omegaconf\.)?OmegaConf\.load$/,
    (m, args, site, path) => asConfig(m, load(m, args, site, path) ?? UNKNOWN),
  ],
  [
    /^(omegaconf\.)?(omegaconf\.)?OmegaConf\.(create|structured|masked_copy)$/,
    (m, args) => asConfig(m, created(m, argument(args, 0, 'obj') ?? dictOf(m, [], null))),
  ],
  [
    /^(omegaconf\.)?(omegaconf\.)?OmegaConf\.(to_container|to_object)$/,
    (m, args, _site, path) => {
      const resolve = truth(args.named.get('resolve') ?? constant('bool', path.endsWith('to_object'), null));
      return toContainer(m, argument(args, 0, 'cfg') ?? UNKNOWN, resolve !== false);
    },
  ],
  [
    /^omegaconf\.(omegaconf\.)?OmegaConf\.select$/,
    (m, args) => {
      const names = argument(args, 1, 'key');
      const found = ((names && text(names)?.split('.')) || ['']).reduce(
        (value, name) => itemOf(m, value, constant('str', name, null)),
        args.positional[0] ?? UNKNOWN,
      );
      const preset = args.named.get('default');
      return found.data.kind === 'unknown' && !found.outside && preset ? anyOf([found, preset]) : found;
    },
  ],
  [
    /^omegaconf\.(omegaconf\.)?OmegaConf\.register_(new_)?resolver$/,
    (m, args) => {
      const name = argument(args, 0, 'name');
      const resolver = argument(args, 1, 'resolver');
      if (name && text(name) !== null && resolver) {
        m.resolvers.set(text(name)!, resolver);
      }
      return constant('none', null, null);
    },
  ],
  [
    /^omegaconf\.(omegaconf\.)?OmegaConf\.is_(config|dict|list)$/,
    (_m, args, _site, path) => {
      const data = args.positional[0]?.data;
      const isKnown = data?.kind === 'dict' || data?.kind === 'list' || data?.kind === 'constant';
      return isKnown
        ? constant(
            'bool',
            data.kind !== 'constant' &&
              data.config === true &&
              (path.endsWith('config') || path.endsWith(data.kind)),
            null,
          )
        : UNKNOWN;
    },
  ],
  [/^omegaconf\.(omegaconf\.)?OmegaConf\.(merge|unsafe_merge)$/, merge],
  [
    /^omegaconf\.(omegaconf\.)?OmegaConf\.from_cli$/,
    (m, args, site, path) => makeObject(m, path, args, site),
  ],
  [
    /^omegaconf\.(omegaconf\.)?OmegaConf\.update$/,
    (m, args) => {
      const key = argument(args, 1, 'key');
      setPath(
        m,
        args.positional[0] ?? UNKNOWN,
        key ? text(key) : null,
        argument(args, 2, 'value') ?? UNKNOWN,
      );
      return constant('none', null, null);
    },
  ],
  [
    /^omegaconf\.(omegaconf\.)?OmegaConf\.(set_struct|set_readonly|resolve)$/,
    () => constant('none', null, null),
  ],
  [/^hydra(\.\w+)*\.compose$/, (m, args) => composeCall(m, args)],
  [
    /^hydra(\.\w+)*\.initialize(_config_dir|_config_module)?$/,
    (m, args, site, path) => (site ? initialize(m, path, args, site.scope.module.file) : UNKNOWN),
  ],
  [/^dotenv(\.main)?\.(load_dotenv|dotenv_values)$/, loadDotenv],
  [
    /^configparser\.(ConfigParser|RawConfigParser|SafeConfigParser)$/,
    (m, args, site, path) => makeObject(m, path, args, site),
  ],
  [/^(dataclasses|attrs?)\.asdict$/, (m, args) => deepDict(m, args.positional[0] ?? UNKNOWN)],
  [/^(dataclasses\.replace|attrs?\.evolve)$/, replaced],
  [
    /^(box(\.\w+)*\.(Box|ConfigBox|DDBox|BoxList)\.from_(yaml|json|toml)|box(\.\w+)*\.box_from_(file|string)|munch(\.\w+)*\.Munch\.from(YAML|JSON)|anyconfig(\.\w+)*\.load)$/,
    readBox,
  ],
  [
    /^(easydict\.EasyDict|munch\.(Munch|munchify|DefaultMunch)|addict\.Dict|ml_collections\.(ConfigDict|config_dict\.ConfigDict)|types\.SimpleNamespace|argparse\.Namespace|box\.(Box|ConfigBox|DDBox)|(yacs|fvcore\.common|detectron2)\.config\.CfgNode)$/,
    (m, args) => {
      const result = dictOf(m, [...args.named], null, args.open);
      if (args.positional[0] && result.data.kind === 'dict') {
        mergeInto(result.data, args.positional[0]);
      }
      return result;
    },
  ],
];

/** `asdict` goes into fields that are records themselves. */
function deepDict(m: Machine, value: Value): Value {
  const dict = asDict(m, value);
  if (dict.data.kind === 'dict') {
    for (const entry of dict.data.entries.values()) {
      if (entry.value.data.kind === 'instance') {
        entry.value = deepDict(m, entry.value);
      }
    }
  }
  return dict;
}

export function configMethod(
  m: Machine,
  object: ObjectData,
  _receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value | null {
  if (/^configparser\./.test(object.path)) {
    return configParserMethod(m, object, name, args, site);
  }
  if (object.path === 'builtins.open' && (name === 'read' || name === '__enter__')) {
    return makeObject(m, 'file.text', object.args, site);
  }
  if (/^(ruamel\.yaml\.YAML|ruamel_yaml\.YAML)$/.test(object.path) && name === 'load') {
    return load(m, args, site, object.path) ?? null;
  }
  if (/ConfigStore\.instance$/.test(object.path) && name === 'store') {
    const [name, group] = [argument(args, 0, 'name'), argument(args, 2, 'group')].map(
      (each) => each && text(each),
    );
    const node = argument(args, 1, 'node');
    if (name && node) {
      m.hydraNodes.set(group ? `${group}/${name}` : name, node);
    }
    return constant('none', null, null);
  }
  return null;
}

function configParserMethod(
  m: Machine,
  object: ObjectData,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value | null {
  if (name === 'read' || name === 'read_file') {
    const file = configFileOf(m, args.positional[0], site);
    const content = file === null ? UNKNOWN : readConfigFile(m, file);
    for (const [key, entry] of content.data.kind === 'dict' ? content.data.entries : []) {
      object.attributes.set(key.slice(4), entry.value);
    }
    return UNKNOWN;
  }
  if (/^get(int|float|boolean)?$/.test(name)) {
    const section = args.positional[0] ? text(args.positional[0]) : null;
    const option = args.positional[1];
    const content = section === null ? undefined : object.attributes.get(section);
    const key = option ? keyOf(option) : null;
    const found =
      content?.data.kind === 'dict' && key !== null
        ? content.data.entries.get(`str:${key.slice(4).toLowerCase()}`)?.value
        : undefined;
    return !found ? UNKNOWN : name === 'getboolean' ? asBoolean(found) : found;
  }
  return null;
}

/** What configparser takes for true and false. */
function asBoolean(value: Value): Value {
  const word = text(value)?.toLowerCase() ?? '';
  return /^(1|yes|true|on)$/.test(word)
    ? constant('bool', true, value.origin)
    : /^(0|no|false|off)$/.test(word)
      ? constant('bool', false, value.origin)
      : UNKNOWN;
}
