import { callFunction, callValue } from '../calls';
import { force } from '../expressions';
import { listOf } from '../iteration';
import { argument, type Machine, type Site } from '../machine';
import { isRecordClass, pathOf, recordFields } from '../records';
import {
  anyOf,
  constant,
  number,
  text,
  UNKNOWN,
  type FunctionData,
  type ObjectData,
  type Origin,
  type Value,
} from '../values';
import type { LibraryFunction } from './index';
import { makeObject } from './objects';

/** A value that only the command line gives: where it is declared is all that the code says. */
export function givenOutside(why: string, origin: Origin | null): Value {
  return { data: { kind: 'unknown' }, origin, outside: { kind: 'given', why } };
}

export function withDefault(preset: Value | undefined, name: string, origin: Origin | null): Value {
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

export function typed(value: Value, type: string | null): Value {
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

export function typeName(value: Value | undefined): string | null {
  return value?.data.kind === 'library' ? value.data.path : null;
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

/**
 * Calls a function whose parameters are a command line's options: typer, fire.
 * @param self what a method is called on
 */
export function callWithOptions(m: Machine, target: FunctionData, self?: Value): Value {
  const named = new Map<string, Value>();
  for (const param of target.params.slice(self ? 1 : 0)) {
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
  const open = target.params.some((param) => param.star);
  return callFunction(m, target, { positional: self ? [self] : [], named, open }, self);
}

const environment: LibraryFunction = (m, args, site, path) => {
  const name = args.positional[0] ? text(args.positional[0]) : null;
  const preset = argument(args, 1, 'default');
  const stored = name === null ? undefined : m.environment.get(name);
  if (path.endsWith('.setdefault') && !stored) {
    m.environment.set(name, preset ?? UNKNOWN);
  }
  if (name === null || !site) {
    return UNKNOWN;
  }
  const origin = m.origin(site);
  if (stored) {
    return stored === UNKNOWN ? UNKNOWN : { ...stored, outside: { kind: 'default', name } };
  }
  return preset ? withDefault(preset, name, origin) : givenOutside(`${name} in the environment`, origin);
};

const writeEnvironment: LibraryFunction = (m, { positional: [first, second], named, open }, _, path) => {
  if (path.endsWith('putenv')) {
    m.environment.set(first ? text(first) : null, second ?? UNKNOWN);
    return UNKNOWN;
  }
  if (first) {
    m.environment.update(m, first);
  }
  named.forEach((value, name) => m.environment.set(name, value));
  if (open) {
    m.environment.set(null, UNKNOWN);
  }
  return UNKNOWN;
};

/** The commands of a class or an object given to fire: its methods, by name. */
function fireCommands(object: Value): [string, FunctionData, Value | undefined][] {
  return object.data.kind !== 'instance'
    ? []
    : [...object.data.type.attributes].flatMap(([name, { data }]) => {
        if (data.kind !== 'function' || name.startsWith('_') || data.decorators.length > 0) {
          return [];
        }
        return [[name, data, object] as [string, FunctionData, Value]];
      });
}

const runFire: LibraryFunction = (m, args, site) => {
  const given = argument(args, 0, 'component');
  if (given?.data.kind === 'function') {
    return callWithOptions(m, given.data);
  }
  const target =
    given?.data.kind === 'class'
      ? callValue(m, given, { positional: [], named: new Map(), open: true }, site)
      : given;
  const commands: [string, FunctionData, Value | undefined][] =
    target?.data.kind === 'dict'
      ? [...target.data.entries.values()].flatMap(({ key, value: { data } }) =>
          data.kind === 'function' ? [[text(key) ?? '', data, undefined]] : [],
        )
      : target
        ? fireCommands(target)
        : [];
  runOneOf(m, commands, ([, command, self]) => callWithOptions(m, command, self));
  return UNKNOWN;
};

/** Runs the command that the command line names; where it is not known, each as one that may have been named. */
export function runOneOf<T extends readonly [string, ...unknown[]]>(
  m: Machine,
  commands: readonly T[],
  run: (command: T) => unknown,
): void {
  const words = [...(m.commandLine ?? [])].flatMap(([key, value]) => (/^\d/.test(key) ? [text(value)] : []));
  const chosen =
    commands.find(([name]) => words.includes(name)) ?? (commands.length === 1 ? commands[0] : null);
  if (chosen) {
    run(chosen);
    return;
  }
  commands.forEach((command) => m.uncertain(() => run(command)));
}

/** `sys.argv[1]`: a word of the command line, by its place. */
export function commandLineWord(m: Machine, index: Value, site: Site): Value {
  const place = number(index);
  const hasOptions = [...(m.commandLine?.keys() ?? [])].some((key) => key.startsWith('-'));
  const known =
    place !== null && place > 0 && !hasOptions ? m.commandLine?.get(String(place - 1)) : undefined;
  return place === 0
    ? UNKNOWN
    : (known ??
        givenOutside(`argument ${place ?? ''} on the command line`.replace('  ', ' '), m.origin(site)));
}

/** `sys.argv[1:]`: any number of words, which only the run knew. */
export function commandLineWords(m: Machine): Value {
  const list = listOf(m, [], null, 'list', true);
  return m.commandLine || list.data.kind !== 'list'
    ? UNKNOWN
    : { ...list, data: { ...list.data, words: true } };
}

/** `flags.DEFINE_float(name, default, help)` of absl: what FLAGS has under the name. */
const defineFlag: LibraryFunction = (m, args, site, path) => {
  const name = argument(args, 0, 'name');
  const label = name ? text(name) : null;
  if (label === null || !site) {
    return UNKNOWN;
  }
  const origin = m.origin(site);
  const preset = argument(args, 1, 'default') ?? constant('none', null, origin);
  const value = withDefault(preset, `--${label}`, origin);
  m.flags.set(label, value);
  const holder = makeObject(m, path, args, site);
  if (holder.data.kind === 'object') {
    holder.data.attributes.set('value', value);
  }
  return holder;
};

/** A record whose fields are a command line's options: HfArgumentParser, tyro, simple_parsing, pyrallis. */
function recordFromOptions(m: Machine, type: Value, site: Site | null): Value {
  const { data } = force(m, type);
  if (data.kind !== 'class' || !isRecordClass(data)) {
    return UNKNOWN;
  }
  const record = callValue(m, type, { positional: [], named: new Map(), open: false }, site);
  if (record.data.kind === 'instance') {
    for (const { name } of recordFields(m, data)) {
      const origin = data.fieldOrigins.get(name) ?? null;
      const value = record.data.attributes.get(name) ?? UNKNOWN;
      const isPlain = ['constant', 'unknown', 'any', 'list'].includes(value.data.kind);
      const preset = value.data.kind === 'unknown' && value.origin === null ? undefined : value;
      record.data.attributes.set(name, isPlain ? withDefault(preset, `--${name}`, origin) : value);
    }
  }
  return record;
}

const parseRecord: LibraryFunction = (m, args, site) => {
  const type = args.positional[0] ?? args.named.get('config_class');
  return type?.data.kind === 'function'
    ? callWithOptions(m, type.data)
    : recordFromOptions(m, type ?? UNKNOWN, site);
};

/** `HfArgumentParser((ModelArguments, DataArguments)).parse_args_into_dataclasses()`. */
export function dataclassParserMethod(
  m: Machine,
  object: ObjectData,
  name: string,
  site: Site | null,
): Value | null {
  if (
    !/^transformers(\.\w+)*\.HfArgumentParser$/.test(object.path) ||
    name !== 'parse_args_into_dataclasses'
  ) {
    return null;
  }
  const types = argument(object.args, 0, 'dataclass_types') ?? UNKNOWN;
  const each = types.data.kind === 'list' ? types.data.items : [types];
  return listOf(
    m,
    each.map((type) => recordFromOptions(m, type, site)),
    null,
    'tuple',
  );
}

export const OPTION_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [
    /^(argparse|configargparse|jsonargparse)\.(ArgumentParser|ArgParser|ArgumentParser_)$/,
    (m, args, site) => makeObject(m, 'argparse.ArgumentParser', args, site),
  ],
  [/^os\.(environ\.update|putenv)$/, writeEnvironment],
  [/^os\.(environ\.get|getenv|environ\.__getitem__|environ\.setdefault)$/, environment],
  [/^fire\.Fire$|^typer\.run$/, runFire],
  [/(^|\.)flags\.DEFINE_\w+$/, defineFlag],
  [/^(tyro\.cli|simple_parsing\.parse|pyrallis\.parse|draccus\.parse|jsonargparse\.CLI)$/, parseRecord],
  [/^typer\.(Option|Argument)$/, (m, args, site, path) => makeObject(m, path, args, site)],
];
