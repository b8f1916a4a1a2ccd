import { redact } from '../mlflow/redact';

/** Names whose value nobody should read over a shoulder, or in a shared report: `hub_token`, `DB_PASSWORD`, `apiKey`. */
const SECRET_NAME =
  /(token|password|passwd|passphrase|secret|api_?key|access_?key|private_?key|auth_?key|credentials?)$/i;
/** Tokens of text, which are none of access. */
const NO_SECRET = /^(pad|eos|bos|unk|mask|sep|cls|start|end|stop|special|image|decoder_start)_?token$/i;
/** How keys of well-known services begin. */
const KEY_FORMS = [
  'hf_',
  'sk-',
  'ghp_',
  'gho_',
  'ghs_',
  'ghu_',
  'github_pat_',
  'glpat-',
  'AKIA',
  'xoxb-',
  'xoxp-',
  'AIza',
];
const SHORTEST_KEY = 12;
const MASK = '…';

/** Whether a param, an option or a variable of this name holds a secret. */
export function isSecretName(name: string): boolean {
  const last = name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('/'), name.lastIndexOf('-')) + 1);
  return SECRET_NAME.test(last) && !NO_SECRET.test(last);
}

/** Whether a text is itself a secret: a key of a known form, an address with a password. */
export function isSecretText(text: string): boolean {
  return isKeyForm(text) || (text.includes('://') && redact(text) !== text);
}

function isKeyForm(word: string): boolean {
  return word.length >= SHORTEST_KEY && KEY_FORMS.some((form) => word.startsWith(form));
}

/**
 * A line of code without what it gives to a secret's name (`hub_token="…"`, `password: …`, `KEY=…`), and without keys
 * of known forms.
 * @param isSecret the line sets a secret, whatever it calls it
 */
export function withoutSecrets(line: string, isSecret = false): string {
  const masked = line
    .replace(/\S+/g, (word) => (word.includes('://') ? redact(word) : word))
    .replace(/[\w-]+/g, (word) => (isKeyForm(word) ? MASK : word));
  const parts = masked.split(/("[^"]*"|'[^']*')/);
  if (parts.length === 1) {
    return withoutPlain(masked, isSecret);
  }
  let hides = isSecret;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (i % 2 === 0) {
      const name = nameBefore(part);
      hides = name === null ? hides && !part.includes(',') : isSecretName(name);
      hides ||= isSecret;
      continue;
    }
    const isKey = /^\s*(:|\]\s*=)/.test(parts[i + 1] ?? '');
    if (isKey) {
      hides = isSecret || isSecretName(part.slice(1, -1));
      // What stands before the value is only a sign.
      i++;
    } else if (hides) {
      parts[i] = part[0]! + MASK + part[0]!;
    }
  }
  return parts.join('');
}

/** The name that a piece of code is about to give a text to: `token: str = `, `f(lr=1, key=`; null where there is none. */
function nameBefore(code: string): string | null {
  const piece = code.split(/[,({[]/).at(-1)!;
  const sign = piece.search(/[:=]/);
  return sign < 0 ? null : lastWord(piece.slice(0, sign));
}

function lastWord(code: string): string | null {
  return code.trim().split(/\s+/).at(-1) || null;
}

/** YAML, `.env` and `.ini` write values without quotes. */
function withoutPlain(line: string, isSecret: boolean): string {
  const sign = line.search(/[:=]/);
  if (sign < 0) {
    return line;
  }
  const name = lastWord(line.slice(0, sign));
  const comment = line.indexOf(' #');
  const end = comment < 0 ? line.length : comment;
  const given = line.slice(sign + 1, end);
  const value = given.trim();
  const isPlain = value !== '' && !isCode(value);
  return isPlain && (isSecret || (name !== null && isSecretName(name)))
    ? line.slice(0, sign + 1) + given.replace(value, MASK) + line.slice(end)
    : line;
}

/** A number, a word of Python's or YAML's, or what is computed is no secret of its line. */
function isCode(value: string): boolean {
  return (
    /^-?[\d.]+$|^(None|null|true|false|~)$|[([{$]/i.test(value) || /^(self|args|cfg|config|os)\./.test(value)
  );
}
