import type { Metric } from '../../mlflow/entities';
import { isLater } from '../../mlflow/latest';
import { isWhole, restOf } from '../../mlflow/wholeNumbers';
import { Numbers } from './numbers';

/** What one line of a metric's file says (reference mlflow.md, B.3). */
export interface LoggedLine {
  timestamp: number;
  timestampRest: number;
  value: number;
  /** 0 where the line has none, as before MLflow 1.0. */
  step: number;
  stepRest: number;
  /** What follows the step: a dataset's name and digest, for a logged model the run first. */
  rest: string;
}

/** Longer lines are none of MLflow's: a dataset's name has at most 500 characters. */
export const LONGEST_LINE = 4096;

const BLANK = 32;
const LINE_END = 10;

/**
 * Calls for each line that ends, in their order; what is no line of MLflow's is passed over. The line is the same object
 * each time.
 *
 * @param bytes of UTF-8
 * @returns the place after the last line end
 */
export function eachLine(bytes: Buffer, each: (line: LoggedLine) => void): number {
  const line: LoggedLine = { timestamp: 0, timestampRest: 0, value: 0, step: 0, stepRest: 0, rest: '' };
  const numbers = new Numbers(bytes);
  let from = 0;
  while (from < bytes.length) {
    numbers.at = from;
    if (readQuickly(line, numbers)) {
      each(line);
      from = numbers.at + 1;
      continue;
    }
    const end = bytes.indexOf(LINE_END, from);
    if (end < 0) {
      break;
    }
    const text = bytes.toString('utf8', from, Math.min(end, from + LONGEST_LINE + 1));
    if (readInto(line, text)) {
      each(line);
    }
    from = end + 1;
  }
  return from;
}

/** Reads a line as nearly all are: time, value and step, in few digits. Whether it is one; then `numbers` is at its end. */
function readQuickly(line: LoggedLine, numbers: Numbers): boolean {
  const timestamp = numbers.whole();
  if (!numbers.isAt(BLANK)) {
    return false;
  }
  numbers.at++;
  const value = numbers.decimal();
  if (!numbers.isAt(BLANK)) {
    return false;
  }
  numbers.at++;
  const step = numbers.whole();
  if (!numbers.isAt(LINE_END) || Number.isNaN(timestamp + value + step)) {
    return false;
  }
  line.timestamp = timestamp;
  line.value = value;
  line.step = step;
  line.timestampRest = line.stepRest = 0;
  line.rest = '';
  return true;
}

/** Reads a line; null where it is none. */
export function readLine(text: string): LoggedLine | null {
  const line: LoggedLine = { timestamp: 0, timestampRest: 0, value: 0, step: 0, stepRest: 0, rest: '' };
  return readInto(line, text) ? line : null;
}

/**
 * MLflow's own reader takes step 0 where a line names a dataset (reference mlflow.md, B.3, a bug): the step stands in it
 * all the same.
 */
function readInto(line: LoggedLine, text: string): boolean {
  const written = text.endsWith('\r') ? text.slice(0, -1) : text;
  const [time = '', number = '', step = '0'] = written.split(' ', 3);
  const value = pythonFloat(number);
  if (written.length > LONGEST_LINE || !isWhole(time) || !isWhole(step) || value === undefined) {
    return false;
  }
  line.timestamp = Number(time);
  line.timestampRest = restOf(time);
  line.value = value;
  line.step = Number(step);
  line.stepRest = restOf(step);
  line.rest = written.slice(time.length + number.length + step.length + 3);
  return true;
}

/** As `float()` reads what `str()` wrote: `nan`, `inf` and `-inf` among them. */
function pythonFloat(text: string): number | undefined {
  const value = +text;
  if (!Number.isNaN(value)) {
    return text.trim() === '' ? undefined : value;
  }
  switch (text.toLowerCase()) {
    case 'nan':
    case '+nan':
    case '-nan':
      return NaN;
    case 'inf':
    case '+inf':
      return Infinity;
    case '-inf':
      return -Infinity;
    default:
      return undefined;
  }
}

/** The later of a metric's latest value and a line, as MLflow orders them. */
export function laterOf(key: string, latest: Metric | undefined, line: LoggedLine): Metric {
  const { step, timestamp, value, stepRest, timestampRest } = line;
  if (latest && !isLater(step, timestamp, value, latest, stepRest, timestampRest)) {
    return latest;
  }
  return {
    ...{ key, value, timestamp, step },
    ...(stepRest === 0 ? {} : { stepRest }),
    ...(timestampRest === 0 ? {} : { timestampRest }),
  };
}
