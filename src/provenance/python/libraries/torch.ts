import { doubtEntries } from '../assignment';
import { dictOf, listOf } from '../iteration';
import type { Machine } from '../machine';
import { constant, UNKNOWN, type CallArguments, type DictData, type ObjectData, type Value } from '../values';
import { objectOf } from './objects';

const OPTIMIZER = /^torch\.optim\.(?:\w+\.)?[A-Z][a-zA-Z\d]*$/;
const SCHEDULER = /\blr_scheduler\.|_schedule_|_schedule$|\bget_scheduler$/;

/** `optimizer.param_groups`, `optimizer.defaults` (torch 1 and 2, `optim/optimizer.py`): what its constructor was given. */
export function torchMember(m: Machine, object: ObjectData, name: string): Value | null {
  if (!OPTIMIZER.test(object.path) || object.path.includes('lr_scheduler')) {
    return null;
  }
  if (name !== 'param_groups' && name !== 'defaults') {
    return null;
  }
  const given: [string, Value][] = [...object.args.named].filter(([key]) => key !== 'params');
  const rate = object.args.positional[1];
  const own = rate ? [['lr', rate] as [string, Value], ...given] : given;
  // What it was not given, the library sets.
  const made = (): Value => dictOf(m, own, null, true);
  const params = object.args.positional[0] ?? object.args.named.get('params');
  const groups = params?.data.kind === 'list' && !params.data.open ? params.data.items : null;
  const all =
    groups && groups.every(({ data }) => data.kind === 'dict')
      ? groups.map((group) => {
          const value = made();
          for (const [key, entry] of (group.data as DictData).entries) {
            (value.data as DictData).entries.set(key, entry);
          }
          return value;
        })
      : null;
  // Without a list of groups there is one; what a call gave may be either.
  const isOne = groups === null || groups.every(({ data }) => data.kind !== 'dict');
  const value =
    name === 'defaults'
      ? made()
      : listOf(m, all ?? [made()], null, 'list', !(all ?? isOne) && params?.data.kind !== 'object');
  object.attributes.set(name, value);
  return value;
}

/** A scheduler changes the rates of the optimizer that it is given, from its first step on. */
export function noteScheduler(m: Machine, path: string, args: CallArguments): void {
  if (!SCHEDULER.test(path)) {
    return;
  }
  for (const value of [...args.positional, ...args.named.values()]) {
    const optimizer = objectOf(value, OPTIMIZER);
    const groups =
      optimizer && (optimizer.attributes.get('param_groups') ?? torchMember(m, optimizer, 'param_groups'));
    for (const group of groups?.data.kind === 'list' ? groups.data.items : []) {
      if (group.data.kind === 'dict') {
        doubtEntries(group.data);
      }
    }
  }
}

/** `type(value)`: the class, set by the line that made the object; UNKNOWN where that is not known. */
export function typeOf(value: Value): Value {
  const { data } = value;
  switch (data.kind) {
    case 'instance':
      return { data: data.type, origin: value.origin };
    case 'object':
      return /(^|\.)[A-Z]\w*$/.test(data.path)
        ? { data: { kind: 'library', path: data.path }, origin: data.madeAt }
        : UNKNOWN;
    case 'dict':
      return {
        data: { kind: 'library', path: data.config ? 'omegaconf.DictConfig' : 'builtins.dict' },
        origin: null,
      };
    case 'list':
      return {
        data: { kind: 'library', path: data.config ? 'omegaconf.ListConfig' : `builtins.${data.type}` },
        origin: null,
      };
    case 'constant':
      return value.outside || data.constant.type === 'none'
        ? UNKNOWN
        : { data: { kind: 'library', path: `builtins.${data.constant.type}` }, origin: null };
    default:
      return UNKNOWN;
  }
}

/** `SomeClass.__name__` of a library. */
export function libraryName(value: Value): Value | null {
  const name = value.data.kind === 'library' ? /(?:^|\.)([A-Z]\w*)$/.exec(value.data.path)?.[1] : undefined;
  return name === undefined ? null : constant('str', name, value.origin);
}
