import { callFunction, callValue } from '../calls';
import { elementsOf, listOf } from '../iteration';
import { argument, type Machine, type Site } from '../machine';
import { pathOf } from '../records';
import {
  anyOf,
  constant,
  text,
  UNKNOWN,
  type CallArguments,
  type FunctionData,
  type ObjectData,
  type Origin,
  type Value,
} from '../values';
import type { LibraryFunction } from './index';
import { makeObject, namespace } from './objects';

/** One option of a command line, with the value that it has when it is not given. */
interface Option {
  name: string;
  flags: string[];
  value: Value;
  /** `type=`, applied to what is given as text. */
  type: string | null;
  /** The value that a flag without an argument sets. */
  flag: Value | null;
  origin: Origin | null;
  many: boolean;
}

const parsers = new WeakMap<ObjectData, Option[]>();

/** A value that only the command line gives: where it is declared is all that the code says. */
export function givenOutside(why: string, origin: Origin | null): Value {
  return { data: { kind: 'unknown' }, origin, outside: { kind: 'given', why } };
}

function withDefault(preset: Value | undefined, name: string, origin: Origin | null): Value {
  if (!preset || (preset.data.kind === 'constant' && preset.data.constant.type === 'none')) {
    return preset
      ? anyOf([
          { ...preset, origin, outside: { kind: 'default', name } },
          givenOutside(`${name} on the command line`, origin),
        ])
      : givenOutside(`${name} on the command line`, origin);
  }
  if (preset.data.kind === 'any') {
    return anyOf(preset.data.options.map((option) => withDefault(option, name, origin)));
  }
  return preset.outside?.kind === 'given' || preset.data.kind === 'unknown'
    ? preset
    : { ...preset, origin: preset.origin ?? origin, outside: { kind: 'default', name } };
}

function typed(value: Value, type: string | null): Value {
  if (value.data.kind !== 'constant' || value.data.constant.type !== 'str' || !type) {
    return value;
  }
  const raw = String(value.data.constant.value);
  if (/int$/i.test(type) && /^\s*[+-]?\d+\s*$/.test(raw)) {
    return constant('int', Number(raw), value.origin, value.outside);
  }
  if (/float$/i.test(type) && raw.trim() !== '' && !Number.isNaN(Number(raw))) {
    return constant('float', Number(raw), value.origin, value.outside);
  }
  return value;
}

function typeName(value: Value | undefined): string | null {
  return value?.data.kind === 'library' ? value.data.path : null;
}

function addArgument(m: Machine, options: Option[], args: CallArguments, site: Site): void {
  const flags = args.positional.map(text).filter((flag): flag is string => flag !== null);
  const long = flags.find((flag) => flag.startsWith('--')) ?? flags[0];
  const dest = args.named.get('dest');
  const name = (dest ? text(dest) : null) ?? long?.replace(/^-+/, '').replace(/-/g, '_');
  if (!name || !long) {
    return;
  }
  const origin = m.origin(site);
  const action = args.named.get('action');
  const kind = action ? (text(action) ?? typeName(action) ?? '') : 'store';
  const type = typeName(args.named.get('type'));
  let preset = args.named.get('default');
  let flag: Value | null = null;
  if (kind === 'store_true' || kind === 'store_false') {
    flag = constant('bool', kind === 'store_true', origin);
    preset ??= constant('bool', kind !== 'store_true', origin);
  } else if (kind === 'store_const') {
    flag = args.named.get('const') ?? UNKNOWN;
  }
  const required = args.named.get('required');
  const isRequired =
    (!long.startsWith('-') && !args.named.has('nargs')) ||
    (required?.data.kind === 'constant' && required.data.constant.value === true);
  const value =
    isRequired && !preset
      ? givenOutside(`${long} on the command line`, origin)
      : withDefault(typed(preset ?? constant('none', null, origin), type), long, origin);
  options.push({ name, flags, value, type, flag, origin, many: args.named.has('nargs') });
}

/** `parse_args()`: the options' values, those of a known command line first. */
function parseArguments(m: Machine, options: readonly Option[], given: Map<string, Value> | null): Value {
  const attributes = new Map<string, Value>();
  for (const option of options) {
    const found = option.flags.map((flag) => given?.get(flag)).find((value) => value !== undefined);
    attributes.set(option.name, found ? (option.flag ?? typed(found, option.type)) : option.value);
  }
  const positionals = options.filter((option) => !option.flags[0]?.startsWith('-'));
  positionals.forEach((option, index) => {
    const found = given?.get(String(index));
    if (found) {
      attributes.set(option.name, typed(found, option.type));
    }
  });
  return namespace(m, attributes);
}

/** Tokens of a command line by option, or by position. */
export function commandLine(tokens: readonly Value[]): Map<string, Value> {
  const result = new Map<string, Value>();
  let position = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const word = text(token);
    if (word === null || !/^-{1,2}[a-zA-Z]/.test(word)) {
      result.set(String(position++), token);
      continue;
    }
    const equals = word.indexOf('=');
    const next = tokens[i + 1];
    const nextWord = next ? text(next) : null;
    if (equals > 0) {
      result.set(word.slice(0, equals), {
        ...token,
        data: constant('str', word.slice(equals + 1), null).data,
      });
    } else if (next && (nextWord === null || !/^--?[a-zA-Z]/.test(nextWord))) {
      result.set(word, next);
      i++;
    } else {
      result.set(word, constant('bool', true, token.origin));
    }
  }
  return result;
}

export function optionMethod(
  m: Machine,
  object: ObjectData,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value | null {
  if (object.path === 'typer.Typer' && name === '__call__') {
    return UNKNOWN;
  }
  if (object.path !== 'argparse.ArgumentParser' || !site) {
    return null;
  }
  const options = parsers.get(object) ?? [];
  parsers.set(object, options);
  switch (name) {
    case 'add_argument':
      addArgument(m, options, args, site);
      return UNKNOWN;
    case 'add_argument_group':
    case 'add_mutually_exclusive_group':
      return receiver;
    case 'add_subparsers':
      return makeObject(m, 'argparse.subparsers', args, site);
    case 'set_defaults':
      for (const option of options) {
        const value = args.named.get(option.name);
        option.value = value
          ? withDefault(value, option.flags.at(-1) ?? option.name, option.origin)
          : option.value;
      }
      return UNKNOWN;
    case 'parse_args':
    case 'parse_known_args': {
      const list = argument(args, 0, 'args');
      const elements = list && list.data.kind === 'list' ? elementsOf(m, list) : null;
      const result = parseArguments(
        m,
        options,
        elements?.exact ? commandLine(elements.items) : m.commandLine,
      );
      return name === 'parse_args' ? result : listOf(m, [result, UNKNOWN], null, 'tuple');
    }
    default:
      return null;
  }
}

/** Calls a function whose parameters are a command line's options: typer, fire. */
export function callWithOptions(m: Machine, target: FunctionData): Value {
  const named = new Map<string, Value>();
  for (const param of target.params) {
    if (param.star || param.name === 'self') {
      continue;
    }
    const flag = `--${param.name.replace(/_/g, '-')}`;
    const at = param.default?.at ?? target.node?.at ?? 0;
    const origin = m.source(target.scope.module.file).origin(at);
    const preset = target.defaults.get(param.name);
    const declared =
      preset && /^typer\.(Option|Argument)$/.test(pathOf(preset)) && preset.data.kind === 'object'
        ? preset.data
        : null;
    const value = declared ? argument(declared.args, 0, 'default') : preset;
    const isRequired = value === undefined || value.data.kind === 'unknown';
    const given = m.commandLine?.get(flag) ?? m.commandLine?.get(`--${param.name}`);
    named.set(
      param.name,
      given
        ? typed(given, param.annotation?.kind === 'name' ? param.annotation.id : null)
        : isRequired
          ? givenOutside(`${flag} on the command line`, origin)
          : withDefault(value, flag, origin),
    );
  }
  return callFunction(m, target, { positional: [], named, open: false });
}

/** Calls a click command: its decorators are its options. */
export function callClick(m: Machine, target: FunctionData): Value {
  const named = new Map<string, Value>();
  for (const decorator of target.decorators) {
    if (decorator.data.kind !== 'object' || !/^(rich_)?click\.(option|argument)$/.test(decorator.data.path)) {
      continue;
    }
    const { args, madeAt, path } = decorator.data;
    const flags = args.positional.map(text).filter((flag): flag is string => flag !== null);
    const long = flags.find((flag) => flag.startsWith('--')) ?? flags[0];
    const bare = flags.find((flag) => !flag.startsWith('-'));
    const name = bare ?? long?.split('/')[0]?.replace(/^-+/, '').replace(/-/g, '_').toLowerCase();
    if (!name || !long) {
      continue;
    }
    const isFlag = args.named.get('is_flag');
    const preset =
      args.named.get('default') ??
      (isFlag || long.includes('/') ? constant('bool', false, madeAt) : undefined);
    const given = flags.map((flag) => m.commandLine?.get(flag)).find((value) => value !== undefined);
    const type = typeName(args.named.get('type'));
    named.set(
      name,
      given
        ? typed(given, type ?? presetType(preset))
        : path.endsWith('argument') && !preset
          ? givenOutside(`${name} on the command line`, madeAt)
          : withDefault(typed(preset ?? constant('none', null, madeAt), type), long, madeAt),
    );
  }
  const open = target.params.some(
    (param) => !named.has(param.name) && !param.star && !target.defaults.has(param.name),
  );
  return callFunction(m, target, { positional: [], named, open });
}

function presetType(preset: Value | undefined): string | null {
  return preset?.data.kind === 'constant' ? preset.data.constant.type : null;
}

const environment: LibraryFunction = (m, args, site) => {
  const name = args.positional[0] ? text(args.positional[0]) : null;
  if (name === null || !site) {
    return UNKNOWN;
  }
  const origin = m.origin(site);
  const stored = m.dotenv.get(name);
  if (stored) {
    return { ...stored, outside: { kind: 'default', name } };
  }
  const preset = argument(args, 1, 'default');
  return preset ? withDefault(preset, name, origin) : givenOutside(`${name} in the environment`, origin);
};

const runFire: LibraryFunction = (m, args, site) => {
  const target = args.positional[0];
  if (target?.data.kind === 'function') {
    return callWithOptions(m, target.data);
  }
  if (target?.data.kind === 'dict') {
    m.uncertain(() => {
      for (const { value } of target.data.kind === 'dict' ? target.data.entries.values() : []) {
        if (value.data.kind === 'function') {
          callWithOptions(m, value.data);
        }
      }
    });
    return UNKNOWN;
  }
  if (target?.data.kind === 'class') {
    callValue(m, target, { positional: [], named: new Map(), open: true }, site);
  }
  return UNKNOWN;
};

export const OPTION_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [
    /^(argparse|configargparse|jsonargparse)\.(ArgumentParser|ArgParser|ArgumentParser_)$/,
    (m, args, site) => makeObject(m, 'argparse.ArgumentParser', args, site),
  ],
  [/^os\.(environ\.get|getenv|environ\.__getitem__|environ\.setdefault)$/, environment],
  [/^fire\.Fire$|^typer\.run$/, runFire],
  [/^typer\.(Option|Argument)$/, (m, args, site, path) => makeObject(m, path, args, site)],
];
