/** Texts that grow, and what reading them costs: for tests that no parser takes more than its text's length lets expect. */

/** A kind of text of about so many characters. */
export type Family = (size: number) => string;

const repeated = (unit: string, size: number): string => unit.repeat(Math.ceil(size / unit.length));

/** `before`, a unit again and again, `after`: what patterns and scanners stumble over. */
export function pumped(before: string, unit: string, after = ''): Family {
  return (size) => before + repeated(unit, size) + after;
}

/** Lines that differ by their number. */
export function lines(line: (index: number) => string, before = '', after = ''): Family {
  const width = line(1000).length + 1;
  return (size) =>
    before + Array.from({ length: Math.ceil(size / width) }, (_, i) => line(i)).join('\n') + after;
}

/** `open` so often, and `close` as often. */
export function nested(open: string, close: string, inside = ''): Family {
  return (size) => {
    const depth = Math.ceil(size / (open.length + close.length));
    return open.repeat(depth) + inside + close.repeat(depth);
  };
}

/** One long name, and as much again of short ones that stand under it. */
export function named(
  before: string,
  between: string,
  item: (index: number) => string,
  after: string,
): Family {
  return (size) => {
    const width = item(1000).length;
    const items = Array.from({ length: Math.ceil(size / 2 / width) }, (_, i) => item(i));
    return before + 'n'.repeat(size / 2) + between + items.join('') + after;
  };
}

const UNITS = [
  ' ',
  '\n',
  '\t',
  ' \n',
  '\r',
  '\u2028',
  '0',
  'a',
  'aA_0',
  '"',
  "'",
  '`',
  '\\',
  '\\"',
  '" ',
  "' ",
  '[',
  '{',
  '(',
  '[]',
  '{"a":',
  '[1,',
  '(a ',
  '- ',
  '? ',
  'a: ',
  'a.',
  '#',
  ' #',
  '=',
  '= ',
  ':',
  ',',
  '/',
  '//',
  '%',
  '@',
  '&a ',
  '*a ',
  '!a ',
  '<',
  '{0',
  '${',
  'a=',
  'a ',
  'not ',
  '1s',
  'url(',
  '@import ',
  'set_tracking_uri(',
  'http://',
  '?token=',
  '\u{1f600}',
];
const BEFORE = ['', 'A=', 'a: ', '{"a": "', '/'];
const AFTER = ['', '\n!', '"'];

/** Each of some dozen units between each of some starts and ends. */
export function* plainFamilies(): Generator<[string, Family]> {
  for (const before of BEFORE) {
    for (const unit of UNITS) {
      for (const after of before === '' ? AFTER : ['\n!']) {
        yield [JSON.stringify([before, unit, after]), pumped(before, unit, after)];
      }
    }
  }
}

/** Structures of the languages that are read. */
export const STRUCTURES: Readonly<Record<string, Family>> = {
  'nested lists': nested('[', ']'),
  'nested lists of one': nested('[', ']', '1'),
  'nested objects': nested('{"a":', '}', '1'),
  'nested objects as keys': nested('{', ': 1}', '"a": 1'),
  'lists in a line': pumped('', '- ', 'x'),
  'mappings in a line': nested('{a: ', '}', '1'),
  'many keys': lines((i) => `key${i}: ${i}`),
  'the same key': lines(() => 'key: 1'),
  'many keys in braces': lines((i) => `"k${i}": ${i},`, '{', '"end": 1}'),
  'many items': lines((i) => `- item${i}`),
  'many numbers': lines((i) => `${i},`, '[', '0]'),
  'one anchor, many aliases': lines(() => ' - *x', 'a: &x {b: 1}\nc:\n'),
  'many anchors, many aliases': lines((i) => `k${i}: &a${i} 1\nl${i}: *a${i}`),
  'aliases of aliases': lines((i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`, 'a0: &a0 [1, 1]\n'),
  'a large anchor, many aliases': (size) =>
    `a: &a [${repeated('1, ', size / 2)}]\nb: [${repeated('*a, ', size / 2)}]\n`,
  'many merges': lines((i) => `k${i}: {<<: *a, b: ${i}}`, 'a: &a {x: 1}\n'),
  'many comments': lines((i) => `# comment ${i}`, '', '\na: 1\n'),
  'many pairs': lines((i) => `KEY_${i} = value ${i} # why`),
  'many sections': lines((i) => `[section${i}]\nkey = ${i}`),
  'a long section': named('[', ']\n', (i) => `k${i} = 1\n`, ''),
  'a long dotted key': pumped('[', 'a.', 'a]\nb = 1\n'),
  'an array of tables': lines((i) => `[[a]]\nb = ${i}`),
  'many inline tables': named('', ' = {', (i) => `k${i} = 1, `, 'z = 1}\n'),
  'a long key, many leaves': named('{"', '": {', (i) => `"k${i}": 1, `, '"z": 1}}'),
  'a long key, many items': named('{"', '": [', () => '1, ', '1]}'),
  'a long flavor': lines((i) => `    k${i}_version: 1`, `flavors:\n  ${'n'.repeat(1000)}:\n`),
  'many columns': (size) =>
    `flavors: {}\nsignature:\n  inputs: '[${repeated('{"type": "double", "name": "c"}, ', size)}{"type": "long", "name": "d"}]'\n`,
  'many columns without a name': (size) =>
    `flavors: {}\nsignature:\n  inputs: '[${repeated('{"type": "double"}, ', size)}{"type": "long", "name": "d"}]'\n`,
  packages: lines((i) => `package-${i}[extra]==1.${i} ; python_version > "3"`),
  'conda packages': lines((i) => `  - conda-forge::package-${i}=1.${i}=py_${i}`, 'dependencies:\n'),
  'a table of one column': lines((i) => `"row ""${i}"""`),
  'a table of one row': pumped('', '"a",', 'b\n'),
  'a split table': lines(
    (i) => `[${i}, NaN, -Infinity],`,
    '{"columns": ["a", "b", "c"], "data": [',
    '[1, 2, 3]]}',
  ),
  'a notebook': lines(
    (i) => `{"cell_type": "code", "source": ["a = ${i}\\n"], "outputs": [{"text": "x"}]},`,
    '{"cells": [',
    '{"cell_type": "markdown", "source": "a"}]}',
  ),
  'a schema': lines(
    (i) => `{"type": "double", "name": "c${i}"},`,
    '{"mlflow_colspec": [',
    '{"type": "long"}]}',
  ),
  'a filter': lines((i) => `metrics.m${i} > 1 AND`, '', ' params.a = "b"'),
  'nested parentheses': nested('(', ')', 'params.a = "b"'),
  'conditions in parentheses': nested('(a = 1 or ', ')', 'b = 2'),
  calls: lines((i) => `mlflow.set_tracking_uri("sqlite:///a${i}.db")`),
  'functions in functions': (size) =>
    Array.from({ length: Math.ceil(Math.sqrt(2 * size)) }, (_, i) => `${' '.repeat(i)}if a:\n`).join(''),
  sums: pumped('a = ', '1 + ', '1\n'),
  'calls in calls': nested('f(', ')', '1'),
  attributes: pumped('a = b', '.c', '\n'),
};

/** CPU time of this process while it does something, ms: others who use the machine do not count. */
function cpuTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Shorter than this nobody notices, and how it grows cannot be told. */
const SHORT = 40;
/** Times as long for eight times the text, and for four times: between in proportion (8, 4) and by the square (64, 16). */
const EIGHTFOLD = 24;
const FOURFOLD = 9;
/** So often more before it is said: another process may have taken the caches twice. */
const AGAIN = 4;

/**
 * Says how the time of `read` grows where that is faster than the text, as its collected garbage does not: both from an
 * eighth of the size, and on to four times the size. Of two times each the lesser, as what disturbs only ever adds.
 */
export function fastGrowth(read: (text: string) => void, family: Family, size: number): string | null {
  const time = (text: string, known = Infinity): number =>
    Math.min(
      known,
      cpuTime(() => read(text)),
    );
  const whole = family(size);
  let most = time(whole);
  if (most < SHORT) {
    return null;
  }
  const eighth = family(size / 8);
  const least = time(eighth, time(eighth));
  most = time(whole, most);
  if (most < SHORT || most < EIGHTFOLD * least) {
    return null;
  }
  const fourfold = family(size * 4);
  let more = time(fourfold, time(fourfold));
  for (let again = 0; again < AGAIN && more >= FOURFOLD * most; again++) {
    more = time(fourfold, more);
  }
  return more < FOURFOLD * most
    ? null
    : `${least.toFixed()} ms for ${eighth.length} characters, ${most.toFixed()} ms for ${whole.length}, ${more.toFixed()} ms for ${fourfold.length}`;
}

/** The same for work on so many things. */
export function fastGrowthOf(work: (amount: number) => void, amount: number): string | null {
  return fastGrowth(
    (text) => work(text.length),
    (size) => 'x'.repeat(size),
    amount,
  );
}

/** How much an answer holds, in characters and numbers, with all that it holds twice. */
export function sizeOfAnswer(answer: unknown): number {
  let size = 0;
  const open: unknown[] = [answer];
  while (open.length > 0 && size < 1e9) {
    const value = open.pop();
    size += 1;
    if (typeof value === 'string') {
      size += value.length;
    } else if (ArrayBuffer.isView(value)) {
      size += value.byteLength;
    } else if (value instanceof Map) {
      value.forEach((inner, key) => open.push(key, inner));
    } else if (Symbol.iterator in Object(value)) {
      open.push(...(value as Iterable<unknown>));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        size += key.length;
        open.push(inner);
      }
    }
  }
  return size;
}
