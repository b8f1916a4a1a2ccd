import type { Constant } from './ast';
import type { Value } from './values';

/** More parts or characters than any logged value has: it may hold itself, or one part a thousand times. */
const MOST_WRITTEN = 20_000;

/**
 * Python's `str()` of a value as far as the code tells, which is what MLflow logs; null where it does not, or where
 * the text of a container would be longer than 20,000 characters.
 */
export function pythonText(value: Value): string | null {
  return write(value, false, { left: MOST_WRITTEN });
}

function write(value: Value, nested: boolean, budget: { left: number }): string | null {
  const { data } = value;
  switch (data.kind) {
    case 'constant': {
      const text =
        nested && data.constant.type === 'str'
          ? quote(String(data.constant.value))
          : constantText(data.constant);
      budget.left -= text.length + 1;
      return nested && budget.left < 0 ? null : text;
    }
    case 'list': {
      const items = data.open ? null : writeAll(data.items, budget);
      if (items === null) {
        return null;
      }
      const inner = items.join(', ');
      if (data.type === 'tuple') {
        return items.length === 1 ? `(${inner},)` : `(${inner})`;
      }
      return data.type === 'list' ? `[${inner}]` : items.length ? `{${inner}}` : 'set()';
    }
    case 'dict': {
      const entries = [...data.entries.values()];
      const written = data.open
        ? null
        : writeAll(
            entries.flatMap((entry) => [entry.key, entry.value]),
            budget,
          );
      return written && `{${entries.map((_, i) => `${written[2 * i]}: ${written[2 * i + 1]}`).join(', ')}}`;
    }
    default:
      return null;
  }
}

function writeAll(values: readonly Value[], budget: { left: number }): string[] | null {
  const written: string[] = [];
  for (const value of values) {
    const text = --budget.left < 0 ? null : write(value, true, budget);
    if (text === null) {
      return null;
    }
    written.push(text);
  }
  return written;
}

function constantText({ type, value }: Constant): string {
  switch (type) {
    case 'bool':
      return value === true ? 'True' : 'False';
    case 'none':
      return 'None';
    case 'float':
      return floatText(Number(value));
    case 'bytes':
      return `b${quote(String(value))}`;
    case 'int':
    case 'str':
      return String(value);
  }
}

/** repr of a float: the shortest digits, an exponent outside 1e-4 to 1e16. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) {
    return 'nan';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? 'inf' : '-inf';
  }
  if (value === 0) {
    return Object.is(value, -0) ? '-0.0' : '0.0';
  }
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  const plain = String(value);
  if (plain.includes('e')) {
    return value.toFixed(Math.max(1, mantissa.replace(/^-?\d\.?/, '').length - exponent));
  }
  return plain.includes('.') ? plain : `${plain}.0`;
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t');
  return `${mark}${mark === "'" ? escaped.replace(/'/g, "\\'") : escaped}${mark}`;
}
