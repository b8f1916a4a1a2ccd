import type { Machine } from '../machine';
import { elementsOf } from '../iteration';
import { anyOf, constant, text, type DictData, type Origin, type Outside, type Value } from '../values';
import { word } from './omegaconf';

/** One word of Hydra's command line. */
export interface HydraOverride {
  /** As it was written, for what is said of it. */
  written: string;
  /** `model`, `model@pkg`, `model.lr`, without the signs before it. */
  key: string;
  /** null for `~key`. */
  value: string | null;
  /** `+`, `++` or `~` before the key. */
  sign: string;
  /** The line of the code that holds it; null where it was typed. */
  origin: Origin | null;
  /** How the value of such a line can come from outside. */
  outside?: Outside;
}

/** Reads `key=value`, `+key=value`, `++key=value` and `~key`, as Hydra 1.x writes them. */
export function parseOverride(written: string): HydraOverride {
  const sign = /^(\+\+|\+|~)?/.exec(written)![0];
  const rest = written.slice(sign.length);
  const equals = rest.indexOf('=');
  return {
    written,
    sign,
    key: (equals < 0 ? rest : rest.slice(0, equals)).trim(),
    value: sign === '~' || equals < 0 ? null : rest.slice(equals + 1).trim(),
    origin: null,
  };
}

/** Sets the values that the command line gave; groups were chosen before. */
export function applyOverrides(m: Machine, config: DictData, overrides: readonly HydraOverride[]): void {
  for (const override of overrides) {
    if (override.key.includes('/') || override.key.includes('@') || groups.get(config)?.has(override.key)) {
      continue;
    }
    const keys = override.key.split('.');
    let current: DictData | undefined = config;
    for (const key of keys.slice(0, -1)) {
      let inner: Value | undefined = current?.entries.get(`str:${key}`)?.value;
      if (!inner && current) {
        inner = {
          data: { kind: 'dict', entries: new Map(), open: false, changed: false, region: m.region },
          origin: null,
        };
        current.entries.set(`str:${key}`, { key: constant('str', key, null), value: inner });
      }
      current = inner?.data.kind === 'dict' ? inner.data : undefined;
    }
    const last = keys.at(-1)!;
    if (override.sign === '~') {
      current?.entries.delete(`str:${last}`);
      continue;
    }
    const old = current?.entries.get(`str:${last}`);
    const value = word(m, override.value ?? 'null');
    current?.entries.set(`str:${last}`, {
      key: old?.key ?? constant('str', last, null),
      value: override.origin
        ? { ...value, origin: override.origin, ...(override.outside ? { outside: override.outside } : {}) }
        : {
            ...value,
            origin: old?.value.origin ?? null,
            outside: { kind: 'given', why: `${override.written} on the command line` },
          },
    });
  }
}

const groups = new WeakMap<DictData, ReadonlySet<string>>();

/** Keys of a composed configuration that are groups: what is given for them chose a file. */
export function rememberGroups(config: DictData, names: ReadonlySet<string>): void {
  groups.set(config, names);
}

/** The program gets the configuration without Hydra's own part. */
export function withoutHydra(config: Value): Value {
  if (config.data.kind !== 'dict') {
    return config;
  }
  const entries = new Map([...config.data.entries].filter(([key]) => key !== 'str:hydra'));
  return { ...config, data: { ...config.data, entries } };
}

/** What `hydra.sweeper.params` sweeps over, for each key a function that adds its values to the key's own. */
export function sweptValues(m: Machine, config: Value): { keys: string[]; value: (own: Value) => Value }[] {
  const inner = (value: Value | undefined, key: string): Value | undefined =>
    value?.data.kind === 'dict' ? value.data.entries.get(`str:${key}`)?.value : undefined;
  const sweeper = inner(inner(config, 'hydra'), 'sweeper');
  const params = inner(sweeper, 'params') ?? inner(sweeper, 'search_space');
  if (params?.data.kind !== 'dict') {
    return [];
  }
  return [...params.data.entries.values()].flatMap(({ key, value }) => {
    const name = text(key)?.replace(/^\+{1,2}/, '');
    const options = name === undefined ? [] : sweepOptions(m, value);
    return name === undefined || options.length === 0
      ? []
      : [{ keys: name.split('.'), value: (own: Value) => anyOf([own, ...options]) }];
  });
}

const MOST_SWEPT = 100;

/** `0.1,0.2`, `choice(a, b)`, `range(1, 5)`, `interval(0, 1)`, a list, or a table of Optuna's sweeper. */
function sweepOptions(m: Machine, value: Value): Value[] {
  const { origin } = value;
  const place = (each: Value): Value => ({ ...each, origin: each.origin ?? origin });
  if (value.data.kind === 'list') {
    return elementsOf(m, value).items.map(place);
  }
  if (value.data.kind === 'dict') {
    const choices = value.data.entries.get('str:choices')?.value;
    const ends = ['low', 'high'].map((key) => numberAt(value, key));
    return choices?.data.kind === 'list'
      ? choices.data.items.map(place)
      : ends.every((end) => end !== null)
        ? [{ data: { kind: 'range', low: ends[0]!, high: ends[1]!, whole: false }, origin }]
        : [];
  }
  const written = text(value);
  if (written === null) {
    return [place(value)];
  }
  const call = /^(?:tag\([^()]*,\s*)?(choice|range|interval)\(([^()]*)\)/.exec(written.trim());
  const words = (call ? call[2]! : written).split(',').map((word) => word.trim());
  const numbers = words.map((word) => Number(word.slice(word.lastIndexOf('=') + 1)));
  if (call?.[1] === 'interval') {
    return numbers.length === 2 && numbers.every(Number.isFinite)
      ? [{ data: { kind: 'range', low: numbers[0]!, high: numbers[1]!, whole: false }, origin }]
      : [];
  }
  if (call?.[1] === 'range') {
    const [first, second, step = 1] = numbers;
    const [low, high] = second === undefined ? [0, first!] : [first!, second];
    const count = Math.min(MOST_SWEPT, Math.ceil((high - low) / step));
    return numbers.every(Number.isFinite) && step > 0
      ? Array.from({ length: Math.max(0, count) }, (_, index) =>
          constant(words.some((word) => word.includes('.')) ? 'float' : 'int', low + index * step, origin),
        )
      : [];
  }
  return words.slice(0, MOST_SWEPT).map((each) => place(word(m, each)));
}

function numberAt(value: Value, key: string): number | null {
  const found = value.data.kind === 'dict' ? value.data.entries.get(`str:${key}`)?.value : undefined;
  return found?.data.kind === 'constant' && typeof found.data.constant.value === 'number'
    ? found.data.constant.value
    : null;
}
