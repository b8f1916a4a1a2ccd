import { callFunction, callValue } from '../calls';
import { argument, noArguments, type Machine, type Site } from '../machine';
import { pathOf } from '../records';
import {
  constant,
  text,
  UNKNOWN,
  type CallArguments,
  type FunctionData,
  type ObjectData,
  type Value,
} from '../values';
import { makeObject } from './objects';
import { givenOutside, runOneOf, typed, typeName, withDefault } from './options';

const COMMAND = /^(rich_)?click\.(command|group)(\(\)\.(command|group))?$|\.click\.command$/;
const PASSED = /^(rich_)?click(\.decorators)?\.pass_(context|obj)$/;
const STARTING = new Set(['obj', 'prog_name', 'standalone_mode', 'auto_envvar_prefix', 'complete_var']);
/** What click itself sets on a context. */
const OF_CONTEXT = ['args', 'command', 'info_name', 'invoked_subcommand', 'meta', 'params', 'parent'];

/** Whether a decorator makes a command of click. */
export function isClickCommand(decorator: Value): boolean {
  return COMMAND.test(pathOf(decorator));
}

/** What a group of click makes a command with: `@cli.command()`; null for another function or method. */
export function clickGroupMethod(
  m: Machine,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value | null {
  if (receiver.data.kind !== 'function' || !receiver.data.decorators.some(isClickCommand)) {
    return null;
  }
  if (name === 'command' || name === 'group') {
    const made = makeObject(m, `click.group().${name}`, args, site);
    if (made.data.kind === 'object') {
      made.data.attributes.set('group', receiver);
    }
    return made;
  }
  const command = argument(args, 0, 'cmd');
  if (name === 'add_command' && command?.data.kind === 'function') {
    const made = makeObject(
      m,
      'click.group().add_command',
      { ...noArguments(), positional: args.positional.slice(1), named: args.named },
      site,
    );
    if (made.data.kind === 'object') {
      made.data.attributes.set('group', receiver);
    }
    command.data.decorators.push(made);
    return constant('none', null, null);
  }
  return name === 'main' ? callStarted(m, receiver.data, args) : null;
}

/** The commands of a group, by name. */
function commandsOf(m: Machine, group: FunctionData): [string, FunctionData][] {
  return [...m.functions].flatMap((target) =>
    target.decorators.flatMap(({ data }): [string, FunctionData][] => {
      if (data.kind !== 'object' || data.attributes.get('group')?.data !== group) {
        return [];
      }
      const name = argument(data.args, 0, 'name');
      return [[(name ? text(name) : null) ?? target.name.toLowerCase().replace(/_/g, '-'), target]];
    }),
  );
}

/** A command that the code starts with settings of click's own, `cli(obj={})`; null where it has others. */
export function callStarted(m: Machine, target: FunctionData, args: CallArguments): Value | null {
  const isStart = args.positional.length === 0 && [...args.named.keys()].every((name) => STARTING.has(name));
  const object = args.named.get('obj') ?? constant('none', null, null);
  return isStart ? callClick(m, target, newContext(m, object)) : null;
}

/** A context of click. @param object its `obj` */
function newContext(m: Machine, object: Value): Value {
  const made = makeObject(m, 'click.Context', noArguments(), null);
  if (made.data.kind === 'object') {
    OF_CONTEXT.forEach((name) => made.data.kind === 'object' && made.data.attributes.set(name, UNKNOWN));
    made.data.attributes.set('obj', object);
  }
  return made;
}

const objectOfContext = ({ data }: Value): Value =>
  (data.kind === 'object' ? data.attributes.get('obj') : undefined) ?? UNKNOWN;

/** `ctx.ensure_object(dict)`: what every command of a group is given. */
export function contextMethod(
  m: Machine,
  object: ObjectData,
  name: string,
  args: CallArguments,
): Value | null {
  if (object.path !== 'click.Context' || name !== 'ensure_object') {
    return null;
  }
  const held = object.attributes.get('obj') ?? UNKNOWN;
  if (held.data.kind === 'constant' && held.data.constant.type === 'none') {
    const type = args.positional[0];
    object.attributes.set('obj', type ? callValue(m, type, noArguments(), null) : UNKNOWN);
  }
  return object.attributes.get('obj') ?? UNKNOWN;
}

/**
 * Calls a click command: its decorators are its options. After a group comes the command that was named.
 * @param context of the group that it belongs to
 */
export function callClick(m: Machine, target: FunctionData, context?: Value): Value {
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
      (isFlag || long.includes('/')
        ? constant('bool', false, madeAt)
        : args.named.has('count')
          ? constant('int', 0, madeAt)
          : args.named.has('multiple') || args.named.has('nargs')
            ? UNKNOWN
            : undefined);
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
  // A command of a group that nothing calls has what the group's function set.
  const isOfGroup = target.decorators.some(
    ({ data }) => data.kind === 'object' && data.attributes.has('group'),
  );
  const ctx = context ?? newContext(m, isOfGroup ? UNKNOWN : constant('none', null, null));
  const passed = target.decorators.flatMap((decorator) => {
    const path = pathOf(decorator);
    return PASSED.test(path) ? [path.endsWith('context') ? ctx : objectOfContext(ctx)] : [];
  });
  const open = target.params
    .slice(passed.length)
    .some((param) => !named.has(param.name) && !param.star && !target.defaults.has(param.name));
  const result = callFunction(m, target, { positional: passed, named, open });
  runOneOf(m, commandsOf(m, target), ([, command]) => callClick(m, command, ctx));
  return result;
}

function presetType(preset: Value | undefined): string | null {
  return preset?.data.kind === 'constant' ? preset.data.constant.type : null;
}
