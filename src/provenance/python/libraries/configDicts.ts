import { doubtEntries, setItem } from '../assignment';
import { elementsOf } from '../iteration';
import type { Machine, Site } from '../machine';
import { constant, keyOf, text, UNKNOWN, type CallArguments, type Value } from '../values';
import { configFileOf } from './config';
import { readConfigFile } from './configFiles';

const NONE = constant('none', null, null);

/** Methods that configurations have besides those of a dict: yacs's CfgNode, OmegaConf's DictConfig. */
export function configMethod(
  m: Machine,
  receiver: Value,
  name: string,
  args: CallArguments,
  site: Site | null,
): Value | null {
  const first = args.positional[0] ?? UNKNOWN;
  switch (name) {
    case 'clone':
      return clone(m, receiver);
    case 'freeze':
    case 'defrost':
    case 'set_new_allowed':
      return NONE;
    case 'merge_from_file': {
      const file = configFileOf(m, first, site);
      mergeDeep(m, receiver, file === null ? UNKNOWN : readConfigFile(m, file));
      return NONE;
    }
    case 'merge_update':
    case 'merge_with':
    case 'merge_from_other_cfg':
      args.positional.forEach((value) => mergeDeep(m, receiver, value));
      return NONE;
    case 'merge_from_list':
    case 'merge_with_dotlist':
      mergeList(m, receiver, first);
      return NONE;
    default:
      return null;
  }
}

function clone(m: Machine, value: Value): Value {
  const { data } = value;
  if (data.kind !== 'dict') {
    return value;
  }
  const entries = [...data.entries].map(
    ([key, entry]) => [key, { key: entry.key, value: clone(m, entry.value) }] as const,
  );
  return { ...value, data: { ...data, entries: new Map(entries), region: m.region } };
}

/** Another configuration's values take the place of those that are there, at every depth. */
export function mergeDeep(m: Machine, into: Value, from: Value): void {
  if (into.data.kind !== 'dict') {
    return;
  }
  if (from.data.kind !== 'dict' || from.data.open) {
    doubtDeep(into);
  }
  if (from.data.kind !== 'dict') {
    return;
  }
  for (const { key, value } of from.data.entries.values()) {
    const name = keyOf(key);
    const old = name === null ? undefined : into.data.entries.get(name)?.value;
    if (old?.data.kind === 'dict' && value.data.kind === 'dict') {
      mergeDeep(m, old, value);
    } else {
      setItem(m, into, key, value);
    }
  }
}

function doubtDeep({ data }: Value): void {
  if (data.kind === 'dict') {
    for (const { value } of data.entries.values()) {
      doubtDeep(value);
    }
    doubtEntries(data);
  }
}

/** `['SOLVER.BASE_LR', 0.1, …]` of yacs, `['solver.lr=0.1', …]` of OmegaConf. */
function mergeList(m: Machine, into: Value, list: Value): void {
  const elements = elementsOf(m, list);
  const words = elements.items.map(text);
  if (!elements.exact || words.some((word) => word?.includes('='))) {
    doubtDeep(into);
    return;
  }
  for (let i = 0; i + 1 < words.length; i += 2) {
    setPath(m, into, words[i] ?? null, elements.items[i + 1]!);
  }
}

/** Sets `a.b.c`; a path that is not known may be any. */
export function setPath(m: Machine, into: Value, path: string | null, value: Value): void {
  const keys = path?.split('.') ?? [];
  let current = into;
  for (const key of keys.slice(0, -1)) {
    const inner = current.data.kind === 'dict' ? current.data.entries.get(`str:${key}`)?.value : undefined;
    if (inner?.data.kind !== 'dict') {
      doubtDeep(into);
      return;
    }
    current = inner;
  }
  if (keys.length === 0) {
    doubtDeep(into);
  } else {
    setItem(m, current, constant('str', keys.at(-1)!, null), value);
  }
}
