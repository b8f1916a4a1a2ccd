import { REPOSITORY_ROOT } from './python/libraries/configFiles';
import { declaredDefaults } from './python/libraries/defaults';
import { pythonText } from './python/text';
import type { ObjectData, Value } from './python/values';

/** Whether a value of the code can have been logged as a text. */
export type Verdict = 'yes' | 'no' | 'maybe';

/** Lengths at which MLflow and its autologging cut a value. */
const CUTS = [250, 500, 6000];

/** Whether a value of the code can have been logged as this text. */
export function canProduce(value: Value, logged: string): Verdict {
  const { data } = value;
  switch (data.kind) {
    case 'constant': {
      const written = pythonText(value) ?? '';
      if (written === logged || (CUTS.includes(logged.length) && written.startsWith(logged))) {
        return 'yes';
      }
      if (data.constant.loose === 'path' || written.startsWith(REPOSITORY_ROOT)) {
        return logged.endsWith(`/${tail(written)}`) ? 'yes' : 'maybe';
      }
      const isNumber = data.constant.type === 'int' || data.constant.type === 'float';
      return isNumber && sameNumber(Number(data.constant.value), logged, data.constant.loose) ? 'yes' : 'no';
    }
    case 'range': {
      const number = numberOf(logged);
      if (number === null) {
        return 'no';
      }
      const inside = number >= data.low - slack(data.low) && number <= data.high + slack(data.high);
      return inside && (!data.whole || Number.isInteger(number)) ? 'yes' : 'no';
    }
    case 'list':
    case 'dict': {
      const written = data.changed ? null : pythonText(value);
      if (written === null) {
        return 'maybe';
      }
      return written === logged || (CUTS.includes(logged.length) && written.startsWith(logged))
        ? 'yes'
        : 'maybe';
    }
    case 'object':
      return isEstimatorText(data, logged) ? 'yes' : 'maybe';
    default:
      return 'maybe';
  }
}

/**
 * Whether a text is what scikit-learn writes of an object: its class, and of the arguments that the code gives it those
 * that are not the defaults, by name. A search logs its `estimator` so.
 */
function isEstimatorText(object: ObjectData, logged: string): boolean {
  const name = object.path.slice(object.path.lastIndexOf('.') + 1);
  const text = logged.replace(/\s+/g, ' ');
  if (
    !text.startsWith(`${name}(`) ||
    !text.endsWith(')') ||
    object.args.positional.length > 0 ||
    object.args.open
  ) {
    return false;
  }
  const library = object.path.split('.')[0]!;
  // scikit-learn sorts them; one that is the default is left out.
  let rest = text.slice(name.length + 1, -1);
  for (const [key, value] of [...object.args.named].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const argument = `${key}=${argumentText(value)}`;
    if (rest === argument || rest.startsWith(`${argument}, `)) {
      rest = rest.slice(argument.length + 2);
    } else if (!declaredDefaults(library, name, key).includes(pythonText(value) ?? '')) {
      return false;
    }
  }
  return rest === '';
}

function argumentText(value: Value): string | null {
  const written = pythonText(value);
  return value.data.kind === 'constant' && value.data.constant.type === 'str' ? `'${written}'` : written;
}

function slack(bound: number): number {
  return Number.isFinite(bound) ? Math.abs(bound) * 1e-12 : 0;
}

/** A path without what differs between machines. */
function tail(path: string): string {
  return path.replace(REPOSITORY_ROOT, '').replace(/^(~|\.)?\/+/, '');
}

/** Equal, as single precision gives it back, or but for the last digits of what was computed. */
export function sameNumber(number: number, logged: string, loose?: 'number' | 'path'): boolean {
  const value = numberOf(logged);
  return (
    value !== null &&
    (value === number ||
      value === Math.fround(number) ||
      (loose === 'number' && Math.abs(value - number) <= 1e-12 * Math.abs(number)))
  );
}

function numberOf(logged: string): number | null {
  const plain = logged.trim();
  if (!/^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(plain)) {
    return /^[+-]?(inf|infinity)$/i.test(plain) ? (plain.startsWith('-') ? -Infinity : Infinity) : null;
  }
  return Number(plain);
}
