import { setAttribute } from '../assignment';
import { callValue } from '../calls';
import { elementsOf, listOf } from '../iteration';
import { argument, type Machine, type Site } from '../machine';
import {
  anyOf,
  at,
  constant,
  optionsOf,
  text,
  UNKNOWN,
  type CallArguments,
  type ObjectData,
  type Origin,
  type Value,
} from '../values';
import { makeObject, namespace } from './objects';
import { commandLine, givenOutside, typed, typeName, withDefault } from './options';

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

/** What is known of a parser. */
interface Parser {
  options: Option[];
  /** Those of its subcommands: one of them runs. */
  commands: ObjectData[];
}

const parsers = new WeakMap<ObjectData, Parser>();

function parserOf(object: ObjectData): Parser {
  const parser = parsers.get(object) ?? { options: inherited(object), commands: [] };
  parsers.set(object, parser);
  return parser;
}

/** `ArgumentParser(parents=[…])` has their options. */
function inherited(object: ObjectData): Option[] {
  const parents = object.args.named.get('parents');
  return (parents?.data.kind === 'list' ? parents.data.items : []).flatMap(({ data }) =>
    data.kind === 'object' ? parserOf(data).options.map((option) => ({ ...option })) : [],
  );
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
  const converter = args.named.get('type');
  const type = typeName(converter);
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
      : withDefault(
          converted(m, preset ?? constant('none', null, origin), converter, origin, site),
          long,
          origin,
        );
  options.push({ name, flags, value, type, flag, origin, many: args.named.has('nargs') });
}

/** `type=` is applied to a default that is a text: a function of the program is called, of a library's nothing is known. */
function converted(
  m: Machine,
  preset: Value,
  converter: Value | undefined,
  origin: Origin,
  site: Site,
): Value {
  const type = typeName(converter);
  if (!converter || text(preset) === null || (type !== null && /(^|\.)(str|int|float|Path)$/.test(type))) {
    return typed(preset, type);
  }
  const made = callValue(m, converter, { positional: [preset], named: new Map(), open: false }, site);
  return anyOf(optionsOf(made).map((option) => at(option, preset.origin ?? origin)));
}

/** `parse_args()`: the options' values, those of a known command line first. */
function parseArguments(
  m: Machine,
  { options, commands }: Parser,
  given: Map<string, Value> | null,
): Map<string, Value> {
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
  const ofCommands = new Map<string, Value[]>();
  for (const command of commands) {
    for (const [name, value] of parseArguments(m, parserOf(command), given)) {
      ofCommands.set(name, [...(ofCommands.get(name) ?? []), value]);
    }
  }
  for (const [name, values] of ofCommands) {
    const own = attributes.get(name);
    attributes.set(name, anyOf(own ? [own, ...values] : values));
  }
  return attributes;
}

/** Methods of argparse's parsers. */
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
  if (object.path === 'argparse.subparsers' && name === 'add_parser' && site) {
    const command = makeObject(m, 'argparse.ArgumentParser', args, site);
    if (command.data.kind === 'object') {
      parsersOfCommands.get(object)?.commands.push(command.data);
    }
    return command;
  }
  if (object.path !== 'argparse.ArgumentParser' || !site) {
    return null;
  }
  const parser = parserOf(object);
  switch (name) {
    case 'add_argument':
      addArgument(m, parser.options, args, site);
      return UNKNOWN;
    case 'add_argument_group':
    case 'add_mutually_exclusive_group':
      return receiver;
    case 'add_subparsers': {
      const commands = makeObject(m, 'argparse.subparsers', args, site);
      if (commands.data.kind === 'object') {
        parsersOfCommands.set(commands.data, parser);
      }
      return commands;
    }
    case 'set_defaults':
      setDefaults(m, object, parser.options, args);
      return UNKNOWN;
    case 'parse_args':
    case 'parse_known_args': {
      const result = parsed(m, parser, args);
      return name === 'parse_args' ? result : listOf(m, [result, UNKNOWN], null, 'tuple');
    }
    default:
      return null;
  }
}

const parsersOfCommands = new WeakMap<ObjectData, Parser>();

function setDefaults(m: Machine, object: ObjectData, options: Option[], args: CallArguments): void {
  for (const option of options) {
    const value = args.named.get(option.name);
    const preset = value && withDefault(value, option.flags.at(-1) ?? option.name, option.origin);
    const isCertain = preset !== undefined && m.isCertain(object);
    option.value = isCertain
      ? preset
      : anyOf([option.value, ...(preset ? [preset] : []), ...(args.open ? [UNKNOWN] : [])]);
  }
}

function parsed(m: Machine, parser: Parser, args: CallArguments): Value {
  const list = argument(args, 0, 'args');
  const elements = list?.data.kind === 'list' ? elementsOf(m, list) : null;
  const given = elements?.exact ? commandLine(elements.items) : m.commandLine;
  const attributes = parseArguments(m, parser, given);
  const target = argument(args, 1, 'namespace');
  if (target?.data.kind !== 'instance') {
    return namespace(m, attributes, target !== undefined || parser.commands.length > 0);
  }
  // What the object has already stands before an option's default.
  for (const [name, value] of attributes) {
    const old = target.data.attributes.get(name);
    setAttribute(m, target, name, old ? anyOf([old, UNKNOWN]) : value);
  }
  return target;
}
