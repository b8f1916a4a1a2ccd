/** Stands where a secret stood. */
const HIDDEN = '…';

/** Names of parameters whose value is a secret, wherever in the name these words stand. */
const SECRET_NAME =
  /pass|pwd|token|secret|credential|session|signature|authori|(?:api|access|account|private|ssl)[_-]?key|(?:^|[_.-])(?:key|sig|auth|cred)(?:$|[_.-])/i;

/** The same in a sentence, a header, YAML or JSON, where names that may also be of something else say nothing. */
const SECRET_WORD =
  /passw|passphrase|passcode|pwd|token(?!s|iz)|secret|credential|cookie|(?:api|access|account|private|ssl)[_-]?key/i;

/** What stands before an authority: `http:` with as many slashes as a browser forgives, else `://`, also encoded. */
const BEFORE_AUTHORITY = /https?:[/\\]*|:\/\/|%3a%2f%2f/gi;

/** Schemes of paths: three slashes, and an `@` is part of a name. */
const PATH_SCHEME = /(?:^|[^a-z0-9+.-])(?:sqlite(?:\+[a-z0-9]{1,20})?|file|dbfs|hdfs|viewfs|models|runs)$/i;

/** Schemes of object stores, where `container@account` is a place and only `key:secret@` is none. */
const OBJECT_SCHEME = /(?:^|[^a-z0-9+.-])(?:s3|s3a|s3n|gs|wasbs?|abfss?)$/i;

/** Schemes are short: this far back they are looked at. */
const LONGEST_SCHEME = 40;

/**
 * A text without the secrets that URIs carry: `user:password@` of any scheme, and the values of `?password=`,
 * `token=` and their like. For error messages, the log and reports. What may be part of a password is hidden, so
 * that one with `/`, `@`, `:`, `?`, `#` or `&` that nobody encoded goes too; the host stays. A word ends a URI, as
 * the text after it may be anything: where all of a text is one URI, use `redactUri`.
 */
export function redact(text: string): string {
  const words = text
    .replace(
      /\b((?:Proxy-)?Authorization["'`]?\s*[:=]\s*["'`]?)(?:(?:Basic|Bearer|Token)\s+)?[^\s"'`]+/gi,
      `$1${HIDDEN}`,
    )
    .replace(/\b((?:Basic|Bearer)\s)[\w.~+/=-]{16,}/g, `$1${HIDDEN}`)
    .replace(/\S+/g, redactWord);
  return namedSecrets(words);
}

/** The same for a text that is one URI as somebody typed it, blank space in its password included. */
export function redactUri(uri: string): string {
  const scheme = /^[a-z][\w+.-]+:/i.exec(uri)?.[0];
  const isBare = scheme !== undefined && !uri.startsWith('//', scheme.length);
  return isBare && !PATH_SCHEME.test(scheme.slice(0, -1)) && uri.includes('@')
    ? redactWord(HIDDEN + uri.slice(uri.lastIndexOf('@')))
    : redactWord(uri);
}

/** Whether a parameter of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(decoded(name));
}

/** Where the value of a secret word stands. */
const ASSIGNED = /["'`]?[ \t]{0,9}=[ \t]{0,9}/y;
const PAIRED = /["'`]?[ \t]{0,9}:[ \t]{0,9}/y;
const FOLLOWS = /[ \t]{1,9}/y;
const VALUE = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\S+/y;

/**
 * `password = "…"`, `"token": "…"`, `X-Api-Key: …`, `--password …`. In the middle of a sentence a colon after such a word
 * explains it, so there it counts after quotes and in names that are no words of a language.
 */
function namedSecrets(text: string): string {
  let result = '';
  let done = 0;
  for (const match of text.matchAll(/[\w.-]+/g)) {
    const [name] = match;
    let before = match.index - 1;
    while (/[ \t]/.test(text[before] ?? '') && before > match.index - 100) {
      before--;
    }
    const previous = text[before] ?? '\n';
    if (match.index < done || /[/\\]/.test(previous) || !SECRET_WORD.test(name.slice(0, 200))) {
      continue;
    }
    const end = match.index + name.length;
    const isOption = name.startsWith('--');
    const isPair = /["'`{,\n]/.test(previous) || /[_-]/.test(name);
    const from = after(ASSIGNED, text, end) ?? (isPair ? after(PAIRED, text, end) : null);
    const start = from ?? (isOption ? after(FOLLOWS, text, end) : null);
    const to = start === null ? null : after(VALUE, text, start);
    if (start === null || to === null || /^["']?…/.test(text.slice(start, start + 2))) {
      continue;
    }
    const value = text.slice(start, to);
    const quote = /^["']/.exec(value)?.[0] ?? '';
    const rest = quote === '' ? (/["'`)}\].,;:!?]{0,4}$/.exec(value)?.[0] ?? '') : quote;
    result += text.slice(done, start) + quote + HIDDEN + rest;
    done = to;
  }
  return result + text.slice(done);
}

/** Where a match that begins at a place ends; null where there is none. */
function after(sticky: RegExp, text: string, at: number): number | null {
  sticky.lastIndex = at;
  return sticky.test(text) ? sticky.lastIndex : null;
}

function redactWord(word: string): string {
  const user = userOf(word);
  const value = secretValueOf(word);
  if (value === null) {
    return user ? word.slice(0, user.start) + HIDDEN + word.slice(user.end) : word;
  }
  // Whether the "@" ends a user or belongs to the value, nobody can tell.
  return word.slice(0, user ? Math.min(user.start, value) : value) + HIDDEN + closing(word);
}

/**
 * What may be `user:password`: all from the first authority to the last `@`. Where there is none, a port that is no
 * number is a password that was cut off.
 */
function userOf(text: string): { start: number; end: number } | null {
  const lastAt = text.lastIndexOf('@');
  const lastEncodedAt = text.lastIndexOf('%40');
  for (const match of text.matchAll(BEFORE_AUTHORITY)) {
    const scheme = text.slice(Math.max(0, match.index - LONGEST_SCHEME), match.index);
    const start = match.index + match[0].length;
    if (PATH_SCHEME.test(scheme) && text[start] === '/') {
      continue;
    }
    const encoded = match[0].startsWith('%');
    const end = encoded ? lastEncodedAt : lastAt;
    if (end >= start) {
      if (OBJECT_SCHEME.test(scheme) && !text.slice(start, end).includes(':')) {
        continue;
      }
      return { start, end };
    }
    // In front of the first `/`, `?` or `#`, and of an IPv6 address.
    const port = encoded ? null : /^([^:/?#\\[\]]*:)([^/?#\\[\]]*)/.exec(text.slice(start));
    if (port && !/^\d*["'`)}>.,;:!]{0,4}$/.test(port[2]!)) {
      return { start: start + port[1]!.length, end: text.length };
    }
  }
  return null;
}

/** Where the value of the first secret parameter begins. Where it ends, nobody can tell. */
function secretValueOf(text: string): number | null {
  for (const match of text.matchAll(/(?:^|[?&;#,("'`{[])([\w%.+-]{1,100})=/g)) {
    if (isSecretName(match[1]!)) {
      return match.index + match[0].length;
    }
  }
  return null;
}

/** The quote or bracket that closes what the text opens with, and the punctuation after it. */
function closing(text: string): string {
  const close = text.startsWith('(') ? ')' : /^["'`]/.exec(text)?.[0];
  const at = close === undefined ? -1 : text.lastIndexOf(close);
  return at > 0 && /^[.,;:!?)]{0,4}$/.test(text.slice(at + 1)) ? text.slice(at) : '';
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
