import type { Constant } from './ast';
import type { Value } from './values';

/** Python's `str()` of a value as far as the code tells, which is what MLflow logs; null where it does not. */
export function pythonText(value: Value, nested = false): string | null {
  const { data } = value;
  switch (data.kind) {
    case 'constant':
      return nested && data.constant.type === 'str'
        ? quote(String(data.constant.value))
        : constantText(data.constant);
    case 'list': {
      if (data.open) {
        return null;
      }
      const items = data.items.map((item) => pythonText(item, true));
      if (items.some((item) => item === null)) {
        return null;
      }
      const inner = items.join(', ');
      if (data.type === 'tuple') {
        return items.length === 1 ? `(${inner},)` : `(${inner})`;
      }
      return data.type === 'list' ? `[${inner}]` : items.length ? `{${inner}}` : 'set()';
    }
    case 'dict': {
      if (data.open) {
        return null;
      }
      const items: string[] = [];
      for (const { key, value: entry } of data.entries.values()) {
        const left = pythonText(key, true);
        const right = pythonText(entry, true);
        if (left === null || right === null) {
          return null;
        }
        items.push(`${left}: ${right}`);
      }
      return `{${items.join(', ')}}`;
    }
    default:
      return null;
  }
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
