import type { Owner } from '../events';
import table from './defaults.json';

/**
 * What libraries' own signatures declare, by library, class or function, and parameter: Python's text of the default,
 * or those of several versions. scripts/libraryDefaults.py reads them from the libraries.
 */
const DEFAULTS: Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, string | string[]>>>>>
> = table;

/** Defaults that the signature of a class or function declares for a parameter; none where it has no such. */
export function declaredDefaults(flavour: string, owner: string, param: string): readonly string[] {
  const library = DEFAULTS[flavour];
  const params = library && Object.hasOwn(library, owner) ? library[owner] : undefined;
  const found = params && Object.hasOwn(params, param) ? params[param] : undefined;
  return found === undefined ? [] : typeof found === 'string' ? [found] : found;
}

/** The parameter that a logged key is to an owner: `clf__C` is `C` of what stands under `clf__`; null where it is none. */
export function paramOf(owner: Owner, key: string): string | null {
  return key.startsWith(owner.prefix) ? key.slice(owner.prefix.length) : null;
}
