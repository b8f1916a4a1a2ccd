import { dirname, type Machine } from '../machine';
import { nameOf } from '../supposed';
import { constant, loosely, text, UNKNOWN, type CallArguments, type Value } from '../values';
import type { LibraryFunction } from './index';
import { convert } from './numbers';
import { madeOf, outsideOf } from '../operations';

const first = (args: CallArguments): Value => args.positional[0] ?? UNKNOWN;

/** A part of a path, or a path made of it: where the whole was machine's own, so is this. */
function derived(value: Value, body: string): Value {
  const result = constant('str', body, value.origin, value.outside);
  return value.data.kind === 'constant' && value.data.constant.loose ? loosely(result, 'path') : result;
}

/** The folder of a path; of one that came from outside, that of the file which the trace supposes. */
function pathParent(m: Machine, value: Value, top: string): Value {
  const body = text(value);
  const name = value.outside && nameOf(value.outside);
  const file = name === undefined ? undefined : m.chosen.get(`file:${name}`);
  if (file !== undefined && body !== null && /\.\w+$/.test(body)) {
    return constant('str', dirname(file) || top, value.origin, { kind: 'given', why: `${name} ${file}` });
  }
  return body === null ? UNKNOWN : derived(value, dirname(body) || top);
}

function pathName(value: Value): Value {
  const body = text(value);
  return body === null
    ? UNKNOWN
    : constant('str', body.slice(body.lastIndexOf('/') + 1), value.origin, value.outside);
}

/** Parts of a path, which is kept as its text. */
export function pathPart(m: Machine, value: Value, name: string): Value | null {
  const body = text(value);
  if (body === null) {
    return null;
  }
  if (name === 'parent') {
    return pathParent(m, value, '.');
  }
  const base = body.slice(body.lastIndexOf('/') + 1);
  const dot = base.lastIndexOf('.');
  return name === 'name'
    ? pathName(value)
    : name === 'stem'
      ? constant('str', dot > 0 ? base.slice(0, dot) : base, value.origin, value.outside)
      : null;
}

const joined: LibraryFunction = (m, args, site) => {
  const parts = args.positional.map(text);
  if (parts.includes(null)) {
    return madeOf(args.positional);
  }
  if (!site || parts.length === 0) {
    return UNKNOWN;
  }
  const body = (parts as string[]).reduce((path, part) =>
    part.startsWith('/') ? part : `${path.replace(/\/$/, '')}/${part}`,
  );
  const result = constant(
    'str',
    body,
    parts.length === 1 ? args.positional[0]!.origin : m.origin(site),
    outsideOf(...args.positional),
  );
  const isLoose = args.positional.some(({ data }) => data.kind === 'constant' && data.constant.loose);
  return isLoose ? loosely(result, 'path') : result;
};

/** `Path(…)` writes `a//b/` and `./a/b` as `a/b`. */
const path: LibraryFunction = (m, args, site, name) => {
  const value = args.positional.length > 1 ? joined(m, args, site, name) : convert(first(args), 'str');
  const body = value && text(value);
  return value === undefined || body === null || body === undefined ? UNKNOWN : derived(value, tidy(body));
};

function tidy(body: string): string {
  const parts = body.split('/').filter((part, index) => (part !== '' || index === 0) && part !== '.');
  return parts.join('/') || (body.startsWith('/') ? '/' : '.');
}

export const PATH_FUNCTIONS: readonly (readonly [RegExp, LibraryFunction])[] = [
  [/^pathlib\.(Pure)?(Posix)?Path$/, path],
  [/^os\.fspath$/, (_m, args) => convert(first(args), 'str')],
  // What is logged is the path on the machine that ran it.
  [
    /^os\.path\.(abspath|realpath|normpath|expanduser)$/,
    (_m, args) => loosely(convert(first(args), 'str'), 'path'),
  ],
  [/^os\.path\.join$/, joined],
  [/^os\.path\.dirname$/, (m, args) => pathParent(m, first(args), '')],
  [/^os\.path\.basename$/, (_m, args) => pathName(first(args))],
];
