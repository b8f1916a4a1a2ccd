import { constant, text, UNKNOWN, type Outside, type Value } from './values';

/** What an option, a variable of the environment or a word of the command line is called: `--config`. */
export function nameOf(outside: Outside): string {
  return outside.kind === 'default' ? outside.name : nameIn(outside.why);
}

/** The same, out of the sentence that says where it was given. */
export function nameIn(why: string): string {
  return why.replace(/ (on the command line|in the environment)$/, '');
}

/** The text that a trace supposes was given in the place of a value. */
function supposed(chosen: string, value: Value): Value {
  const name = value.outside ? nameOf(value.outside) : '';
  return constant('str', chosen, value.origin, { kind: 'given', why: `${name} ${chosen}` });
}

/** A value from outside as a trace supposes it, where the program logs the choice itself. */
export function asSupposed(chosen: ReadonlyMap<string, string>, value: Value): Value {
  if (!value.outside || chosen.size === 0) {
    return value;
  }
  const name = nameOf(value.outside);
  const key = chosen.get(`key:${name}`);
  if (key !== undefined) {
    return supposed(key, value);
  }
  const file = chosen.get(`file:${name}`);
  const written = text(value);
  if (file === undefined) {
    return value;
  }
  // The path was typed as the default is, or is part of one: only its last part is known.
  const base = file.slice(file.lastIndexOf('/') + 1);
  return written === null || !written.includes('.')
    ? { ...UNKNOWN, origin: value.origin, outside: { kind: 'given', why: name } }
    : supposed(written.slice(0, written.lastIndexOf('/') + 1) + base, value);
}
