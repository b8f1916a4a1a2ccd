import * as fs from 'node:fs';
import * as path from 'node:path';
import { refusedPath } from './networkPath';

/** `true` of `?uri=true`, as SQLAlchemy reads it (util.asbool). */
const TRUE = /^\s*(?:true|yes|on|y|t|1)\s*$/i;

/**
 * The file that a SQLite URI of SQLAlchemy names, absolute: `sqlite:///x.db`, `sqlite+pysqlite:///x.db?timeout=30`, and
 * SQLite's own `sqlite:///file:x.db?mode=ro&uri=true`. undefined where it names none, as a database in memory. A `%20` in it
 * is those three letters for SQLAlchemy before 2.1 and a blank from then on (engine/url.py): it is what is there, and
 * where neither or both are, the letters.
 *
 * @param base the folder that relative paths start from
 */
export function sqliteFile(uri: string, base: string): string | undefined {
  const match = /^sqlite(?:\+pysqlite)?:\/\/\/([^?]+)(?:\?(.*))?$/is.exec(uri);
  const database = match?.[1];
  if (!database || database === ':memory:') {
    return undefined;
  }
  const query = new URLSearchParams(match[2] ?? '');
  const isOwn = TRUE.test(query.get('uri') ?? '') && /^file:/i.test(database);
  if (isOwn && query.get('mode') === 'memory') {
    return undefined;
  }
  const read = (text: string): string | undefined => (isOwn ? ownUriPath(text) : text);
  const [letters, decoded] = [read(database), read(unquoted(database))].map((name) =>
    name === undefined ? undefined : path.resolve(base, name),
  );
  const isDecoded =
    letters !== undefined &&
    decoded !== undefined &&
    letters !== decoded &&
    !isFile(letters, base) &&
    isFile(decoded, base);
  return isDecoded ? decoded : letters;
}

/** Whether no SQLite URI names a file to every SQLAlchemy: those from 2.1 on read its name as another's. */
export function isReadTwoWays(file: string): boolean {
  return unquoted(file) !== file;
}

/** The path in a URI of SQLite itself (sqlite.org/uri.html, section 3); undefined where there is none. */
function ownUriPath(uri: string): string | undefined {
  const name = /^file:([^?#]*)/i.exec(uri)?.[1] ?? '';
  const file = unquoted(name.replace(/^\/\/(?:localhost)?\//i, '/'));
  const isDrive = process.platform === 'win32' && /^\/[a-z]:/i.test(file);
  return (isDrive ? file.slice(1) : file) || undefined;
}

/** Text whose `%41` are letters: what is no UTF-8 becomes the letter that says so, as in Python's `unquote`. */
export function unquoted(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) =>
    Buffer.from(codes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** False, too, for one on another machine than `base`, at which nobody has asked to look. */
function isFile(file: string, base: string): boolean {
  try {
    return refusedPath(file, [base]) === null && fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
